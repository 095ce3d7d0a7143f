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
}
