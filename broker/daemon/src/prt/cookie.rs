//! The cookie that signs a user in at a login host (registration reference §4.10): bound to the server's nonce, made anew each
//! time, kept nowhere.

use dovetail_shared::link::{CookieAsk, SsoCookie};
use dovetail_shared::prt::CookiePayload;
use dovetail_shared::{Code, Report};
use url::Url;

use super::ask::{is_nonce, nonce};
use super::error::PrtError;
use super::rate::{Asking, admit};
use super::renew::{current, spoilt};
use super::{host, signed};
use crate::Daemon;
use crate::front::Peer;

/// Name of the cookie, and of the header.
const NAME: &str = "x-ms-RefreshTokenCredential";
/// Bytes of an address.
const MAX: usize = 8192;

/// A cookie for the asking user.
pub async fn cookie(daemon: &Daemon, peer: &Peer, ask: &CookieAsk) -> Result<SsoCookie, Report> {
    let url = Url::parse(&ask.url)
        .ok()
        .filter(|url| ask.url.len() <= MAX && host::is_login(&daemon.config, url))
        .ok_or_else(|| daemon.report(Code::SSO_HOST_REFUSED))?;
    let given = given(&url, ask.nonce.as_deref()).map_err(|code| daemon.report(code))?;
    let asking = Asking {
        peer,
        origin: None,
        account: ask.account.as_deref(),
        action: "cookie",
    };
    let user = admit(daemon, asking).await?;
    let say = |error: PrtError| error.report(daemon);
    let (prt, who) = current(&user).map_err(say)?;
    let request_nonce = if let Some(nonce) = given {
        nonce
    } else {
        let fetched = nonce(daemon, &uuid::Uuid::new_v4().to_string()).await;
        if daemon.idle() {
            daemon.net.rest();
        }
        fetched.map_err(say)?
    };
    let made = async {
        let payload = CookiePayload {
            refresh_token: user.open(daemon, &prt).await?,
            is_primary: Some("true".into()),
            request_nonce: Some(request_nonce),
            ..CookiePayload::default()
        };
        signed::by_session(daemon, &prt.keys, &payload).await
    };
    let value = made.await.map_err(|error| {
        spoilt(daemon, &user, &error);
        say(error)
    })?;
    Ok(SsoCookie {
        name: NAME.into(),
        value,
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
