//! The readers of the authorize endpoint.

use url::Url;

use super::read::{fields, get, mode, wanted};
use super::{demand, sas};
use crate::client::{Platform, Redirect};
use crate::rule::Strength;

/// A registered address whose port is free.
const HERE: &str = "http://localhost/done";

/// A query: its parameters, and what they demand.
pub fn query(text: &str) {
    let Some(fields) = fields(text) else { return };
    let wanted = wanted(&fields).unwrap_or_default();
    let _ = mode(&fields, wanted);
    let field = |name| get(&fields, name);
    demand::prompt(field("prompt")).ok();
    demand::max_age(field("max_age")).ok();
    Strength::asked(field("amr_values"), field("claims")).ok();
    if let Some(asked) = field("redirect_uri") {
        redirect(asked);
    }
}

/// An address that fits leads a browser where the registered one leads it.
pub fn redirect(asked: &str) {
    let known = Redirect {
        uri: HERE.to_owned(),
        platform: Platform::Native,
    };
    if known.fits(asked) {
        let there = Url::parse(asked).ok();
        let there = there
            .as_ref()
            .map(|url| (url.scheme(), url.host_str(), url.path()));
        assert_eq!(there, Some(("http", Some("localhost"), "/done")));
    }
    if known.is_at(asked) {
        let there = Url::parse(asked).ok();
        assert_eq!(there.as_ref().and_then(Url::host_str), Some("localhost"));
    }
}

/// A second factor as programs give it, JSON.
pub fn second_factor(body: &[u8]) {
    sas::question(body);
}
