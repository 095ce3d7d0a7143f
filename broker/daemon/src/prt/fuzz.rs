//! The reader of answers with primary refresh tokens.

use dovetail_shared::id::TenantId;
use uuid::Uuid;

use super::answer::read;
use super::ask::is_nonce;

/// An answer of the token endpoint, JSON, that anybody of that tenant may have got.
pub fn answer(body: &[u8], tenant: Uuid) {
    if let Ok(got) = read(body, TenantId(tenant), None) {
        assert_eq!(got.who.tenant_id, TenantId(tenant));
        assert!(got.lifetime > 0 && !got.token.expose().is_empty());
        // The same answer is the same person's.
        assert!(read(body, TenantId(tenant), Some(&got.who)).is_ok());
    }
    if let Ok(text) = std::str::from_utf8(body) {
        assert!(!is_nonce(text) || !text.contains(char::is_whitespace));
    }
}
