//! A sign-in on another machine (RFC 8628): a code that is shown here, and asking until it was used there.

use std::time::Duration;

use dovetail_shared::code::ServerSaid;
use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, DRS_RESOURCE};
use dovetail_shared::name::is_invisible;
use dovetail_shared::oidc::{DeviceCodeResponse, OAuthError, Seconds, TokenResponse};
use dovetail_shared::{Code, Secret};
use tokio::time::Instant;
use url::Url;

use super::error::DirectError;
use crate::Daemon;
use crate::net::NetError;
use crate::oidc::{self, Grant, RedeemError};

/// RFC 8628 §3.2: where the service names no interval; and §3.5: what `slow_down` adds. Seconds.
const INTERVAL: i64 = 5;
/// No service may make us wait for longer between two questions. Seconds.
const INTERVAL_MAX: i64 = 60;
/// Nobody needs longer to sign in, whatever the service says. Seconds.
const LIFE_MAX: i64 = 3600;
/// Characters of a code that a person can type.
const CODE_MAX: usize = 32;
/// Bytes of an address that fits a QR code on a terminal.
const ADDRESS_MAX: usize = 256;

/// A sign-in that is waited for.
#[derive(Debug)]
pub struct DeviceFlow {
    /// What the person types.
    pub user_code: String,
    /// Where: an https address.
    pub address: String,
    /// The same with the code in it, where that is offered.
    pub complete: Option<String>,
    /// The service's own sentence.
    pub message: String,
    /// Seconds that are left.
    pub expires_in: u32,
    device_code: Secret<String>,
    interval: Duration,
    next: Instant,
    end: Instant,
}

impl DeviceFlow {
    /// Asks for a code, as the broker's client, for the registration service.
    pub async fn begin(daemon: &Daemon, correlation: &str) -> Result<Self, DirectError> {
        let client = AUTHENTICATION_BROKER.to_string();
        let fields = [
            ("client_id", client.as_str()),
            ("resource", DRS_RESOURCE),
            ("scope", "openid"),
        ];
        let answer = oidc::device_code(daemon, Grant(&fields), correlation.to_owned())
            .await
            .map_err(refused)?;
        Self::read(answer, Instant::now())
    }

    fn read(answer: DeviceCodeResponse, now: Instant) -> Result<Self, DirectError> {
        let nonsense = || DirectError::Redeem(RedeemError::Nonsense);
        let typed = |c: char| c.is_ascii_graphic();
        let code = answer.user_code.trim();
        if code.is_empty() || code.len() > CODE_MAX || !code.chars().all(typed) {
            return Err(nonsense());
        }
        let address = answer.address().and_then(https).ok_or_else(nonsense)?;
        let life = answer.expires_in.get().filter(|life| *life > 0);
        let life = life.ok_or_else(nonsense)?.min(LIFE_MAX);
        let interval = answer.interval.as_ref().and_then(Seconds::get);
        let interval = seconds(interval.unwrap_or(INTERVAL).clamp(1, INTERVAL_MAX));
        Ok(Self {
            user_code: code.to_owned(),
            address,
            complete: answer.verification_uri_complete.as_deref().and_then(https),
            message: answer
                .message
                .chars()
                .filter(|c| !c.is_control() && !is_invisible(*c))
                .take(512)
                .collect(),
            expires_in: u32::try_from(life).unwrap_or(u32::MAX),
            device_code: answer.device_code,
            interval,
            next: later(now, interval),
            end: later(now, seconds(life)),
        })
    }

    /// When to ask next.
    pub fn next(&self) -> Instant {
        self.next.min(self.end)
    }

    /// Asks whether the person has signed in. `None`: not yet.
    pub async fn ask(
        &mut self,
        daemon: &Daemon,
        correlation: &str,
    ) -> Result<Option<TokenResponse>, DirectError> {
        if Instant::now() >= self.end {
            return Err(DirectError::CodeExpired);
        }
        let client = AUTHENTICATION_BROKER.to_string();
        let code = self.device_code.expose();
        // v1.0 calls the code `code`, the RFC `device_code`; each takes no notice of the other's name.
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", client.as_str()),
            ("code", code),
            ("device_code", code),
            ("resource", DRS_RESOURCE),
            ("scope", "openid"),
            ("windows_api_version", "2.0"),
        ];
        let answer = oidc::redeem(daemon, Grant(&fields), correlation.to_owned()).await;
        let wait = match answer {
            Ok(tokens) => return Ok(Some(tokens)),
            Err(error) => self.wait(error)?,
        };
        self.interval = wait;
        self.next = later(Instant::now(), wait);
        Ok(None)
    }

    /// How long to wait after this answer, unless it is the last.
    fn wait(&self, error: RedeemError) -> Result<Duration, DirectError> {
        let slower = self.interval.saturating_add(seconds(INTERVAL));
        match error {
            RedeemError::Refused(_, ref said) => match said.error.as_str() {
                "authorization_pending" => Ok(self.interval),
                "slow_down" => Ok(slower),
                _ => Err(refused(error)),
            },
            // RFC 8628 §3.5: a connection that fails is tried again, more slowly.
            RedeemError::Net(
                NetError::Unreachable { .. } | NetError::Cut { .. } | NetError::Timeout(_),
            ) => Ok(slower.min(seconds(INTERVAL_MAX))),
            RedeemError::Net(_) | RedeemError::Nonsense => Err(DirectError::Redeem(error)),
        }
    }
}

