# What went wrong, by the symbols of shared/src/code/table.rs: word for word what the table says.

err-MALFORMED_ANSWER = The registration service answered with something that is not an answer.
cure-MALFORMED_ANSWER = Try again; if it stays so, give the correlation id to your administrator.

err-DRS_AUTHENTICATION = The registration service did not accept the sign-in.
cure-DRS_AUTHENTICATION = Sign in again.

err-DRS_NOT_AUTHORIZED = Your account may not join devices to this organisation.
cure-DRS_NOT_AUTHORIZED = Ask your administrator to allow you to join devices.

err-DRS_SERVICE_FAULT = The registration service has a fault of its own.
cure-DRS_SERVICE_FAULT = Wait a few minutes and try again.

err-DRS_REDIRECTED = The registration service sent this device to a server that is not trusted.
cure-DRS_REDIRECTED = Ask your administrator to check the tenant's addresses and any proxy in between.

err-DISCOVERY_FAILED = The registration service could not be found.
cure-DISCOVERY_FAILED = Check the network connection and try again.

err-QUOTA_REACHED = This account already has as many devices as your organisation allows.
cure-QUOTA_REACHED = Remove one you no longer use, or ask your administrator to raise the limit.

err-AIK_CERTIFICATE = The registration service did not accept the TPM's endorsement certificate.
cure-AIK_CERTIFICATE = Ask your administrator whether this TPM's maker is trusted.

err-ATTESTATION_FAILED = The TPM's proof of where the keys live was not accepted.
cure-ATTESTATION_FAILED = Try again; if it stays so, ask your administrator.

err-DISCOVERY_MALFORMED = The registration service described itself in a way that makes no sense.
cure-DISCOVERY_MALFORMED = Ask your administrator to check the tenant's addresses and any proxy in between.

err-TENANT_ID_MISSING = The sign-in carried no organisation.
cure-TENANT_ID_MISSING = Report this with the correlation id.

err-DEVICE_CERTIFICATE_NOT_FOUND = This device's certificate is gone.
cure-DEVICE_CERTIFICATE_NOT_FOUND = Run `dovetail leave`, then join again.

err-NO_CONNECTION_POINT = No tenant is configured for this device.
cure-NO_CONNECTION_POINT = Ask your administrator to set the tenant in /etc/dovetail/dovetail.toml.

err-DISCOVERY_UNREACHABLE = The registration service could not be reached.
cure-DISCOVERY_UNREACHABLE = Check the network, the proxy and the clock, then try again.

err-REALM_DISCOVERY_FAILED = It could not be found out how this account signs in.
cure-REALM_DISCOVERY_FAILED = Check the network connection and try again.

err-DIRECTORY_ERROR = The directory refused the device.
cure-DIRECTORY_ERROR = Try again; if it stays so, give the correlation id to your administrator.

err-DEVICE_MISSING = The organisation no longer knows this device.
cure-DEVICE_MISSING = Run `dovetail leave`, then join again.

err-TOKEN_WITHOUT_DEVICE = The token names no device.
cure-TOKEN_WITHOUT_DEVICE = Report this with the correlation id.

err-AADSTS_INTERACTION_REQUIRED = The sign-in needs you.
cure-AADSTS_INTERACTION_REQUIRED = Sign in again.

err-AADSTS_REDIRECT_URI = This page is not registered with the organisation's sign-in.
cure-AADSTS_REDIRECT_URI = Ask your administrator to register the page's address.

err-AADSTS_FOREIGN_ACCOUNT = This account does not belong to the organisation.
cure-AADSTS_FOREIGN_ACCOUNT = Sign in with your work or school account.

err-AADSTS_NO_SUCH_USER = This account does not exist.
cure-AADSTS_NO_SUCH_USER = Check the account name and try again.

err-AADSTS_LOCKED = This account is locked after too many wrong attempts.
cure-AADSTS_LOCKED = Wait a few minutes and try again, or ask your administrator.

err-AADSTS_PASSWORD_EXPIRED = The password has expired.
cure-AADSTS_PASSWORD_EXPIRED = Set a new password, then sign in again.

err-AADSTS_USER_DISABLED = This account is disabled.
cure-AADSTS_USER_DISABLED = Ask your administrator.

err-AADSTS_NO_SESSION = You are not signed in any more.
cure-AADSTS_NO_SESSION = Sign in again.

err-AADSTS_NO_TENANT = The sign-in does not say which organisation is meant.
cure-AADSTS_NO_TENANT = Ask your administrator to check the tenant's name in the configuration.

