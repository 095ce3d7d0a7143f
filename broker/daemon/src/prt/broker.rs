//! `broker.token`: tokens for other programs' and pages' applications, as Microsoft's brokers give them.

use std::sync::Arc;

use dovetail_shared::link::{self, BrokerAsk, BrokerToken};
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::{Code, Report};
use url::Url;

use super::account::Account;
use super::accounts::described;
use super::ask::Endpoint;
use super::error::PrtError;
use super::grant::{Asking, grant};
use super::host;
use super::token::{Wanted, used};
use crate::Daemon;
use crate::config::Config;
use crate::front::Peer;

/// Bytes of scopes, of addresses and of a nonce.
const MAX: usize = 2048;
/// Bytes of a `claims` request.
const MAX_CLAIMS: usize = 16 * 1024;
/// Without these there is no ID token, and none of a form that programs know what to do with.
const ALWAYS: [&str; 2] = ["openid", "profile"];

/// Tokens for an application. That a page may have it was decided where it came in.
pub async fn broker_token(
    daemon: &Daemon,
    peer: &Peer,
    origin: Option<&str>,
    ask: &BrokerAsk,
) -> Result<BrokerToken, Report> {
    well_formed(ask).map_err(|detail| daemon.report(Code::BAD_FRAME).with_detail(detail))?;
    let (client_id, scope) = (ask.client_id.to_string(), scopes(&ask.scope));
    let asking = Asking {
        peer,
        origin,
        account: ask.account.as_deref(),
        kind: "broker.token",
        about: format!("{scope} {client_id}"),
    };
    grant(daemon, asking, async |account: Arc<Account>| {
        let is_default = daemon
            .sso
            .look(peer.uid)
            .is_some_and(|first| Arc::ptr_eq(&first, &account));
        let known = described(&account.record(), is_default)
            .ok_or_else(|| PrtError::None.report(daemon))?;
        let ours = |authority: &String| is_ours(&daemon.config, authority, &known);
        if !ask.authority.as_ref().is_none_or(ours) {
            return Err(daemon.report(Code::SSO_AUTHORITY));
        }
        let wanted = Wanted {
            redirect_uri: ask.redirect_uri.as_deref(),
            claims: ask.claims.as_deref(),
            nonce: ask.nonce.as_deref(),
            correlation: ask.correlation_id.as_deref(),
            ..Wanted::of(Endpoint::V2, &client_id, &scope)
        };
        let (tokens, _) = used(daemon, &account, wanted).await?;
        answer(daemon, tokens, known, &scope)
    })
    .await
}

fn answer(
    daemon: &Daemon,
    tokens: TokenResponse,
    account: link::Account,
    asked: &str,
) -> Result<BrokerToken, Report> {
    let none = || PrtError::Answer("has no ID token").report(daemon);
    let lifetime = tokens.expires_in.get().unwrap_or_default().max(0);
    let told = Some(tokens.scope).filter(|scope| !scope.is_empty());
    Ok(BrokerToken {
        access_token: tokens.access_token,
        token_type: "Bearer".into(),
        id_token: tokens.id_token.ok_or_else(none)?,
        client_info: tokens
            .client_info
            .unwrap_or_else(|| account.client_info.clone()),
        account,
        scope: told.unwrap_or_else(|| asked.to_owned()),
        expires_on: daemon.now().plus(lifetime),
    })
}

/// What is wrong with it, in words.
fn well_formed(ask: &BrokerAsk) -> Result<(), &'static str> {
    let text = |text: &str, most: usize| text.len() <= most && !text.contains(char::is_control);
    let some =
        |given: &Option<String>, most| given.as_deref().is_none_or(|given| text(given, most));
    if ask.scope.trim().is_empty() || !text(&ask.scope, MAX) {
        return Err("scope: scopes, separated by blanks");
    }
    if !some(&ask.redirect_uri, MAX) || !some(&ask.nonce, MAX) || !some(&ask.authority, MAX) {
        return Err("a text is too long");
    }
    let is_object = |claims: &String| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(claims).is_ok()
    };
    if ask
        .claims
        .as_ref()
        .is_some_and(|claims| claims.len() > MAX_CLAIMS || !is_object(claims))
    {
        return Err("claims: a JSON object");
    }
    let id = ask.correlation_id.as_deref();
    if id.is_some_and(|id| id.parse::<uuid::Uuid>().is_err()) {
        return Err("correlation_id: a UUID");
    }
    Ok(())
}

/// The asked scopes, and what an ID token takes.
fn scopes(asked: &str) -> String {
    let mut words: Vec<&str> = asked.split_whitespace().collect();
    for word in ALWAYS {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    // A request with it renews the primary refresh token: not for applications.
    words.retain(|word| !matches!(*word, "aza" | "ugs"));
    words.join(" ")
}

/// Whether an application's authority leads to the account's organisation: one of our sign-in hosts, and the tenant by id, by
/// the name in the configuration, by the account's own domain, or left open.
fn is_ours(config: &Config, authority: &str, account: &link::Account) -> bool {
    let Ok(url) = Url::parse(authority) else {
        return false;
    };
    if !host::is_login(config, &url) {
        return false;
    }
    let first = |url: &Url| {
        let segment = url.path_segments().and_then(|mut parts| parts.next());
        segment.unwrap_or_default().to_ascii_lowercase()
    };
    let configured = Url::parse(&config.tenant.authority);
    let configured = configured.map(|url| first(&url)).unwrap_or_default();
    let domain = account.username.rsplit('@').next().unwrap_or_default();
    let named = first(&url);
    named.is_empty()
        || named == "common"
        || named == "organizations"
        || named == configured
        || named.eq_ignore_ascii_case(&account.tenant_id.to_string())
        || named.eq_ignore_ascii_case(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that asks for a renewed primary refresh token by the scopes gets an access token, as all others.
    #[test]
    fn scopes_bring_an_id_token_and_no_renewal() {
        assert_eq!(scopes("User.Read"), "User.Read openid profile");
        assert_eq!(
            scopes("openid  offline_access profile aza ugs"),
            "openid offline_access profile"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let good = BrokerAsk {
            account: None,
            client_id: dovetail_shared::id::well_known::BROKER_PLUGIN,
            scope: "User.Read".into(),
            authority: None,
            redirect_uri: None,
            claims: Some(r#"{"id_token":{}}"#.into()),
            nonce: Some("n".into()),
            correlation_id: Some("11111111-2222-4333-8444-555555555555".into()),
        };
        assert!(well_formed(&good).is_ok());
        let changes: [fn(&mut BrokerAsk); 7] = [
            |ask| ask.scope = " ".into(),
            |ask| ask.scope = "a\nb".into(),
            |ask| ask.scope = "a".repeat(MAX + 1),
            |ask| ask.nonce = Some("n".repeat(MAX + 1)),
            |ask| ask.claims = Some("[]".into()),
            |ask| ask.claims = Some(format!(r#"{{"a":"{}"}}"#, "b".repeat(MAX_CLAIMS))),
            |ask| ask.correlation_id = Some("x\r\ny".into()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut ask = good.clone();
            change(&mut ask);
            assert!(well_formed(&ask).is_err(), "{number}");
        }
    }
}
