//! The directory as far as keys behind PINs go: takes them, and assertions by them.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, response::IntoResponse};
use dovetail_shared::encode::{b64, from_b64, from_b64url};
use dovetail_shared::rsa_blob::RsaPublic;
use serde_json::{Value, json};

use super::Fake;

/// What the directory does, and what it saw.
#[derive(Default)]
pub struct Keys {
    /// By `kid`.
    pub known: HashMap<String, RsaPublic>,
    /// The person's second factor was too long ago.
    pub stale: bool,
    /// Sent instead of taking a key.
    pub refuse: Option<u16>,
    /// Assertions that were looked at.
    pub assertions: u32,
}

pub fn routes() -> Router<Arc<Fake>> {
    Router::new().route("/EnrollmentServer/key/", post(take))
}

async fn take(
    State(fake): State<Arc<Fake>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> axum::response::Response {
    assert_eq!(query["api-version"], "1.0");
    assert_eq!(headers["authorization"], "Bearer eyJ.access.token");
    let mut keys = fake.hello.lock().unwrap();
    if let Some(status) = keys.refuse {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    let blob = from_b64(body["kngc"].as_str().unwrap()).unwrap();
    let public = RsaPublic::from_blob(&blob).unwrap();
    keys.known.insert(b64(digest(&SHA256, &blob)), public);
    Json(json!({"kid": "0a4b5c6d-0000-4000-8000-000000000001", "upn": "adele@contoso.example"}))
        .into_response()
}

/// Whether an assertion is by a key that is known, for this person, now, with a nonce of ours; the AADSTS number else.
pub fn vouches(fake: &Fake, assertion: &str, upn: &str, nonce: &str) -> Result<(), u32> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let part = |number: usize| -> Value {
        serde_json::from_slice(&from_b64url(parts[number]).unwrap()).unwrap()
    };
    let (head, claims) = (part(0), part(1));
    assert_eq!(
        (&head["alg"], &head["typ"], &head["use"]),
        (&json!("RS256"), &json!("JWT"), &json!("ngc"))
    );
    let mut keys = fake.hello.lock().unwrap();
    keys.assertions += 1;
    let key = keys.known.get(head["kid"].as_str().unwrap());
    let key = key.ok_or(135_010_u32)?;
    let components = RsaPublicKeyComponents {
        n: &key.modulus,
        e: &key.exponent,
    };
    let signed = format!("{}.{}", parts[0], parts[1]);
    let signature = from_b64url(parts[2]).unwrap();
    components
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .unwrap();
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["scope"]),
        (&json!(upn), &json!("common"), &json!("openid aza ugs"))
    );
    assert_ne!(claims["request_nonce"], nonce, "a nonce of its own");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let around = |name: &str| claims[name].as_u64().unwrap().abs_diff(now) <= 330;
    assert!(around("iat") && around("exp"), "{claims}");
    Ok(())
}
