//! Which origin an https URL belongs to. Strict: what a browser might read in another way than we do is refused.

/// `https://host[:port]` of a URL, lower case, the default port left out.
///
/// `None` for everything but plain https: other schemes, user information, back-slashes, white space, controls,
/// percent signs or non-ASCII in the host, an empty host or a port that is no number (RFC 6454 §4, WHATWG URL §4.4).
pub(crate) fn of(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at_checked(end)?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if url
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return None;
    }
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !host.split('.').all(label) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    match port {
        None => Some(format!("https://{host}")),
        Some(digits) => {
            if !digits.chars().all(|c| c.is_ascii_digit()) {
                return None;
            }
            match digits.parse::<u16>().ok()? {
                443 => Some(format!("https://{host}")),
                port => Some(format!("https://{host}:{port}")),
            }
        }
    }
}

/// The host of an https URL, with its port: what a person can compare in the browser's address bar.
pub(crate) fn host(url: &str) -> Option<String> {
    of(url)?.strip_prefix("https://").map(str::to_owned)
}

/// Whether both are https URLs of one origin.
pub(crate) fn same(one: &str, other: &str) -> bool {
    of(one).is_some_and(|origin| of(other) == Some(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_a_browser_reads_it() {
        for (url, origin) in [
            (
                "https://login.contoso.com/common",
                "https://login.contoso.com",
            ),
            ("https://LOGIN.Contoso.com", "https://login.contoso.com"),
            (
                "https://login.contoso.com:443/x",
                "https://login.contoso.com",
            ),
            (
                "https://login.dovetail.localhost:8443?q#f",
                "https://login.dovetail.localhost:8443",
            ),
        ] {
            assert_eq!(of(url).as_deref(), Some(origin));
        }
    }

    #[test]
    fn a_host_is_told_with_its_port() {
        assert_eq!(
            host("https://Portal.Manage.contoso.com:8443/x").as_deref(),
            Some("portal.manage.contoso.com:8443")
        );
        assert_eq!(host("http://portal.manage.contoso.com/"), None);
    }

    /// [PG-06] No address that looks like the sign-in host is taken for it.
    #[test]
    fn a_look_alike_is_never_the_same_origin() {
        let authority = "https://login.contoso.com/common";
        for foreign in [
            "http://login.contoso.com/",
            "HTTPS://login.contoso.com/",
            "//login.contoso.com/",
            "\\\\login.contoso.com/",
            "/\\login.contoso.com",
            "%2f%2fevil",
            "javascript:alert(1)//https://login.contoso.com",
            "data:text/html,https://login.contoso.com",
            "blob:https://login.contoso.com/x",
            "https:login.contoso.com",
            "https:/login.contoso.com",
            "https:///login.contoso.com",
            "https://login.contoso.com.evil.example/",
            "https://login.contoso.com./",
            "https://login.contoso.com@evil.example/",
            "https://evil.example/https://login.contoso.com/",
            "https://evil.example#https://login.contoso.com",
            "https://evil.example\\@login.contoso.com/",
            "https://user@login.contoso.com/",
            "https://user:pw@login.contoso.com/",
            "https://login.contoso.com:8443/",
            "https://login.contoso.com:0443x/",
            "https://login.contoso.com:/",
            "https://login.contoso.com:99999/",
            "https://login%2econtoso.com/",
            "https://login.contoso.com%00.evil.example/",
            "https://xn--lgin-contoso-com/",
            "https://lоgin.contoso.com/",
            "https://login。contoso.com/",
            "https://evil-login.contoso.com/",
            "https://contoso.com/",
            "https://login.contoso.com\t.evil.example/",
            "https://login.contoso.com\n",
            " https://login.contoso.com/",
            "https://[::1]/",
            "https://",
            "https://.login.contoso.com/",
            "https://login..contoso.com/",
            "ftp://login.contoso.com/",
            "",
        ] {
            assert!(!same(authority, foreign), "{foreign:?}");
        }
        assert!(same(
            authority,
            "https://login.contoso.com:443/common/oauth2/authorize"
        ));
        assert!(!same("", ""));
    }
}