/// A refusal that ends it (RFC 8628 §3.5, and the words that the dialect adds).
fn refused(error: RedeemError) -> DirectError {
    let RedeemError::Refused(status, said) = error else {
        return DirectError::Redeem(error);
    };
    match said.error.as_str() {
        "expired_token" | "code_expired" => DirectError::CodeExpired,
        "authorization_declined" | "access_denied" if !blocked(&said) => DirectError::CodeDeclined,
        "unauthorized_client" if !unknown(&said) => DirectError::CodeOff(Box::new(ServerSaid {
            http_status: status,
            error: said.error.chars().take(64).collect(),
            message: said
                .error_description
                .chars()
                .filter(|c| !c.is_control())
                .take(512)
                .collect(),
            request_id: said.trace_id.unwrap_or_default(),
        })),
        _ => DirectError::Redeem(RedeemError::Refused(status, said)),
    }
}

/// Not a person's no, but a rule's.
fn blocked(said: &OAuthError) -> bool {
    said.aadsts().map(Code::Aadsts) == Some(Code::AADSTS_BLOCKED)
}

/// Not a flow that is switched off, but a client that nobody knows.
fn unknown(said: &OAuthError) -> bool {
    said.aadsts().map(Code::Aadsts) == Some(Code::AADSTS_UNKNOWN_CLIENT)
}

fn https(text: &str) -> Option<String> {
    Url::parse(text)
        .ok()
        .filter(|url| url.scheme() == "https" && url.username().is_empty())
        .map(String::from)
        .filter(|url| url.len() <= ADDRESS_MAX)
}

fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or(0))
}

fn later(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(change: impl FnOnce(&mut DeviceCodeResponse)) -> DeviceCodeResponse {
        let mut answer = DeviceCodeResponse {
            user_code: "F5KZ-7QRT".into(),
            device_code: Secret::new("d".into()),
            verification_uri: None,
            verification_url: Some("https://login.example/device".into()),
            verification_uri_complete: None,
            expires_in: Seconds::Text("900".into()),
            interval: None,
            message: "Type \u{1b}[31mit".into(),
        };
        change(&mut answer);
        answer
    }

    fn refusal(error: &str, number: u32) -> RedeemError {
        RedeemError::Refused(
            400,
            OAuthError {
                error: error.into(),
                error_codes: vec![number],
                ..OAuthError::default()
            },
        )
    }

    /// What a terminal shows to a person is a code that can be typed, and an https address.
    #[test]
    fn codes_and_addresses_that_are_none_are_refused() {
        let now = Instant::now();
        let flow = DeviceFlow::read(answer(|_| {}), now).unwrap();
        assert_eq!(flow.message, "Type [31mit");
        assert_eq!(flow.interval, Duration::from_secs(5));
        let spoil: [fn(&mut DeviceCodeResponse); 6] = [
            |answer| answer.user_code = String::new(),
            |answer| answer.user_code = "A\u{202e}B".into(),
            |answer| answer.user_code = "A".repeat(33),
            |answer| answer.verification_url = None,
            |answer| answer.verification_url = Some("http://login.example/".into()),
            |answer| answer.expires_in = Seconds::Number(0),
        ];
        for change in spoil {
            assert!(DeviceFlow::read(answer(change), now).is_err());
        }
        let eager = DeviceFlow::read(answer(|a| a.interval = Some(Seconds::Number(0))), now);
        assert_eq!(eager.unwrap().interval, Duration::from_secs(1));
    }

    /// RFC 8628 §3.5: pending goes on, `slow_down` adds five seconds, everything else is the end.
    #[test]
    fn answers_to_a_question_lead_where_the_rfc_says() {
        let flow = DeviceFlow::read(answer(|_| {}), Instant::now()).unwrap();
        let wait = |error, number| flow.wait(refusal(error, number));
        assert_eq!(wait("authorization_pending", 70016).unwrap().as_secs(), 5);
        assert_eq!(wait("slow_down", 0).unwrap().as_secs(), 10);
        let cut = NetError::Timeout("login.example".into());
        assert_eq!(flow.wait(RedeemError::Net(cut)).unwrap().as_secs(), 10);
        let end = |error, number| wait(error, number).unwrap_err();
        assert!(matches!(
            end("expired_token", 70019),
            DirectError::CodeExpired
        ));
        assert!(matches!(
            end("access_denied", 65004),
            DirectError::CodeDeclined
        ));
        assert!(matches!(
            end("unauthorized_client", 700_021),
            DirectError::CodeOff(_)
        ));
        for (error, number) in [
            ("access_denied", 53003),
            ("unauthorized_client", 700_016),
            ("bad_verification_code", 70018),
        ] {
            assert!(matches!(end(error, number), DirectError::Redeem(_)));
        }
    }
}
