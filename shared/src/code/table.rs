//! The one table of codes. Append only.

use super::{Code, Fix};

/// What is known about a code.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The number.
    pub code: Code,
    /// Its constant name, `QUOTA_REACHED`.
    pub symbol: &'static str,
    /// Who can mend it.
    pub fix: Fix,
    /// Whether the same again can succeed.
    pub retry: bool,
    /// What happened, in one English sentence.
    pub what: &'static str,
    /// What to do, in one English sentence that starts with a verb.
    pub cure: &'static str,
}

macro_rules! codes {
    ($($symbol:ident = $family:ident($number:literal), $fix:ident, $retry:literal, $what:literal, $cure:literal;)*) => {
        impl Code {
            $(#[doc = $what]
            pub const $symbol: Self = Self::$family($number);)*
        }

        /// Every known code.
        pub const ENTRIES: &[Entry] = &[
            $(Entry {
                code: Code::$symbol,
                symbol: stringify!($symbol),
                fix: Fix::$fix,
                retry: $retry,
                what: $what,
                cure: $cure,
            },)*
        ];
    };
}

codes! {
    MALFORMED_ANSWER = Hresult(0x801c_0001), Admin, true,
        "The registration service answered with something that is not an answer.",
        "Try again; if it stays so, give the correlation id to your administrator.";
    DRS_AUTHENTICATION = Hresult(0x801c_0002), You, true,
        "The registration service did not accept the sign-in.",
        "Sign in again.";
    DRS_NOT_AUTHORIZED = Hresult(0x801c_0003), Admin, false,
        "Your account may not join devices to this organisation.",
        "Ask your administrator to allow you to join devices.";
    DRS_SERVICE_FAULT = Hresult(0x801c_0006), Wait, true,
        "The registration service has a fault of its own.",
        "Wait a few minutes and try again.";
    DRS_REDIRECTED = Hresult(0x801c_000b), Admin, false,
        "The registration service sent this device to a server that is not trusted.",
        "Ask your administrator to check the tenant's addresses and any proxy in between.";
    DISCOVERY_FAILED = Hresult(0x801c_000c), Wait, true,
        "The registration service could not be found.",
        "Check the network connection and try again.";
    QUOTA_REACHED = Hresult(0x801c_000e), You, true,
        "This account already has as many devices as your organisation allows.",
        "Remove one you no longer use, or ask your administrator to raise the limit.";
    AIK_CERTIFICATE = Hresult(0x801c_0010), Admin, false,
        "The registration service did not accept the TPM's endorsement certificate.",
        "Ask your administrator whether this TPM's maker is trusted.";
    ATTESTATION_FAILED = Hresult(0x801c_0011), Admin, true,
        "The TPM's proof of where the keys live was not accepted.",
        "Try again; if it stays so, ask your administrator.";
    DISCOVERY_MALFORMED = Hresult(0x801c_0012), Admin, true,
        "The registration service described itself in a way that makes no sense.",
        "Ask your administrator to check the tenant's addresses and any proxy in between.";
    TENANT_ID_MISSING = Hresult(0x801c_0013), Us, false,
        "The sign-in carried no organisation.",
        "Report this with the correlation id.";
    DEVICE_CERTIFICATE_NOT_FOUND = Hresult(0x801c_001b), You, false,
        "This device's certificate is gone.",
        "Run `dovetail leave`, then join again.";
    NO_CONNECTION_POINT = Hresult(0x801c_001d), Admin, false,
        "No tenant is configured for this device.",
        "Ask your administrator to set the tenant in /etc/dovetail/dovetail.toml.";
    DISCOVERY_UNREACHABLE = Hresult(0x801c_0021), Wait, true,
        "The registration service could not be reached.",
        "Check the network, the proxy and the clock, then try again.";
    REALM_DISCOVERY_FAILED = Hresult(0x801c_003d), Wait, true,
        "It could not be found out how this account signs in.",
        "Check the network connection and try again.";
    DIRECTORY_ERROR = Hresult(0x801c_03f2), Wait, true,
        "The directory refused the device.",
        "Try again; if it stays so, give the correlation id to your administrator.";
    DEVICE_MISSING = Hresult(0x801c_03f3), You, false,
        "The organisation no longer knows this device.",
        "Run `dovetail leave`, then join again.";
    TOKEN_WITHOUT_DEVICE = Hresult(0x801c_044d), Us, false,
        "The token names no device.",
        "Report this with the correlation id.";
    AADSTS_INTERACTION_REQUIRED = Aadsts(16000), You, true,
        "The sign-in needs you.",
        "Sign in again.";
    AADSTS_REDIRECT_URI = Aadsts(50011), Admin, false,
        "This page is not registered with the organisation's sign-in.",
        "Ask your administrator to register the page's address.";
    AADSTS_FOREIGN_ACCOUNT = Aadsts(50020), You, true,
        "This account does not belong to the organisation.",
        "Sign in with your work or school account.";
    AADSTS_NO_SUCH_USER = Aadsts(50034), You, true,
        "This account does not exist.",
        "Check the account name and try again.";
    AADSTS_LOCKED = Aadsts(50053), Wait, true,
        "This account is locked after too many wrong attempts.",
        "Wait a few minutes and try again, or ask your administrator.";
    AADSTS_PASSWORD_EXPIRED = Aadsts(50055), You, true,
        "The password has expired.",
        "Set a new password, then sign in again.";
    AADSTS_USER_DISABLED = Aadsts(50057), Admin, false,
        "This account is disabled.",
        "Ask your administrator.";
    AADSTS_NO_SESSION = Aadsts(50058), You, true,
        "You are not signed in any more.",
        "Sign in again.";
    AADSTS_NO_TENANT = Aadsts(50059), Admin, false,
        "The sign-in does not say which organisation is meant.",
        "Ask your administrator to check the tenant's name in the configuration.";
    AADSTS_MFA_REQUIRED = Aadsts(50076), You, true,
        "Your organisation asks for a second factor.",
        "Sign in again with your second factor.";
    AADSTS_MFA_EXPIRED = Aadsts(50078), You, true,
        "Your second factor was too long ago for your organisation.",
        "Sign in again with your second factor.";
    AADSTS_MFA_ENROLLMENT = Aadsts(50079), You, true,
        "Your organisation asks for a second factor, and none is set up.",
        "Set up a second factor, then sign in again.";
    AADSTS_WRONG_PASSWORD = Aadsts(50126), You, true,
        "The account name or the password is wrong.",
        "Check both and try again.";
    AADSTS_LOOP = Aadsts(50196), Wait, true,
        "The sign-in went round in circles.",
        "Close the other tabs and try again in a few minutes.";
    AADSTS_MFA_FAILED = Aadsts(500_121), You, true,
        "The code of the second factor is wrong.",
        "Enter the current code from your authenticator.";
    AADSTS_BLOCKED = Aadsts(53003), Admin, false,
        "A rule of your organisation blocks this sign-in.",
        "Ask your administrator which rule applies.";
    AADSTS_CONSENT = Aadsts(65001), Admin, false,
        "Nobody has consented to this application.",
        "Ask your administrator to consent.";
    AADSTS_DECLINED = Aadsts(65004), You, true,
        "The sign-in was given up.",
        "Start again when you are ready.";
    AADSTS_UNKNOWN_CLIENT = Aadsts(700_016), Admin, false,
        "The organisation does not know this application.",
        "Ask your administrator to check the client id.";
    AADSTS_RESPONSE_TYPE = Aadsts(700_054), Admin, false,
        "The organisation does not hand out ID tokens to this application.",
        "Ask your administrator to enable ID tokens, or to configure the code flow.";
    AADSTS_NO_SUCH_TENANT = Aadsts(90002), Admin, false,
        "There is no such organisation.",
        "Ask your administrator to check the tenant's name.";
    AADSTS_MISSING_FIELD = Aadsts(90014), Us, false,
        "A required part of the request is missing.",
        "Report this with the correlation id.";
    AADSTS_MISSING_PARAMETER = Aadsts(900_144), Us, false,
        "A required part of the request is missing.",
        "Report this with the correlation id.";
    TPM_ABSENT = Join(101), Admin, false,
        "This machine has no TPM that can be used.",
        "Switch on the TPM in the firmware settings, or have your administrator allow key files.";
    TPM_BUSY = Join(102), Wait, true,
        "The TPM is busy.",
        "Wait a minute and try again.";
    TPM_CLEARED = Join(103), You, true,
        "The TPM was cleared or exchanged; this device's keys are lost.",
        "Run `dovetail leave`, then join again.";
    TPM_FAILED = Join(104), Wait, true,
        "The TPM stopped working in the middle.",
        "Try again; if it stays so, restart the machine.";
    TPM_LOCKED = Join(105), Wait, true,
        "The TPM is locked after too many wrong attempts.",
        "Wait until the lock-out is over, then try again.";
    CLOCK_WRONG = Join(106), You, true,
        "This machine's clock is wrong.",
        "Set date and time, then try again.";
    ALREADY_JOINED = Join(107), You, false,
        "This machine is already joined.",
        "Run `dovetail leave` first if you want to join again.";
    NOT_JOINED = Join(108), You, false,
        "This machine is not joined.",
        "Join it first.";
    UNREACHABLE = Join(201), Wait, true,
        "A server could not be reached.",
        "Check the network connection and try again.";
    TLS_FAILED = Join(202), Admin, true,
        "A server could not prove who it is.",
        "Check the clock; if it is right, ask your administrator about a proxy that opens TLS.";
    NONSENSE = Join(203), Wait, true,
        "A server's answer could not be understood.",
        "Try again; if it stays so, look for a captive portal or proxy in between.";
    TOO_LARGE = Join(204), Wait, false,
        "A server's answer is larger than any real one.",
        "Ask your administrator what stands between this device and the tenant.";
    THROTTLED = Join(205), Wait, true,
        "The server asks to come back later.",
        "Wait a few minutes and try again.";
    EXTENSION_MISSING = Join(301), You, true,
        "The Dovetail extension is not installed in this browser.",
        "Install the extension, then reload this page.";
    HOST_MISSING = Join(302), Admin, true,
        "The extension found no Dovetail program on this machine.",
        "Install the Dovetail package, or run `dovetail install`, then reload this page.";
    DAEMON_NOT_RUNNING = Join(303), Admin, true,
        "The Dovetail service is not running.",
        "Run `sudo systemctl start dovetaild`, then try again.";
    TIMED_OUT = Join(304), Wait, true,
        "The Dovetail service did not answer in time.",
        "Try again.";
    UNSUPPORTED = Join(305), Admin, false,
        "One of the two programs is older than the other and does not know this request.",
        "Update the extension and the Dovetail package.";
    ORIGIN_REFUSED = Join(306), Admin, false,
        "This page may not talk to the device.",
        "Open your organisation's own portal, or ask your administrator to allow this address.";
    BAD_FRAME = Join(307), Us, false,
        "A message could not be read.",
        "Report this with the correlation id.";
    FRAME_TOO_LARGE = Join(308), Us, false,
        "A message is larger than the limit of 1 MiB.",
        "Report this with the correlation id.";
    PEER_REFUSED = Join(309), You, false,
        "This user may not ask for that.",
        "Ask the person who started it, or use sudo.";
    WRONG_CALLER = Join(310), Admin, false,
        "An unknown extension started the Dovetail program.",
        "Remove the extension, or ask your administrator.";
    CLOSED = Join(311), Wait, true,
        "The connection to the Dovetail service was cut off.",
        "Try again.";
    RATE_LIMITED = Join(312), Wait, true,
        "Too many requests.",
        "Wait a minute and try again.";
    RECORD_UNREADABLE = Join(401), You, false,
        "The stored state of the join cannot be read.",
        "Run `dovetail leave --forget`, then join again.";
    STORE_FAILED = Join(402), You, true,
        "The state could not be saved.",
        "Free some disk space or make the disk writable, then try again.";
    RECORD_TOO_NEW = Join(403), Admin, false,
        "The stored state was written by a newer version.",
        "Update the Dovetail package.";
    NO_SUCH_JOIN = Join(404), You, true,
        "There is no such join any more.",
        "Start again.";
    WRONG_STATE = Join(405), You, true,
        "The join is not at the point where this is possible.",
        "Reload the page to see where it stands.";
    TOKEN_REJECTED = Join(411), You, true,
        "The sign-in could not be verified.",
        "Sign in again.";
    TOKEN_EXPIRED = Join(412), You, true,
        "The sign-in has expired.",
        "Sign in again.";
    NONCE_UNKNOWN = Join(413), You, true,
        "The sign-in does not belong to this join, or was used before.",
        "Start the join again from this page.";
    WRONG_TENANT = Join(414), Admin, false,
        "The account belongs to another organisation than the one this device is meant for.",
        "Sign in with an account of the configured organisation.";
    CERTIFICATE_MISMATCH = Join(415), Admin, true,
        "The certificate that came back does not fit this device.",
        "Try again; if it stays so, ask your administrator what stands between this device and the tenant.";
    NOT_APPROVED = Join(416), You, true,
        "The join was not approved on the device.",
        "Start again and approve it when asked.";
    CANCELLED = Join(417), You, true,
        "The join was cancelled.",
        "Start again when you are ready.";
    INTERNAL = Join(501), Us, true,
        "Something that should not happen has happened.",
        "Report this with the correlation id.";
    MDM_MESSAGE_FORMAT = Hresult(0x8018_0001), Us, false,
        "The management service could not read the enrollment request.",
        "Report this with the correlation id.";
    MDM_AUTHENTICATION = Hresult(0x8018_0002), You, true,
        "The management service did not accept the sign-in.",
        "Sign in again.";
    MDM_NOT_AUTHORIZED = Hresult(0x8018_0003), Admin, false,
        "Your account may not put devices under management.",
        "Ask your administrator to allow you to enroll devices.";
    MDM_CERTIFICATE_REQUEST = Hresult(0x8018_0004), Admin, true,
        "The management service did not accept this device's certificate request.",
        "Try again; if it stays so, ask your administrator.";
    MDM_SERVER = Hresult(0x8018_0005), Wait, true,
        "The management service has a fault of its own.",
        "Wait a few minutes and try again.";
    MDM_INTERNAL = Hresult(0x8018_0006), Wait, true,
        "Something went wrong inside the management service.",
        "Wait a few minutes and try again.";
    MDM_SECURITY_HEADER = Hresult(0x8018_0007), Us, false,
        "The management service could not read who is asking.",
        "Report this with the correlation id.";
    MDM_UNKNOWN = Hresult(0x8018_0008), Admin, true,
        "The management service refused for a reason of its own.",
        "Try again; if it stays so, give the correlation id to your administrator.";
    MDM_IN_PROGRESS = Hresult(0x8018_0009), Wait, true,
        "This device is being put under management already.",
        "Wait until that is over.";
    MDM_ALREADY_ENROLLED = Hresult(0x8018_000a), You, false,
        "This device is under management already.",
        "Run `dovetail status` to see by whom.";
    MDM_NOT_ENROLLED = Hresult(0x8018_000b), You, false,
        "This device is not under management.",
        "Open the portal to put it under management.";
    MDM_TLS_DATE = Hresult(0x8018_000d), Admin, true,
        "The management service's certificate has ended, or this clock is wrong.",
        "Check the clock; if it is right, tell your administrator.";
    MDM_UNREACHABLE = Hresult(0x8018_0010), Wait, true,
        "The management service could not be reached.",
        "Check the network connection; `dovetail sync` tries again.";
    MDM_TLS = Hresult(0x8018_0012), Admin, true,
        "The management service could not prove who it is.",
        "Check the clock; if it is right, ask your administrator about a proxy that opens TLS.";
    MDM_DEVICE_CAP = Hresult(0x8018_0013), You, true,
        "This account already manages as many devices as your organisation allows.",
        "Remove one you no longer use, or ask your administrator to raise the limit.";
    MDM_DEVICE_NOT_SUPPORTED = Hresult(0x8018_0014), Admin, false,
        "The management service does not manage devices of this kind.",
        "Ask your administrator.";
    MDM_NOT_SUPPORTED = Hresult(0x8018_0015), Admin, false,
        "Your organisation does not manage this device.",
        "Ask your administrator.";
    MDM_NOT_ELIGIBLE_TO_RENEW = Hresult(0x8018_0016), You, false,
        "The management certificate can no longer be renewed.",
        "Open the portal to put the device under management again.";
    MDM_IN_MAINTENANCE = Hresult(0x8018_0017), Wait, true,
        "The management service is under maintenance.",
        "Wait an hour and try again.";
    MDM_LICENSE = Hresult(0x8018_0018), Admin, false,
        "This account has no licence for device management.",
        "Ask your administrator for a licence.";
    MDM_ENROLLMENT_DATA = Hresult(0x8018_0019), You, true,
        "The management service did not accept the answer to the terms of use.",
        "Start again and accept the terms.";
    MDM_INSECURE_REDIRECT = Hresult(0x8018_001a), Admin, false,
        "The management service sent this device to a server that is not trusted.",
        "Ask your administrator to check the management service's addresses.";
    MDM_WRONG_STATE = Hresult(0x8018_001b), You, false,
        "This device is not at the point where it can be put under management.",
        "Run `dovetail status` to see where it stands.";
    MDM_PROVISION_CERTIFICATES = Hresult(0x8018_001e), Admin, true,
        "The management certificate that came back does not fit this device.",
        "Try again; if it stays so, ask your administrator what stands between this device and the service.";
    MDM_PROVISION_APPLICATION = Hresult(0x8018_001f), Admin, true,
        "The management service did not say properly where it is reached.",
        "Give the correlation id to your administrator.";
    MDM_PROVISION_CLIENT = Hresult(0x8018_0020), Admin, true,
        "The management service's schedule makes no sense.",
        "Give the correlation id to your administrator.";
    MDM_PROVISION_HELLO = Hresult(0x8018_0021), Admin, true,
        "The sign-in policy of the management service contradicts itself.",
        "Ask your administrator to correct the PIN rules.";
    MDM_PROVISION = Hresult(0x8018_0023), Admin, true,
        "The management service's first settings could not be put in place.",
        "Try again; if it stays so, give the correlation id to your administrator.";
    MDM_CLIENT_CERTIFICATE = Hresult(0x8018_0024), You, false,
        "This device's management certificate is gone or was refused.",
        "Open the portal to put the device under management again.";
    MDM_BLOCKED = Hresult(0x8018_0026), Admin, false,
        "Management of this device is blocked.",
        "Ask your administrator.";
    MDM_KEY = Hresult(0x8018_0027), Wait, true,
        "The key for the management certificate could not be made.",
        "Try again; `dovetail doctor` tells what the TPM says.";
    MDM_EMPTY = Hresult(0x8018_0029), Wait, true,
        "The management service answered with nothing.",
        "Try again in a few minutes.";
    MDM_CANCELLED = Hresult(0x8018_0030), You, true,
        "Putting the device under management was given up.",
        "Open the portal when you are ready.";
    MDM_NOT_CONFIGURED = Hresult(0x8018_0031), Admin, false,
        "Your organisation manages no devices of this account.",
        "Ask your administrator.";
    WSTRUST_FAULT = Hresult(0xcaa9_0014), Admin, true,
        "Your organisation's own sign-in service refused.",
        "Try again; if it stays so, ask your administrator.";
    WSTRUST_NO_ENDPOINT = Hresult(0xcaa9_0023), Admin, false,
        "Your organisation's own sign-in service offers no safe way to sign in with a password here.",
        "Join from the browser, or ask your administrator.";
    WSTRUST_UNREADABLE = Hresult(0xcaa9_002c), Admin, true,
        "The answer of your organisation's own sign-in service could not be understood.",
        "Try again; if it stays so, join from the browser.";
    AADSTS_WSFED_FAULTY = Aadsts(20001), Admin, true,
        "Your organisation's own sign-in service sent an answer that is none.",
        "Try again; if it stays so, ask your administrator.";
    AADSTS_WSFED_INVALID = Aadsts(20012), Admin, true,
        "The answer of your organisation's own sign-in service has the wrong form.",
        "Try again; if it stays so, ask your administrator.";
    AADSTS_SAML_SIGNATURE = Aadsts(50006), Admin, false,
        "The signature of your organisation's own sign-in service is not valid.",
        "Ask your administrator to check the domain's signing certificate.";
    AADSTS_SAML_MISSING = Aadsts(50008), Admin, true,
        "The sign-in from your organisation's own service is missing or meant for somebody else.",
        "Try again; if it stays so, ask your administrator.";
    AADSTS_SAML_KEY = Aadsts(5_000_811), Admin, false,
        "The sign-in was signed with a key that is not your organisation's.",
        "Ask your administrator to check the domain's signing certificate.";
    AADSTS_SAML_DOMAIN = Aadsts(5_000_819), Admin, false,
        "The sign-in names an account of another domain.",
        "Sign in with an account of your own organisation.";
    AADSTS_ASSERTION_INVALID = Aadsts(50013), Admin, true,
        "The sign-in could not be accepted.",
        "Sign in again; if it stays so, ask your administrator.";
    AADSTS_ASSERTION_TIME = Aadsts(500_133), You, true,
        "The sign-in is not valid any more, or not yet.",
        "Sign in again; if it stays so, the clocks differ: ask your administrator.";
    AADSTS_BUSY = Aadsts(90055), Wait, true,
        "The service has too much to do at the moment.",
        "Wait a few seconds and try again.";
    AADSTS_FLOW_EXPIRED = Aadsts(50089), You, true,
        "The sign-in took too long, or belongs to another browser.",
        "Start again.";
    AADSTS_ISSUER_UNKNOWN = Aadsts(50107), Admin, false,
        "Nobody here knows the service that signed this sign-in.",
        "Ask your administrator to check the domain's federation settings.";
    AADSTS_NOT_IN_DIRECTORY = Aadsts(51004), Admin, false,
        "This account of your organisation is not in the directory.",
        "Ask your administrator to synchronise it.";
    AADSTS_REQUEST_STALE = Aadsts(76_026), You, true,
        "The sign-in lay about for too long.",
        "Sign in again.";
    AADSTS_GRANT_EXPIRED = Aadsts(70_008), You, true,
        "The permission to go on has expired or was withdrawn.",
        "Sign in again.";
    AADSTS_CODE_REDEEMED = Aadsts(54_005), You, true,
        "The sign-in's code was used before.",
        "Sign in again.";
    AADSTS_PKCE = Aadsts(501_481), Us, true,
        "The sign-in's code belongs to another program.",
        "Start again; if it stays so, report it with the correlation id.";
    AADSTS_RESOURCE_UNKNOWN = Aadsts(500_011), Admin, false,
        "The organisation does not know the service that is asked for.",
        "Ask your administrator.";
    TERMS_DECLINED = Join(421), You, true,
        "The terms of use were declined, so the device did not join.",
        "Start again if you change your mind.";
    TERMS_FAILED = Join(422), Admin, true,
        "The terms of use could not be shown or answered.",
        "Try again; if it stays so, give the correlation id to your administrator.";
    TERMS_UNREACHABLE = Join(423), Wait, true,
        "The page with the terms of use could not be reached.",
        "Check the network connection and try again.";
    TERMS_FOREIGN = Join(424), You, true,
        "The answer to the terms of use does not belong to this join.",
        "Open the terms again from this page.";
    MANAGEMENT_SIGN_IN = Join(425), You, true,
        "Your organisation's management needs you to sign in once more.",
        "Open the portal and sign in; the device stays joined.";
    POLICY_CONFLICT = Join(426), Admin, false,
        "The policies of your organisation contradict each other.",
        "Ask your administrator to correct them; the earlier ones stay in force.";
    POLICY_FAILED = Join(427), Admin, true,
        "A policy of your organisation could not be put in force.",
        "Run `dovetail status` to see which; `dovetail sync` tries again.";
    MDM_SESSION = Join(428), Wait, true,
        "The talk with the management service broke off.",
        "Wait a few minutes; `dovetail sync` tries again.";
    UNENROLL_REFUSED = Join(429), You, false,
        "A device of the organisation is not taken out of management alone.",
        "Run `dovetail leave` to leave the organisation with it.";
    DIRECT_SIGN_IN_OFF = Join(430), Admin, false,
        "Joining with a password in the terminal is not allowed here.",
        "Join from the browser, or ask your administrator to allow it.";
    FEDERATION_UNREACHABLE = Join(431), Wait, true,
        "Your organisation's own sign-in service could not be reached.",
        "Check the network connection and try again.";
    MDM_REMOVED = Join(432), Admin, false,
        "Your organisation has taken this device out of management.",
        "Ask your administrator; to come back, join again.";
    DEVICE_CODE_OFF = Join(451), Admin, false,
        "Your organisation does not let devices join by a code that is typed on another machine.",
        "Join from the browser, or ask your administrator to allow the device code flow for joining devices.";
    DEVICE_CODE_EXPIRED = Join(452), You, true,
        "The code was not used in time.",
        "Start again and sign in with the new code.";
    DEVICE_CODE_DECLINED = Join(453), You, true,
        "The sign-in on the other machine was declined.",
        "Start again when you are ready.";
    AADSTS_DEVICE_AUTHENTICATION = Aadsts(50155), You, true,
        "The sign-in service did not accept this device's proof of who it is.",
        "Sign in again; if it stays so, run `dovetail leave`, then join again.";
    AADSTS_GRANT_WITHDRAWN = Aadsts(50173), You, true,
        "The password was changed or your administrator ended all sessions.",
        "Sign in again.";
    AADSTS_SESSION_INVALID = Aadsts(50132), You, true,
        "The session is not good any more.",
        "Sign in again.";
    AADSTS_SESSION_REVOKED = Aadsts(50133), You, true,
        "The session was ended from elsewhere.",
        "Sign in again.";
    AADSTS_TOKEN_INACTIVE = Aadsts(700_082), You, true,
        "The sign-in was not used for too long.",
        "Sign in again.";
    AADSTS_DEVICE_DISABLED = Aadsts(135_011), Admin, false,
        "Your organisation has disabled this device.",
        "Ask your administrator to enable it again.";
    AADSTS_DEVICE_NOT_FOUND = Aadsts(700_003), You, false,
        "Your organisation does not know this device any more.",
        "Run `dovetail leave`, then join again.";
    AADSTS_REQUEST_NONCE = Aadsts(140_000), Wait, true,
        "The sign-in service did not accept the time stamp that it gave out itself.",
        "Try again.";
    AADSTS_SESSION_KEY = Aadsts(140_001), You, true,
        "The sign-in service did not accept this device's session key.",
        "Sign in again.";
    SSO_NOT_SIGNED_IN = Join(440), You, true,
        "This user is not signed in on this device.",
        "Run `dovetail sign-in`.";
    SSO_ANSWER = Join(441), Admin, true,
        "The sign-in that came back is not for this device and user.",
        "Sign in again; if it stays so, ask your administrator what stands between this device and the tenant.";
    SSO_HOST_REFUSED = Join(442), Admin, false,
        "Sign-in cookies are made for your organisation's sign-in hosts only.",
        "Check the address, or ask your administrator to add the host.";
    SSO_SIGN_IN = Join(443), You, true,
        "The sign-in service wants you to sign in again.",
        "Run `dovetail sign-in`, or sign in on the portal.";
    SSO_KEY_LOST = Join(444), You, true,
        "The session key does not open on this machine: the TPM was cleared or exchanged, or the files were copied.",
        "Sign in again; if the device's keys are lost, too, leave and join again.";
    SSO_ERRAND = Join(445), You, true,
        "This sign-in was not started here, or was used before.",
        "Start it again from this page.";
    SSO_ACCOUNT = Join(446), You, true,
        "This user is not signed in with that account on this device.",
        "Choose another account, or sign in with that one.";
    SSO_PROGRAM = Join(447), Admin, false,
        "This program may not use your sign-on on this device.",
        "Ask your administrator to add it to the programs that may.";
    SSO_AUTHORITY = Join(448), Admin, false,
        "The application asks another organisation than the account's.",
        "Check the application's authority: it must be the account's organisation, or `common`.";
    SSO_ACCOUNTS_FULL = Join(449), You, false,
        "This user is signed in with as many accounts on this device as one may be.",
        "Sign out of one of them first.";
    BROKER_NOT_OFFERED = Join(460), Admin, false,
        "The program asks the identity broker for something that this one does not do.",
        "Look for another way in the program's settings, or for a newer Dovetail.";
    PIN_NOT_SET = Join(480), You, true,
        "No PIN is set up for this account on this device.",
        "Run `dovetail pin set-up`.";
    PIN_WRONG = Join(481), You, true,
        "The PIN is wrong.",
        "Try again; after five wrong ones in a row it has to be set up anew.";
    PIN_RESTS = Join(482), Wait, true,
        "Wrong PINs were tried on this device, and for a while none is taken.",
        "Wait a little and try again, or sign in without it: `dovetail sign-in`.";
    PIN_LOCKED = Join(483), You, false,
        "Too many wrong PINs were tried; this one is not taken any more.",
        "Set up a new one: `dovetail pin set-up`.";
    PIN_RULES = Join(484), You, true,
        "The PIN is not as your organisation wants it.",
        "Choose another one; `dovetail pin` shows the rules.";
    PIN_EXPIRED = Join(485), You, false,
        "The PIN is older than your organisation allows.",
        "Change it: `dovetail pin change`.";
    PIN_FORBIDDEN = Join(486), Admin, false,
        "Your organisation wants no PINs on this device.",
        "Sign in as before, or ask your administrator to allow them.";
    PIN_NEEDS_TPM = Join(487), Admin, false,
        "A PIN needs a key in a TPM, and this device keeps its keys in files.",
        "Switch on the TPM in the firmware's settings, then leave and join again.";
    PIN_FRESH_SIGN_IN = Join(488), You, true,
        "A PIN is set up only right after a sign-in with the second factor.",
        "Run `dovetail sign-in --again`, then `dovetail pin set-up` within ten minutes.";
    PIN_KEY_REFUSED = Join(489), Admin, false,
        "The organisation did not take the key behind the PIN.",
        "Set the PIN up again; if it stays so, ask your administrator.";
}
