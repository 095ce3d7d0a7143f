//! The readers of the directory's API.

use dovetail_shared::id::ObjectId;
use uuid::Uuid;

use super::filter::Filter;
use super::skip::SkipKey;
use super::{path, query};

/// `$filter`
pub fn filter(text: &str) {
    if let Ok(filter) = Filter::parse(text) {
        let _ = filter.narrow();
    }
}

/// A path, a query, and a token for the next page. What a query asks for, the next page's query asks for, too.
pub fn address(text: &str) {
    path::parse(text).ok();
    if let Ok(options) = query::parse(text) {
        let again = query::parse(&options.rest);
        let expected = query::Options {
            skip_token: None,
            ..options
        };
        assert_eq!(again.as_ref(), Ok(&expected));
    }
    let key = SkipKey::new(&[7; 32]);
    let good = key.seal(ObjectId(Uuid::from_u128(7)), &["devices"]);
    let mut changed = good.clone().into_bytes();
    for (place, change) in changed.iter_mut().zip(text.bytes()) {
        *place ^= change;
    }
    let changed = String::from_utf8_lossy(&changed);
    let opened = key.open_token(&changed, &["devices"]);
    assert_eq!(opened.is_some(), changed == good);
}
