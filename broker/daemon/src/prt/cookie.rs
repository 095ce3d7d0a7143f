//! The cookie that signs a user in at a login host (registration reference §4.10): bound to the server's nonce, made anew each
//! time, kept nowhere.

use std::sync::Arc;

use dovetail_shared::link::{CookieAsk, SsoCookie};
use dovetail_shared::prt::CookiePayload;
use dovetail_shared::{Code, Report};
use url::Url;

use super::account::Account;
use super::ask::{is_nonce, nonce};
use super::error::PrtError;
use super::grant::{Asking, grant};
use super::renew::{current, spoilt};
use super::{host, signed};
use crate::Daemon;
use crate::front::Peer;

/// Name of the cookie, and of the header.
const NAME: &str = "x-ms-RefreshTokenCredential";
/// Bytes of an address.
const MAX: usize = 8192;

/// A cookie for the asking user's account.
pub async fn cookie(daemon: &Daemon, peer: &Peer, ask: &CookieAsk) -> Result<SsoCookie, Report> {
    let url = Url::parse(&ask.url).ok().filter(|_| ask.url.len() <= MAX);
    let host = url.as_ref().and_then(Url::host_str);
    let asking = Asking {
        peer,
        origin: None,
        account: ask.account.as_deref(),
        kind: "cookie",
        about: host.unwrap_or_default().to_owned(),
    };
    grant(daemon, asking, async |account: Arc<Account>| {
        let url = url.filter(|url| host::is_login(&daemon.config, url));
        let url = url.ok_or_else(|| daemon.report(Code::SSO_HOST_REFUSED))?;
        let given = given(&url, ask.nonce.as_deref()).map_err(|code| daemon.report(code))?;
        let made = make(daemon, &account, given).await;
        made.map_err(|error| {
            spoilt(daemon, &account, &error);
            error.report(daemon)
        })
    })
    .await
}

async fn make(
    daemon: &Daemon,
    account: &Arc<Account>,
    given: Option<String>,
) -> Result<SsoCookie, PrtError> {
    let (prt, who) = current(account)?;
    let request_nonce = if let Some(nonce) = given {
        nonce
    } else {
        let fetched = nonce(daemon, &uuid::Uuid::new_v4().to_string()).await;
        if daemon.idle() {
            daemon.net.rest();
        }
        fetched?
    };
    let payload = CookiePayload {
        refresh_token: account.open(daemon, &prt).await?,
        is_primary: Some("true".into()),
        request_nonce: Some(request_nonce),
        ..CookiePayload::default()
    };
    Ok(SsoCookie {
        name: NAME.into(),
        value: signed::by_session(daemon, &prt.keys, &payload).await?,
        upn: who.upn,
    })
}

/// The nonce that the asker brings, or the address does (`sso_nonce`). Two that differ are one too many.
fn given(url: &Url, asked: Option<&str>) -> Result<Option<String>, Code> {
    let in_query = url
        .query_pairs()
        .filter(|(name, _)| name == "sso_nonce")
        .map(|(_, value)| value.into_owned());
    let mut nonce = asked.map(str::to_owned);
    let mut seen = 0_u32;
    for other in in_query {
        seen = seen.saturating_add(1);
        if seen > 1 || nonce.as_ref().is_some_and(|nonce| *nonce != other) {
            return Err(Code::BAD_FRAME);
        }
        nonce = Some(other);
    }
    match nonce {
        Some(nonce) if !is_nonce(&nonce) => Err(Code::BAD_FRAME),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_nonce_or_none() {
        let given = |query: &str, asked| {
            given(
                &Url::parse(&format!("https://login.example/authorize{query}")).unwrap(),
                asked,
            )
        };
        assert_eq!(given("", None), Ok(None));
        assert_eq!(given("?a=b", Some("n")), Ok(Some("n".into())));
        assert_eq!(given("?sso_nonce=n", None), Ok(Some("n".into())));
        assert_eq!(given("?sso_nonce=n", Some("n")), Ok(Some("n".into())));
        for (query, asked) in [
            ("?sso_nonce=n&sso_nonce=n", None),
            ("?sso_nonce=n", Some("m")),
            ("?sso_nonce=", None),
            ("?sso_nonce=a%20b", None),
            ("", Some("a\u{0}")),
        ] {
            assert_eq!(
                given(query, asked),
                Err(Code::BAD_FRAME),
                "{query} {asked:?}"
            );
        }
    }
}