err-AADSTS_MFA_REQUIRED = Your organisation asks for a second factor.
cure-AADSTS_MFA_REQUIRED = Sign in again with your second factor.

err-AADSTS_MFA_ENROLLMENT = Your organisation asks for a second factor, and none is set up.
cure-AADSTS_MFA_ENROLLMENT = Set up a second factor, then sign in again.

err-AADSTS_WRONG_PASSWORD = The account name or the password is wrong.
cure-AADSTS_WRONG_PASSWORD = Check both and try again.

err-AADSTS_LOOP = The sign-in went round in circles.
cure-AADSTS_LOOP = Close the other tabs and try again in a few minutes.

err-AADSTS_MFA_FAILED = The code of the second factor is wrong.
cure-AADSTS_MFA_FAILED = Enter the current code from your authenticator.

err-AADSTS_BLOCKED = A rule of your organisation blocks this sign-in.
cure-AADSTS_BLOCKED = Ask your administrator which rule applies.

err-AADSTS_CONSENT = Nobody has consented to this application.
cure-AADSTS_CONSENT = Ask your administrator to consent.

err-AADSTS_DECLINED = The sign-in was given up.
cure-AADSTS_DECLINED = Start again when you are ready.

err-AADSTS_UNKNOWN_CLIENT = The organisation does not know this application.
cure-AADSTS_UNKNOWN_CLIENT = Ask your administrator to check the client id.

err-AADSTS_RESPONSE_TYPE = The organisation does not hand out ID tokens to this application.
cure-AADSTS_RESPONSE_TYPE = Ask your administrator to enable ID tokens, or to configure the code flow.

err-AADSTS_NO_SUCH_TENANT = There is no such organisation.
cure-AADSTS_NO_SUCH_TENANT = Ask your administrator to check the tenant's name.

err-AADSTS_MISSING_FIELD = A required part of the request is missing.
cure-AADSTS_MISSING_FIELD = Report this with the correlation id.

err-AADSTS_MISSING_PARAMETER = A required part of the request is missing.
cure-AADSTS_MISSING_PARAMETER = Report this with the correlation id.

err-TPM_ABSENT = This machine has no TPM that can be used.
cure-TPM_ABSENT = Switch on the TPM in the firmware settings, or have your administrator allow key files.

err-TPM_BUSY = The TPM is busy.
cure-TPM_BUSY = Wait a minute and try again.

err-TPM_CLEARED = The TPM was cleared or exchanged; this device's keys are lost.
cure-TPM_CLEARED = Run `dovetail leave`, then join again.

err-TPM_FAILED = The TPM stopped working in the middle.
cure-TPM_FAILED = Try again; if it stays so, restart the machine.

err-TPM_LOCKED = The TPM is locked after too many wrong attempts.
cure-TPM_LOCKED = Wait until the lock-out is over, then try again.

err-CLOCK_WRONG = This machine's clock is wrong.
cure-CLOCK_WRONG = Set date and time, then try again.

err-ALREADY_JOINED = This machine is already joined.
cure-ALREADY_JOINED = Run `dovetail leave` first if you want to join again.

err-NOT_JOINED = This machine is not joined.
cure-NOT_JOINED = Join it first.

err-UNREACHABLE = A server could not be reached.
cure-UNREACHABLE = Check the network connection and try again.

err-TLS_FAILED = A server could not prove who it is.
cure-TLS_FAILED = Check the clock; if it is right, ask your administrator about a proxy that opens TLS.

err-NONSENSE = A server's answer could not be understood.
cure-NONSENSE = Try again; if it stays so, look for a captive portal or proxy in between.

err-TOO_LARGE = A server's answer is larger than any real one.
cure-TOO_LARGE = Ask your administrator what stands between this device and the tenant.

err-THROTTLED = The server asks to come back later.
cure-THROTTLED = Wait a few minutes and try again.

err-EXTENSION_MISSING = The Dovetail extension is not installed in this browser.
cure-EXTENSION_MISSING = Install the extension, then reload this page.

err-HOST_MISSING = The extension found no Dovetail program on this machine.
cure-HOST_MISSING = Install the Dovetail package, or run `dovetail install`, then reload this page.

err-DAEMON_NOT_RUNNING = The Dovetail service is not running.
cure-DAEMON_NOT_RUNNING = Run `sudo systemctl start dovetaild`, then try again.

