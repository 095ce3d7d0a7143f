//! Which hosts may be signed in at.

use url::Url;

use crate::config::Config;

/// The names under which one sign-in service answers (its own instance discovery lists them as aliases).
const ALIASES: [&str; 4] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
];

/// Whether `url` is an address of a login host: https, no name or password in it, and the authority's own origin, one of its
/// aliases, or one that the administrator has named.
pub(super) fn is_login(config: &Config, url: &Url) -> bool {
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let Ok(authority) = Url::parse(&config.tenant.authority) else {
        return false;
    };
    if url.origin() == authority.origin() {
        return true;
    }
    let Some(host) = url.host_str().filter(|_| url.port().is_none()) else {
        return false;
    };
    let alias = |host: &str| ALIASES.contains(&host);
    let aliased =
        authority.host_str().is_some_and(alias) && authority.port().is_none() && alias(host);
    aliased || config.sso.login_hosts.iter().any(|ours| ours == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(authority: &str, url: &str) -> bool {
        let mut config = Config::default();
        config.tenant.authority = authority.into();
        config.sso.login_hosts = vec!["login.contoso.example".into()];
        Url::parse(url).is_ok_and(|url| is_login(&config, &url))
    }

    /// [NH-13] A cookie signs in whoever has it: addresses that only look like a login host's get none.
    #[test]
    fn look_alikes_get_no_cookie() {
        let cloud = "https://login.microsoftonline.com/common";
        let lab = "https://login.dovetail.localhost:8443/common";
        for (authority, url) in [
            (cloud, "https://login.microsoftonline.com/"),
            (
                cloud,
                "https://login.microsoftonline.com:443/common/oauth2/authorize?a=b",
            ),
            (cloud, "https://LOGIN.windows.net/x"),
            (cloud, "https://login.contoso.example/"),
            (lab, "https://login.dovetail.localhost:8443/x"),
        ] {
            assert!(allowed(authority, url), "{url}");
        }
        for (authority, url) in [
            (cloud, "http://login.microsoftonline.com/"),
            (cloud, "https://login.microsoftonline.com.evil.example/"),
            (cloud, "https://evil.example/login.microsoftonline.com"),
            (cloud, "https://login.microsoftonline.com@evil.example/"),
            (cloud, "https://a:b@login.microsoftonline.com/"),
            (cloud, "https://login.microsoftonline.com:8443/"),
            (cloud, "https://login.microsoftonline.com./"),
            (cloud, "https://a.login.microsoftonline.com/"),
            (cloud, "https://login.micros\u{43e}ftonline.com/"),
            (cloud, "https://login.contoso.example:444/"),
            (cloud, "javascript:alert(1)"),
            (lab, "https://login.dovetail.localhost/x"),
            (lab, "https://login.microsoftonline.com/"),
            (lab, "https://portal.dovetail.localhost:8443/"),
        ] {
            assert!(!allowed(authority, url), "{url}");
        }
    }
}
