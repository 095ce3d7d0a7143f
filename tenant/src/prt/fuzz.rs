//! The readers of primary refresh tokens and of what is signed with device keys.

use axum::http::{HeaderMap, HeaderValue, header};
use dovetail_shared::jose::Jws;
use dovetail_shared::prt::{
    CookiePayload, DeviceCredential, DeviceRequest, HelloAssertion, PkeyAuth, SessionRequest,
};
use uuid::Uuid;

use super::key::PrtKey;
use super::pkeyauth;

/// What a device signed, taken apart as if the signature were good.
pub fn signed(text: &str) {
    let Ok(jws) = Jws::split_either_alphabet(text) else {
        return;
    };
    let payload = jws.payload.as_slice();
    serde_json::from_slice::<DeviceRequest>(payload).ok();
    serde_json::from_slice::<SessionRequest>(payload).ok();
    serde_json::from_slice::<CookiePayload>(payload).ok();
    serde_json::from_slice::<DeviceCredential>(payload).ok();
    serde_json::from_slice::<HelloAssertion>(payload).ok();
    serde_json::from_slice::<PkeyAuth>(payload).ok();
}

/// `Authorization: PKeyAuth …`
pub fn pkeyauth(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
    if let Some(answer) = pkeyauth::answer(&headers) {
        assert!(!answer.context.contains(','));
    }
}

/// Tokens and nonces: what was not made here opens nothing. The bytes are changes to a token that is good, and a nonce.
pub fn token(bytes: &[u8]) {
    let Ok(key) = PrtKey::new(&[7; 32]) else {
        return;
    };
    let good = key.token(Uuid::from_u128(7), 3);
    let mut changed = good.clone().into_bytes();
    for (place, change) in changed.iter_mut().zip(bytes) {
        *place ^= change;
    }
    let changed = String::from_utf8_lossy(&changed);
    assert_eq!(key.open_token(&changed).is_some(), changed == good);
    let nonce = String::from_utf8_lossy(bytes);
    assert!(key.nonces.check(Some(&nonce)).is_err());
    assert!(key.unwrap("a", bytes).is_err());
}