err-TIMED_OUT = The Dovetail service did not answer in time.
cure-TIMED_OUT = Try again.

err-UNSUPPORTED = One of the two programs is older than the other and does not know this request.
cure-UNSUPPORTED = Update the extension and the Dovetail package.

err-ORIGIN_REFUSED = This page may not talk to the device.
cure-ORIGIN_REFUSED = Open your organisation's own portal, or ask your administrator to allow this address.

err-BAD_FRAME = A message could not be read.
cure-BAD_FRAME = Report this with the correlation id.

err-FRAME_TOO_LARGE = A message is larger than the limit of 1 MiB.
cure-FRAME_TOO_LARGE = Report this with the correlation id.

err-PEER_REFUSED = This user may not ask for that.
cure-PEER_REFUSED = Ask the person who started it, or use sudo.

err-WRONG_CALLER = An unknown extension started the Dovetail program.
cure-WRONG_CALLER = Remove the extension, or ask your administrator.

err-CLOSED = The connection to the Dovetail service was cut off.
cure-CLOSED = Try again.

err-RATE_LIMITED = Too many requests.
cure-RATE_LIMITED = Wait a minute and try again.

err-RECORD_UNREADABLE = The stored state of the join cannot be read.
cure-RECORD_UNREADABLE = Run `dovetail leave --forget`, then join again.

err-STORE_FAILED = The state could not be saved.
cure-STORE_FAILED = Free some disk space or make the disk writable, then try again.

err-RECORD_TOO_NEW = The stored state was written by a newer version.
cure-RECORD_TOO_NEW = Update the Dovetail package.

err-NO_SUCH_JOIN = There is no such join any more.
cure-NO_SUCH_JOIN = Start again.

err-WRONG_STATE = The join is not at the point where this is possible.
cure-WRONG_STATE = Reload the page to see where it stands.

err-TOKEN_REJECTED = The sign-in could not be verified.
cure-TOKEN_REJECTED = Sign in again.

err-TOKEN_EXPIRED = The sign-in has expired.
cure-TOKEN_EXPIRED = Sign in again.

err-NONCE_UNKNOWN = The sign-in does not belong to this join, or was used before.
cure-NONCE_UNKNOWN = Start the join again from this page.

err-WRONG_TENANT = The account belongs to another organisation than the one this device is meant for.
cure-WRONG_TENANT = Sign in with an account of the configured organisation.

err-CERTIFICATE_MISMATCH = The certificate that came back does not fit this device.
cure-CERTIFICATE_MISMATCH = Try again; if it stays so, ask your administrator what stands between this device and the tenant.

err-NOT_APPROVED = The join was not approved on the device.
cure-NOT_APPROVED = Start again and approve it when asked.

err-CANCELLED = The join was cancelled.
cure-CANCELLED = Start again when you are ready.

err-INTERNAL = Something that should not happen has happened.
cure-INTERNAL = Report this with the correlation id.

err-MDM_MESSAGE_FORMAT = The management service could not read the enrollment request.
cure-MDM_MESSAGE_FORMAT = Report this with the correlation id.

err-MDM_AUTHENTICATION = The management service did not accept the sign-in.
cure-MDM_AUTHENTICATION = Sign in again.

err-MDM_NOT_AUTHORIZED = Your account may not put devices under management.
cure-MDM_NOT_AUTHORIZED = Ask your administrator to allow you to enroll devices.

err-MDM_CERTIFICATE_REQUEST = The management service did not accept this device's certificate request.
cure-MDM_CERTIFICATE_REQUEST = Try again; if it stays so, ask your administrator.

err-MDM_SERVER = The management service has a fault of its own.
cure-MDM_SERVER = Wait a few minutes and try again.

err-MDM_INTERNAL = Something went wrong inside the management service.
cure-MDM_INTERNAL = Wait a few minutes and try again.

err-MDM_SECURITY_HEADER = The management service could not read who is asking.
cure-MDM_SECURITY_HEADER = Report this with the correlation id.

err-MDM_UNKNOWN = The management service refused for a reason of its own.
cure-MDM_UNKNOWN = Try again; if it stays so, give the correlation id to your administrator.

err-MDM_IN_PROGRESS = This device is being put under management already.
cure-MDM_IN_PROGRESS = Wait until that is over.

err-MDM_ALREADY_ENROLLED = This device is under management already.
cure-MDM_ALREADY_ENROLLED = Run `dovetail status` to see by whom.

