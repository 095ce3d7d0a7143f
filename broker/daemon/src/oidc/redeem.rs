//! The token endpoint: a grant goes there as a form, tokens come back (RFC 6749 §4.1.3, v1.0 of the dialect).

use dovetail_shared::code::ServerSaid;
use dovetail_shared::encode::from_b64url;
use dovetail_shared::link::AccountView;
use dovetail_shared::oidc::{DeviceCodeResponse, OAuthError, TokenResponse};
use dovetail_shared::{Code, Report, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::Daemon;
use crate::net::{Ask, Body, NetError};

/// The parameters of a grant.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a>(pub &'a [(&'a str, &'a str)]);

impl Grant<'_> {
    /// As `application/x-www-form-urlencoded`.
    pub fn form(self) -> String {
        // Escaping makes at most three bytes of one: the text is not moved, and leaves no copies of secrets behind.
        let room = self.0.iter().fold(0_usize, |room, (name, value)| {
            room.saturating_add(name.len())
                .saturating_add(value.len().saturating_mul(3))
                .saturating_add(2)
        });
        url::form_urlencoded::Serializer::new(String::with_capacity(room))
            .extend_pairs(self.0)
            .finish()
    }
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// Not asked, or no answer.
    #[error(transparent)]
    Net(#[from] NetError),
    /// Refused.
    #[error("the sign-in service refused: HTTP {0}")]
    Refused(u16, OAuthError),
    /// Not an answer of a token endpoint.
    #[error("the sign-in service answered with something that is not an answer")]
    Nonsense,
}

impl RedeemError {
    /// What people are told on the way to management.
    pub fn report(&self, daemon: &Daemon) -> Report {
        self.report_or(daemon, Code::MANAGEMENT_SIGN_IN)
    }

    /// What people are told: the server's own number where we know it, else `otherwise`.
    pub fn report_or(&self, daemon: &Daemon, otherwise: Code) -> Report {
        match self {
            Self::Net(error) => daemon.report(error.code()).with_detail(error.to_string()),
            Self::Nonsense => daemon.report(Code::NONSENSE).with_detail(self.to_string()),
            Self::Refused(status, error) => {
                let code = error
                    .aadsts()
                    .map(Code::Aadsts)
                    .filter(|code| code.entry().is_some())
                    .unwrap_or(otherwise);
                let mut report = daemon.report(code);
                report.server = Some(ServerSaid {
                    http_status: *status,
                    error: error.error.chars().take(64).collect(),
                    message: error
                        .error_description
                        .chars()
                        .filter(|c| !c.is_control())
                        .take(512)
                        .collect(),
                    request_id: error.trace_id.clone().unwrap_or_default(),
                });
                report
            }
        }
    }
}

/// Asks the configured authority's v1.0 token endpoint.
pub async fn redeem(
    daemon: &Daemon,
    grant: Grant<'_>,
    correlation: String,
) -> Result<TokenResponse, RedeemError> {
    ask(daemon, "token", grant, correlation).await
}

/// Asks the configured authority's v1.0 device-code endpoint (RFC 8628 §3.1).
pub async fn device_code(
    daemon: &Daemon,
    grant: Grant<'_>,
    correlation: String,
) -> Result<DeviceCodeResponse, RedeemError> {
    ask(daemon, "devicecode", grant, correlation).await
}

async fn ask<A: DeserializeOwned>(
    daemon: &Daemon,
    endpoint: &str,
    grant: Grant<'_>,
    correlation: String,
) -> Result<A, RedeemError> {
    let authority = daemon.config.tenant.authority.trim_end_matches('/');
    let url = Url::parse(&format!("{authority}/oauth2/{endpoint}"))
        .map_err(|_| NetError::Setup("the configured authority is not an address".into()))?;
    let body = Body::Form(Secret::new(grant.form()));
    let answer = daemon.net.ask(Ask::post(&url, body, correlation)).await?;
    if answer.status != 200 {
        let error = serde_json::from_slice(&answer.body).unwrap_or_default();
        return Err(RedeemError::Refused(answer.status, error));
    }
    serde_json::from_slice(&answer.body).map_err(|_| RedeemError::Nonsense)
}

/// The few claims that bind the answer to what was asked.
#[derive(Deserialize)]
struct Claims {
    aud: String,
    tid: dovetail_shared::id::TenantId,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    upn: Option<String>,
}

/// Whether the ID token that came with a redeemed code is of our request and of the account that joined.
///
/// It came straight from the token endpoint over TLS, which vouches for it (OIDC Core §3.1.3.7, 6): v1.0 leaves these unsigned.
/// Nothing else is taken out of it.
pub fn accompanies(
    daemon: &Daemon,
    id_token: Option<&String>,
    client: &str,
    nonce: &str,
    account: &AccountView,
) -> Result<(), Report> {
    let foreign = |what: &str| {
        daemon
            .report(Code::MANAGEMENT_SIGN_IN)
            .with_detail(format!("the sign-in that came back is {what}"))
    };
    let claims: Claims = id_token
        .and_then(|token| token.split('.').nth(1))
        .and_then(|payload| from_b64url(payload).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| foreign("none"))?;
    if claims.aud != client || claims.nonce.as_deref() != Some(nonce) {
        return Err(foreign("not the one that was asked for"));
    }
    let same = claims
        .upn
        .is_none_or(|upn| upn.eq_ignore_ascii_case(&account.upn));
    if claims.tid != account.tenant_id || !same {
        return Err(foreign("another account's"));
    }
    Ok(())
}
