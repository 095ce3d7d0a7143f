//! The token endpoint, as signed requests use it (registration reference §4.1, §4.2).

use dovetail_shared::Secret;
use dovetail_shared::prt::grant;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::error::PrtError;
use crate::Daemon;
use crate::net::{Ask, Body, NetError};
use crate::oidc::{Grant, RedeemError};

/// Bytes of a nonce; real ones have below 200.
const MAX_NONCE: usize = 4096;

/// Which version of the endpoint, and of the protocol on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `/oauth2/token`, `windows_api_version=2.2`: resources.
    V1,
    /// `/oauth2/v2.0/token`, `prt_protocol_version=3.0`: scopes.
    V2,
}

/// Fetches a nonce. It is the server's clock, too: nothing of ours needs this machine's.
pub(super) async fn nonce(daemon: &Daemon, correlation: &str) -> Result<String, PrtError> {
    #[derive(Deserialize)]
    struct Challenge {
        #[serde(rename = "Nonce")]
        nonce: String,
    }
    let body = post(
        daemon,
        Endpoint::V1,
        Grant(&[("grant_type", "srv_challenge")]),
        correlation,
    )
    .await?;
    let challenge: Challenge = serde_json::from_slice(&body).map_err(|_| RedeemError::Nonsense)?;
    if is_nonce(&challenge.nonce) {
        Ok(challenge.nonce)
    } else {
        Err(RedeemError::Nonsense.into())
    }
}

/// Whether a text can be a server's nonce: it goes into what we sign.
pub(super) fn is_nonce(text: &str) -> bool {
    (1..=MAX_NONCE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Hands in a signed request; what comes back with status 200 is for the caller to read.
pub(super) async fn hand_in(
    daemon: &Daemon,
    endpoint: Endpoint,
    request: &Secret<String>,
    correlation: &str,
) -> Result<Zeroizing<Vec<u8>>, PrtError> {
    let version = match endpoint {
        Endpoint::V1 => ("windows_api_version", "2.2"),
        Endpoint::V2 => ("prt_protocol_version", "3.0"),
    };
    let grant = Grant(&[
        ("grant_type", grant::JWT_BEARER),
        version,
        ("client_info", "1"),
        ("request", request.expose()),
    ]);
    post(daemon, endpoint, grant, correlation).await
}

async fn post(
    daemon: &Daemon,
    endpoint: Endpoint,
    grant: Grant<'_>,
    correlation: &str,
) -> Result<Zeroizing<Vec<u8>>, PrtError> {
    let authority = daemon.config.tenant.authority.trim_end_matches('/');
    let path = match endpoint {
        Endpoint::V1 => "oauth2/token",
        Endpoint::V2 => "oauth2/v2.0/token",
    };
    let url = Url::parse(&format!("{authority}/{path}"))
        .map_err(|_| NetError::Setup("the configured authority is not an address".into()))?;
    let body = Body::Form(Secret::new(grant.form()));
    let answer = daemon
        .net
        .ask(Ask::post(&url, body, correlation.to_owned()))
        .await?;
    let body = Zeroizing::new(answer.body);
    if answer.status == 200 {
        Ok(body)
    } else {
        let error = serde_json::from_slice(&body).unwrap_or_default();
        Err(RedeemError::Refused(answer.status, error).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_text_is_a_nonce() {
        assert!(is_nonce("AwABEgEAAAADAOz_BQD0_testnonce"));
        for wrong in ["", "a b", "a\n", "\u{e9}", &"a".repeat(MAX_NONCE + 1)] {
            assert!(!is_nonce(wrong), "{wrong:.20}");
        }
    }
}