err-MDM_NOT_ENROLLED = This device is not under management.
cure-MDM_NOT_ENROLLED = Open the portal to put it under management.

err-MDM_TLS_DATE = The management service's certificate has ended, or this clock is wrong.
cure-MDM_TLS_DATE = Check the clock; if it is right, tell your administrator.

err-MDM_UNREACHABLE = The management service could not be reached.
cure-MDM_UNREACHABLE = Check the network connection; `dovetail sync` tries again.

err-MDM_TLS = The management service could not prove who it is.
cure-MDM_TLS = Check the clock; if it is right, ask your administrator about a proxy that opens TLS.

err-MDM_DEVICE_CAP = This account already manages as many devices as your organisation allows.
cure-MDM_DEVICE_CAP = Remove one you no longer use, or ask your administrator to raise the limit.

err-MDM_DEVICE_NOT_SUPPORTED = The management service does not manage devices of this kind.
cure-MDM_DEVICE_NOT_SUPPORTED = Ask your administrator.

err-MDM_NOT_SUPPORTED = Your organisation does not manage this device.
cure-MDM_NOT_SUPPORTED = Ask your administrator.

err-MDM_NOT_ELIGIBLE_TO_RENEW = The management certificate can no longer be renewed.
cure-MDM_NOT_ELIGIBLE_TO_RENEW = Open the portal to put the device under management again.

err-MDM_IN_MAINTENANCE = The management service is under maintenance.
cure-MDM_IN_MAINTENANCE = Wait an hour and try again.

err-MDM_LICENSE = This account has no licence for device management.
cure-MDM_LICENSE = Ask your administrator for a licence.

err-MDM_ENROLLMENT_DATA = The management service did not accept the answer to the terms of use.
cure-MDM_ENROLLMENT_DATA = Start again and accept the terms.

err-MDM_INSECURE_REDIRECT = The management service sent this device to a server that is not trusted.
cure-MDM_INSECURE_REDIRECT = Ask your administrator to check the management service's addresses.

err-MDM_WRONG_STATE = This device is not at the point where it can be put under management.
cure-MDM_WRONG_STATE = Run `dovetail status` to see where it stands.

err-MDM_PROVISION_CERTIFICATES = The management certificate that came back does not fit this device.
cure-MDM_PROVISION_CERTIFICATES = Try again; if it stays so, ask your administrator what stands between this device and the service.

err-MDM_PROVISION_APPLICATION = The management service did not say properly where it is reached.
cure-MDM_PROVISION_APPLICATION = Give the correlation id to your administrator.

err-MDM_PROVISION_CLIENT = The management service's schedule makes no sense.
cure-MDM_PROVISION_CLIENT = Give the correlation id to your administrator.

err-MDM_PROVISION_HELLO = The sign-in policy of the management service contradicts itself.
cure-MDM_PROVISION_HELLO = Ask your administrator to correct the PIN rules.

err-MDM_PROVISION = The management service's first settings could not be put in place.
cure-MDM_PROVISION = Try again; if it stays so, give the correlation id to your administrator.

err-MDM_CLIENT_CERTIFICATE = This device's management certificate is gone or was refused.
cure-MDM_CLIENT_CERTIFICATE = Open the portal to put the device under management again.

err-MDM_BLOCKED = Management of this device is blocked.
cure-MDM_BLOCKED = Ask your administrator.

err-MDM_KEY = The key for the management certificate could not be made.
cure-MDM_KEY = Try again; `dovetail doctor` tells what the TPM says.

err-MDM_EMPTY = The management service answered with nothing.
cure-MDM_EMPTY = Try again in a few minutes.

err-MDM_CANCELLED = Putting the device under management was given up.
cure-MDM_CANCELLED = Open the portal when you are ready.

err-MDM_NOT_CONFIGURED = Your organisation manages no devices of this account.
cure-MDM_NOT_CONFIGURED = Ask your administrator.

err-WSTRUST_FAULT = Your organisation's own sign-in service refused.
cure-WSTRUST_FAULT = Try again; if it stays so, ask your administrator.

err-AADSTS_WSFED_FAULTY = Your organisation's own sign-in service sent an answer that is none.
cure-AADSTS_WSFED_FAULTY = Try again; if it stays so, ask your administrator.

err-AADSTS_WSFED_INVALID = The answer of your organisation's own sign-in service has the wrong form.
cure-AADSTS_WSFED_INVALID = Try again; if it stays so, ask your administrator.

