//! Addresses that a token or the management service announces: believed only as https, without names in them, and on
//! hosts that are allowed.

use dovetail_shared::Code;
use url::Url;

use crate::config;

/// An address of the verified token: terms of use, discovery. On any host, or at or below `[management] hosts` where
/// that is set.
pub fn announced(text: &str, config: &config::Management) -> Result<Url, Code> {
    let url = secure(text)?;
    let allowed = config.hosts.is_empty() || config.hosts.iter().any(|host| within(&url, host));
    allowed.then_some(url).ok_or(Code::MDM_INSECURE_REDIRECT)
}

/// An address that the service at `base` names: on its host or below, or at or below `[management] hosts`.
pub fn named_by(base: &Url, text: &str, config: &config::Management) -> Result<Url, Code> {
    let url = secure(text)?;
    let own = base.host_str().is_some_and(|host| within(&url, host));
    let allowed = own || config.hosts.iter().any(|host| within(&url, host));
    allowed.then_some(url).ok_or(Code::MDM_INSECURE_REDIRECT)
}

/// `resource` of the token request: scheme and host of the discovery address, with a final slash.
pub fn resource(discovery: &Url) -> String {
    format!("{}/", discovery.origin().ascii_serialization())
}

fn secure(text: &str) -> Result<Url, Code> {
    let url = Url::parse(text).map_err(|_| Code::MDM_INSECURE_REDIRECT)?;
    let good = url.scheme() == "https"
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    good.then_some(url).ok_or(Code::MDM_INSECURE_REDIRECT)
}

fn within(url: &Url, host: &str) -> bool {
    let named = url.host_str().unwrap_or_default();
    named.eq_ignore_ascii_case(host)
        || named
            .to_ascii_lowercase()
            .strip_suffix(&host.to_ascii_lowercase())
            .is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(hosts: &[&str]) -> config::Management {
        config::Management {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            ..config::Management::default()
        }
    }

    /// A forged or careless announcement sends the access token over http, to a look-alike, or with a name in it.
    #[test]
    fn announcements_that_are_not_secure_are_refused() {
        let any = config(&[]);
        let some = config(&["manage.example"]);
        for wrong in [
            "http://manage.example/x",
            "https://user@manage.example/x",
            "https://a:b@manage.example/x",
            "javascript:alert(1)",
            "//manage.example/x",
            "",
        ] {
            assert_eq!(
                announced(wrong, &any),
                Err(Code::MDM_INSECURE_REDIRECT),
                "{wrong}"
            );
        }
        assert!(announced("https://elsewhere.example/x", &any).is_ok());
        assert!(announced("https://r.Manage.example/x", &some).is_ok());
        for foreign in [
            "https://elsewhere.example/x",
            "https://evilmanage.example/x",
        ] {
            assert!(announced(foreign, &some).is_err(), "{foreign}");
        }
    }

    /// [MD-03] The discovery answer or the provisioning document points to another host.
    #[test]
    fn the_service_names_only_its_own_hosts() {
        let base = Url::parse("https://manage.example/d").unwrap();
        let none = config(&[]);
        assert!(named_by(&base, "https://manage.example:8443/e", &none).is_ok());
        assert!(named_by(&base, "https://r.manage.example/e", &none).is_ok());
        for foreign in [
            "https://example/e",
            "https://other.example/e",
            "https://manage.example.evil.test/e",
            "http://manage.example/e",
        ] {
            assert!(named_by(&base, foreign, &none).is_err(), "{foreign}");
        }
        assert!(
            named_by(
                &base,
                "https://other.example/e",
                &config(&["other.example"])
            )
            .is_ok()
        );
    }
}
