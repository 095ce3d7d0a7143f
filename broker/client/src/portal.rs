//! The page that signs people in.

use url::Url;

/// The portal's address, if it is one behind TLS. What is opened is handed to the desktop, which would run other schemes, too.
pub fn address(portal: &str) -> Option<Url> {
    Url::parse(portal)
        .ok()
        .filter(|address| address.scheme() == "https")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_https_pages_are_opened() {
        for portal in [
            "",
            "file:///etc/passwd",
            "http://portal/",
            "-x",
            "javascript:1",
        ] {
            assert!(address(portal).is_none(), "{portal}");
        }
        let good = address("https://portal.example/join").unwrap();
        assert_eq!(good.as_str(), "https://portal.example/join");
    }
}
