//! What a page may ask. Everything that depends on the join's owner is decided where the join is known.

use dovetail_shared::Code;
use dovetail_shared::link::{BrokerAsk, Request};
use url::Url;

use crate::config::{Config, WebApp};

/// Whether a request with this origin is open to it. No origin: no page is behind it.
pub fn may(config: &Config, origin: Option<&str>, request: &Request) -> Result<(), Code> {
    let Some(origin) = origin else { return Ok(()) };
    let allowed = match request {
        Request::BrokerToken(ask) => is_app(&config.sso.web_apps, origin, ask),
        _ => config.portal.origins.contains(origin) && request.open_to_pages(),
    };
    allowed.then_some(()).ok_or(Code::ORIGIN_REFUSED)
}

/// A page gets tokens for an application that the configuration grants it, at an address of its own.
fn is_app(apps: &[WebApp], origin: &str, ask: &BrokerAsk) -> bool {
    let own = ask.redirect_uri.as_deref().is_some_and(|address| {
        Url::parse(address).is_ok_and(|url| url.origin().ascii_serialization() == origin)
    });
    let granted = apps
        .iter()
        .any(|app| app.origin.is(origin) && app.client_ids.contains(&ask.client_id));
    own && granted
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::link::{Empty, Leave};

    fn config(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    /// Pages that look like the portal, and the portal asking for what pages may not have.
    #[test]
    fn look_alikes_and_closed_requests_are_refused() {
        let origins = config("[portal]\norigins = [\"https://portal.example\"]");
        let status = Request::Status(Empty {});
        assert!(may(&origins, Some("https://portal.example"), &status).is_ok());
        for wrong in [
            "https://portal.example.evil",
            "http://portal.example",
            "https://portal.example/",
            "https://portal.example:443",
            "https://PORTAL.example",
            "null",
            "",
            "https://portal.example\0",
            "https://portal.exampl\u{435}",
        ] {
            assert_eq!(
                may(&origins, Some(wrong), &status),
                Err(Code::ORIGIN_REFUSED),
                "{wrong:?}"
            );
        }
        assert!(
            may(
                &origins,
                Some("https://portal.example"),
                &Request::Leave(Leave::default())
            )
            .is_err()
        );
        assert!(may(&origins, None, &Request::Leave(Leave::default())).is_ok());
        let accounts = Request::Accounts(Empty {});
        assert!(may(&origins, Some("https://portal.example"), &accounts).is_err());
    }

    /// A page asks for another application's tokens, gives another page's address as its own, or is only the portal.
    #[test]
    fn tokens_are_for_named_pages_and_their_own_applications() {
        let config = config(
            "[portal]\norigins = [\"https://portal.example\"]\n[[sso.web_apps]]\norigin = \"https://app.example\"\n\
             client_ids = [\"11111111-2222-4333-8444-555555555555\"]",
        );
        let own = "11111111-2222-4333-8444-555555555555";
        let ask = |origin: &str, client_id: &str, redirect_uri: Option<&str>| {
            let ask = BrokerAsk {
                account: None,
                client_id: client_id.parse().unwrap(),
                scope: "openid".into(),
                authority: None,
                redirect_uri: redirect_uri.map(String::from),
                claims: None,
                nonce: None,
                correlation_id: None,
            };
            may(&config, Some(origin), &Request::BrokerToken(ask))
        };
        let app = "https://app.example";
        assert_eq!(ask(app, own, Some("https://app.example/back?x")), Ok(()));
        for (origin, client_id, redirect_uri) in [
            (app, own, None),
            (app, own, Some("https://app.example.evil/")),
            (app, own, Some("https://app.example:444/")),
            (app, own, Some("http://app.example/")),
            (app, own, Some("https://app.example@evil.example/")),
            (app, own, Some("data:text/html,x")),
            (
                app,
                "11111111-2222-4333-8444-555555555556",
                Some("https://app.example/"),
            ),
            (
                "https://portal.example",
                own,
                Some("https://portal.example/"),
            ),
            (
                "https://app.example.evil",
                own,
                Some("https://app.example.evil/"),
            ),
            ("null", own, Some("data:text/html,x")),
        ] {
            assert_eq!(
                ask(origin, client_id, redirect_uri),
                Err(Code::ORIGIN_REFUSED),
                "{origin} {client_id} {redirect_uri:?}"
            );
        }
        let portal = Some("https://app.example");
        assert!(may(&config, portal, &Request::Status(Empty {})).is_err());
    }
}