err-AADSTS_SAML_SIGNATURE = The signature of your organisation's own sign-in service is not valid.
cure-AADSTS_SAML_SIGNATURE = Ask your administrator to check the domain's signing certificate.

err-AADSTS_SAML_MISSING = The sign-in from your organisation's own service is missing or meant for somebody else.
cure-AADSTS_SAML_MISSING = Try again; if it stays so, ask your administrator.

err-AADSTS_SAML_KEY = The sign-in was signed with a key that is not your organisation's.
cure-AADSTS_SAML_KEY = Ask your administrator to check the domain's signing certificate.

err-AADSTS_SAML_DOMAIN = The sign-in names an account of another domain.
cure-AADSTS_SAML_DOMAIN = Sign in with an account of your own organisation.

err-AADSTS_ASSERTION_INVALID = The sign-in could not be accepted.
cure-AADSTS_ASSERTION_INVALID = Sign in again; if it stays so, ask your administrator.

err-AADSTS_ASSERTION_TIME = The sign-in is not valid any more, or not yet.
cure-AADSTS_ASSERTION_TIME = Sign in again; if it stays so, the clocks differ: ask your administrator.

err-AADSTS_FLOW_EXPIRED = The sign-in took too long, or belongs to another browser.
cure-AADSTS_FLOW_EXPIRED = Start again.

err-AADSTS_ISSUER_UNKNOWN = Nobody here knows the service that signed this sign-in.
cure-AADSTS_ISSUER_UNKNOWN = Ask your administrator to check the domain's federation settings.

err-AADSTS_NOT_IN_DIRECTORY = This account of your organisation is not in the directory.
cure-AADSTS_NOT_IN_DIRECTORY = Ask your administrator to synchronise it.

err-AADSTS_REQUEST_STALE = The sign-in lay about for too long.
cure-AADSTS_REQUEST_STALE = Sign in again.

err-AADSTS_GRANT_EXPIRED = The permission to go on has expired or was withdrawn.
cure-AADSTS_GRANT_EXPIRED = Sign in again.

err-AADSTS_CODE_REDEEMED = The sign-in's code was used before.
cure-AADSTS_CODE_REDEEMED = Sign in again.

err-AADSTS_PKCE = The sign-in's code belongs to another program.
cure-AADSTS_PKCE = Start again; if it stays so, report it with the correlation id.

err-AADSTS_RESOURCE_UNKNOWN = The organisation does not know the service that is asked for.
cure-AADSTS_RESOURCE_UNKNOWN = Ask your administrator.

err-TERMS_DECLINED = The terms of use were declined, so the device did not join.
cure-TERMS_DECLINED = Start again if you change your mind.

err-TERMS_FAILED = The terms of use could not be shown or answered.
cure-TERMS_FAILED = Try again; if it stays so, give the correlation id to your administrator.

err-TERMS_UNREACHABLE = The page with the terms of use could not be reached.
cure-TERMS_UNREACHABLE = Check the network connection and try again.

err-TERMS_FOREIGN = The answer to the terms of use does not belong to this join.
cure-TERMS_FOREIGN = Open the terms again from this page.

err-MANAGEMENT_SIGN_IN = Your organisation's management needs you to sign in once more.
cure-MANAGEMENT_SIGN_IN = Open the portal and sign in; the device stays joined.

err-POLICY_CONFLICT = The policies of your organisation contradict each other.
cure-POLICY_CONFLICT = Ask your administrator to correct them; the earlier ones stay in force.

err-POLICY_FAILED = A policy of your organisation could not be put in force.
cure-POLICY_FAILED = Run `dovetail status` to see which; `dovetail sync` tries again.

err-MDM_SESSION = The talk with the management service broke off.
cure-MDM_SESSION = Wait a few minutes; `dovetail sync` tries again.

err-UNENROLL_REFUSED = A device of the organisation is not taken out of management alone.
cure-UNENROLL_REFUSED = Run `dovetail leave` to leave the organisation with it.

err-DIRECT_SIGN_IN_OFF = Joining with a password in the terminal is not allowed here.
cure-DIRECT_SIGN_IN_OFF = Join from the browser, or ask your administrator to allow it.

err-FEDERATION_UNREACHABLE = Your organisation's own sign-in service could not be reached.
cure-FEDERATION_UNREACHABLE = Check the network connection and try again.

err-MDM_REMOVED = Your organisation has taken this device out of management.
cure-MDM_REMOVED = Ask your administrator; to come back, join again.
