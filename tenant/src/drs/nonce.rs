//! `GET /EnrollmentServer/nonce/{tid}/` → `{"Value":"…"}` (registration reference §2.4). Freshness for those who ask;
//! our own attestation has its nonce in the challenge.

use axum::Json;
use serde_json::{Value, json};

use crate::error::Fault;
use crate::random;

/// 256 random bits.
pub(super) async fn nonce() -> Result<Json<Value>, Fault> {
    Ok(Json(json!({ "Value": random::token()? })))
}
