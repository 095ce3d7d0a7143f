//! What a page may ask. Everything that depends on the join's owner is decided where the join is known.

use dovetail_shared::Code;
use dovetail_shared::link::Request;

use crate::config::Origins;

/// Whether a request with this origin is open to it. No origin: no page is behind it.
pub fn may(origins: &Origins, origin: Option<&str>, request: &Request) -> Result<(), Code> {
    match origin {
        None => Ok(()),
        Some(origin) if origins.contains(origin) && request.open_to_pages() => Ok(()),
        Some(_) => Err(Code::ORIGIN_REFUSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::link::{Empty, Leave};

    /// Pages that look like the portal, and the portal asking for what pages may not have.
    #[test]
    fn look_alikes_and_closed_requests_are_refused() {
        let origins = Origins::try_from(vec!["https://portal.example".to_owned()]).unwrap();
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
    }
}
