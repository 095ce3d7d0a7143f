//! The readers of the token endpoint.

use axum::http::{HeaderMap, HeaderValue, header};
use uuid::Uuid;

use super::form::Form;
use super::seal::GrantKey;
use super::{client, saml_bearer, scope};
use crate::client::named_client;
use crate::session;

/// A posted form, and its fields as what they may be.
pub fn form(body: &[u8]) {
    let Ok(form) = Form::parse(body) else { return };
    if let Some(words) = form.get("scope")
        && let Ok(found) = scope::words(words)
    {
        // A resource is named by a word with a slash, and the word's rest is what is wanted there.
        assert!(found.resource.is_none() || words.contains('/'));
        let once = scope::meant_by_v1(words);
        assert_eq!(scope::meant_by_v1(&once), once);
    }
    if let Some(assertion) = form.get("assertion") {
        let _ = saml_bearer::decode(assertion);
    }
    if let Some(assertion) = form.get("client_assertion") {
        let _ = named_client(assertion);
    }
}

/// Headers: credentials and cookies.
pub fn header(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let headers = HeaderMap::from_iter([
        (header::AUTHORIZATION, value.clone()),
        (header::COOKIE, value),
    ]);
    if let Ok(Some((id, _))) = client::basic(&headers) {
        assert_eq!(id, id.to_ascii_lowercase());
    }
    if let Some(cookie) = session::cookie(&headers, "__Host-ESTSAUTH") {
        assert!(!cookie.contains(';'));
    }
}

/// Codes and refresh tokens: what was not made here opens nothing, however little was changed. The bytes are a text, and changes
/// to a token that is good.
pub fn token(bytes: &[u8]) {
    let key = GrantKey::new(&[7; 32]);
    let good = key.refresh_token(Uuid::from_u128(7), 3);
    let mut changed = good.clone().into_bytes();
    for (place, change) in changed.iter_mut().zip(bytes) {
        *place ^= change;
    }
    let changed = String::from_utf8_lossy(&changed);
    assert_eq!(key.open_refresh_token(&changed).is_some(), changed == good);
    let text = String::from_utf8_lossy(bytes);
    assert!(key.open_code(&text).is_none_or(|id| key.code(id) == text));
    let opened = key.open_device_code(&text);
    assert!(opened.is_none_or(|id| key.device_code(id) == text));
}
