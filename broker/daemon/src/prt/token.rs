//! Access tokens by an account's primary refresh token (registration reference §4.9).

use std::sync::Arc;

use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::link::{AccessToken, TokenAsk};
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::prt::{BROKER_ISSUER, SessionRequest, grant};
use dovetail_shared::{Code, Report};

use super::account::Account;
use super::ask::{Endpoint, hand_in, nonce};
use super::error::PrtError;
use super::grant::{Asking, grant};
use super::record::Prt;
use super::renew::{current, spoilt};
use super::{answer, open, signed};
use crate::Daemon;
use crate::front::Peer;

/// `aud` of what a session key signs; the service does not look at it.
pub(super) const AUDIENCE: &str = "login.microsoftonline.com";
/// Bytes of a resource or of scopes.
const MAX: usize = 2048;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) client_id: &'a str,
    /// A resource at version 1, scopes at version 2.
    pub(super) audience: &'a str,
    /// Of the application; the broker's own for it where it is left out.
    pub(super) redirect_uri: Option<&'a str>,
    /// Handed on.
    pub(super) claims: Option<&'a str>,
    /// Handed on.
    pub(super) nonce: Option<&'a str>,
    /// The application's, if it has one.
    pub(super) correlation: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    /// The least that must be said.
    pub(super) fn of(endpoint: Endpoint, client_id: &'a str, audience: &'a str) -> Self {
        Self {
            endpoint,
            client_id,
            audience,
            redirect_uri: None,
            claims: None,
            nonce: None,
            correlation: None,
        }
    }
}

/// A token for the asking user.
pub async fn token(daemon: &Daemon, peer: &Peer, ask: &TokenAsk) -> Result<AccessToken, Report> {
    let (endpoint, audience) = match (&ask.resource, &ask.scope) {
        (Some(resource), None) => (Endpoint::V1, resource),
        (None, Some(scope)) => (Endpoint::V2, scope),
        _ => {
            return Err(daemon
                .report(Code::BAD_FRAME)
                .with_detail("one of resource and scope is needed"));
        }
    };
    if !(1..=MAX).contains(&audience.len()) || audience.contains(char::is_control) {
        return Err(daemon.report(Code::BAD_FRAME));
    }
    let client_id = ask.client_id.unwrap_or(AUTHENTICATION_BROKER).to_string();
    let asking = Asking {
        peer,
        origin: None,
        account: ask.account.as_deref(),
        kind: "token",
        about: ask.client_id.map_or_else(
            || audience.clone(),
            |client_id| format!("{audience} {client_id}"),
        ),
    };
    grant(daemon, asking, async |account: Arc<Account>| {
        let wanted = Wanted::of(endpoint, &client_id, audience);
        let (tokens, upn) = used(daemon, &account, wanted).await?;
        let lifetime = tokens.expires_in.get().unwrap_or_default().max(0);
        Ok(AccessToken {
            access_token: tokens.access_token,
            token_type: tokens.token_type,
            expires_on: daemon.now().plus(lifetime),
            scope: tokens.scope,
            upn,
        })
    })
    .await
}

/// Tokens for one use, and whose; what the refusal of it says of the primary one is kept.
pub(super) async fn used(
    daemon: &Daemon,
    account: &Arc<Account>,
    wanted: Wanted<'_>,
) -> Result<(TokenResponse, String), Report> {
    let say = |error: PrtError| error.report(daemon);
    let (prt, who) = current(account).map_err(say)?;
    let tokens = by_prt(daemon, account, &prt, wanted).await;
    if daemon.idle() {
        daemon.net.rest();
    }
    match tokens {
        Ok(tokens) => Ok((tokens, who.upn)),
        Err(error) => {
            spoilt(daemon, account, &error);
            Err(say(error))
        }
    }
}

/// Asks with the token. Once more where the nonce had lain about for too long.
pub(super) async fn by_prt(
    daemon: &Daemon,
    account: &Arc<Account>,
    prt: &Prt,
    wanted: Wanted<'_>,
) -> Result<TokenResponse, PrtError> {
    match once(daemon, account, prt, wanted).await {
        Err(error) if error.number() == Some(140_000) => once(daemon, account, prt, wanted).await,
        other => other,
    }
}

async fn once(
    daemon: &Daemon,
    account: &Arc<Account>,
    prt: &Prt,
    wanted: Wanted<'_>,
) -> Result<TokenResponse, PrtError> {
    let correlation = wanted
        .correlation
        .map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
    let client_id = wanted.client_id.to_owned();
    let (scope, resource) = match wanted.endpoint {
        Endpoint::V1 => ("openid".to_owned(), Some(wanted.audience.to_owned())),
        Endpoint::V2 => (wanted.audience.to_owned(), None),
    };
    let payload = SessionRequest {
        scope,
        resource,
        grant_type: grant::REFRESH_TOKEN.into(),
        request_nonce: Some(nonce(daemon, &correlation).await?),
        refresh_token: account.open(daemon, prt).await?,
        redirect_uri: Some(wanted.redirect_uri.map_or_else(
            || format!("ms-appx-web://Microsoft.AAD.BrokerPlugin/{client_id}"),
            str::to_owned,
        )),
        claims: wanted.claims.map(str::to_owned),
        nonce: wanted.nonce.map(str::to_owned),
        iss: Some(BROKER_ISSUER.into()),
        aud: Some(AUDIENCE.into()),
        client_id,
        ..SessionRequest::default()
    };
    let request = signed::by_session(daemon, &prt.keys, &payload).await?;
    drop(payload);
    let body = hand_in(daemon, wanted.endpoint, &request, &correlation).await?;
    let text = std::str::from_utf8(&body).map_err(|_| PrtError::Answer("is no text"))?;
    let clear = open::open(&daemon.vault, &prt.keys, text).await?;
    let tokens: TokenResponse =
        serde_json::from_slice(&clear).map_err(|_| PrtError::Answer("is no token"))?;
    let (_, who) = current(account)?;
    answer::same_user(tokens.id_token.as_ref(), &who)?;
    Ok(tokens)
}
