//! Where an application's answers may go, and what kind of client sits there.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::store::{Store, StoreError, query};

/// What kind of client an address belongs to. Decides what its codes need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Platform {
    /// A program in a browser: no secret, PKCE, redeems from its own origin, refresh tokens of one day.
    Spa,
    /// A program on somebody's machine: no secret.
    #[default]
    Native,
    /// A program on a server: proves itself with its secret or key.
    Web,
}

impl Platform {
    /// As the store keeps it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Web => "web",
        }
    }

    /// The reverse; what is unknown is the kind that must prove most.
    pub(crate) fn of_word(word: &str) -> Self {
        match word {
            "spa" => Self::Spa,
            "native" => Self::Native,
            _ => Self::Web,
        }
    }
}

/// A registered address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Redirect {
    pub(crate) uri: String,
    pub(crate) platform: Platform,
}

/// Whether `origin`, as a browser sends it, is that of a registered single-page application.
pub(crate) async fn is_spa_origin(store: &Store, origin: &str) -> Result<bool, StoreError> {
    let rows = query("SELECT uri FROM app_redirect WHERE platform = 'spa'")
        .fetch_all(store)
        .await?;
    for row in rows {
        let redirect = Redirect {
            uri: row.try_get(0)?,
            platform: Platform::Spa,
        };
        if redirect.is_at(origin) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Hosts that are this machine. Programs there take whatever port is free (RFC 8252 §7.3).
const LOOPBACK: &[&str] = &["http://localhost", "http://127.0.0.1", "http://[::1]"];

impl Redirect {
    /// Whether it is the address of a request: to the letter, but for the port of a loopback address.
    pub(crate) fn fits(&self, asked: &str) -> bool {
        if self.uri == asked {
            return true;
        }
        LOOPBACK
            .iter()
            .any(|host| match (rest(&self.uri, host), rest(asked, host)) {
                (Some((_, registered)), Some((_, asked))) => registered == asked,
                _ => false,
            })
    }
}

impl Redirect {
    /// Whether it lies at that origin, compared whole; the port of a loopback address is free here, too.
    pub(crate) fn is_at(&self, origin: &str) -> bool {
        let Ok(own) = Url::parse(&self.uri) else {
            return false;
        };
        if own.origin().is_tuple() && own.origin().ascii_serialization() == origin {
            return true;
        }
        LOOPBACK.iter().any(|host| {
            rest(&self.uri, host).is_some()
                && rest(origin, host).is_some_and(|(_, path)| path == "/" && !origin.ends_with('/'))
        })
    }
}

/// Port and path of an address on `host`; an empty path is `/`. `None` for another host, or a port that is none.
fn rest<'a>(uri: &'a str, host: &str) -> Option<(Option<u16>, &'a str)> {
    let rest = uri.strip_prefix(host)?;
    let (port, path) = match rest.strip_prefix(':') {
        Some(rest) => {
            let end = rest
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, path) = rest.split_at_checked(end)?;
            (
                Some(digits.parse::<u16>().ok().filter(|port| *port != 0)?),
                path,
            )
        }
        None => (None, rest),
    };
    match path {
        "" => Some((port, "/")),
        path if path.starts_with('/') => Some((port, path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-25] An origin is compared whole.
    #[test]
    fn an_origin_is_the_applications_or_not() {
        let at = |registered: &str, origin: &str| {
            let uri = registered.to_owned();
            Redirect {
                uri,
                platform: Platform::Spa,
            }
            .is_at(origin)
        };
        assert!(at("https://app.example/done", "https://app.example"));
        assert!(at("http://localhost:3000/done", "http://localhost:4000"));
        for origin in [
            "null",
            "https://app.example:444",
            "http://app.example",
            "https://app.example.evil",
            "https://evil.example",
            "https://app.example/",
            "http://localhost:3000",
        ] {
            assert!(!at("https://app.example/done", origin), "{origin}");
        }
        assert!(!at(
            "http://localhost:3000/",
            "http://localhost.evil.example"
        ));
        assert!(!at("http://localhost:3000/", "http://127.0.0.1:3000"));
        assert!(!at("myapp:/done", "null"));
    }

    fn fits(registered: &str, asked: &str) -> bool {
        let uri = registered.to_owned();
        Redirect {
            uri,
            platform: Platform::Native,
        }
        .fits(asked)
    }

    /// [ID-01] Only the port of a loopback address is free.
    #[test]
    fn an_address_fits_to_the_letter() {
        let local = "http://localhost/done";
        for asked in [
            local,
            "http://localhost:1/done",
            "http://localhost:65535/done",
        ] {
            assert!(fits(local, asked), "{asked}");
        }
        assert!(fits("http://localhost", "http://localhost:8400/"));
        assert!(fits("http://127.0.0.1:1/x", "http://127.0.0.1:8400/x"));
        for asked in [
            "http://localhost:65536/done",
            "http://localhost:0/done",
            "http://localhost:/done",
            "http://localhost:1x/done",
            "http://localhost:1/done/",
            "http://localhost:1/done?x=1",
            "http://localhost:1/done#x",
            "http://localhost:1@evil.example/done",
            "http://localhost:1:2/done",
            "http://localhost.evil.example/done",
            "http://localhost@evil.example/done",
            "http://127.0.0.1:1/done",
            "https://localhost:1/done",
            "HTTP://localhost:1/done",
            "http://localhost:1\\@evil.example/done",
        ] {
            assert!(!fits(local, asked), "{asked}");
        }
        for asked in [
            "https://app.example:444/",
            "https://app.example",
            "https://app.example/x",
        ] {
            assert!(!fits("https://app.example/", asked), "{asked}");
        }
    }
}
