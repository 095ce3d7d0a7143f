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
