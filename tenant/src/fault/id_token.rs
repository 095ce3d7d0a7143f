//! ID tokens with one thing wrong, so that a relying party can show that it notices (client contract §5). The token is broken in
//! the finished answer of the token endpoint: nothing that issues tokens knows of it.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header;
use axum::response::Response;
use dovetail_shared::encode::b64url;
use dovetail_shared::jose::{Jws, JwsHeader, signing_input};
use serde_json::{Map, Value, json};

use super::Kind;
use crate::signer::Signer;
use crate::{clock, random};

/// No answer of the token endpoint is longer.
const LONGEST: usize = 256 * 1024;
/// Seconds that no relying party grants as a difference of clocks.
const FAR: i64 = 7200;

type Claims = Map<String, Value>;

/// Whether it is one of these faults.
pub(super) fn is_one(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::IdTokenSignature
            | Kind::IdTokenUnknownKey
            | Kind::IdTokenAlgNone
            | Kind::IdTokenIssuer
            | Kind::IdTokenAudience
            | Kind::IdTokenAuthorizedParty
            | Kind::IdTokenNonce
            | Kind::IdTokenNoNonce
            | Kind::IdTokenExpired
            | Kind::IdTokenFuture
            | Kind::IdTokenNoSubject
            | Kind::IdTokenAtHash
    )
}

/// The answer with its ID token broken; as it is where it has none.
pub(super) async fn break_in(signer: &Signer, kind: Kind, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let bytes = broken_answer(signer, kind, &bytes).map_or(bytes, Bytes::from);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

fn broken_answer(signer: &Signer, kind: Kind, answer: &[u8]) -> Option<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(answer).ok()?;
    let token = answer.get("id_token")?.as_str()?;
    let broken = broken(signer, kind, token)?;
    *answer.get_mut("id_token")? = Value::String(broken);
    serde_json::to_vec(&answer).ok()
}

fn broken(signer: &Signer, kind: Kind, token: &str) -> Option<String> {
    let jws = Jws::split(token).ok()?;
    let mut claims: Claims = serde_json::from_slice(&jws.payload).ok()?;
    match kind {
        Kind::IdTokenSignature => {
            let mut signature = jws.signature.clone();
            *signature.last_mut()? ^= 1;
            return Some(format!("{}.{}", jws.signed, b64url(signature)));
        }
        Kind::IdTokenAlgNone => {
            let header = JwsHeader {
                alg: "none".to_owned(),
                typ: jws.header.typ.clone(),
                ..JwsHeader::default()
            };
            return Some(format!("{}.", signing_input(&header, &jws.payload)));
        }
        _ => change(kind, &mut claims)?,
    }
    let payload = serde_json::to_vec(&claims).ok()?;
    let (signed, signature) = signer
        .sign(|kid| {
            let kid = match kind {
                Kind::IdTokenUnknownKey => "a-key-that-nobody-has".to_owned(),
                _ => kid.to_owned(),
            };
            let header = JwsHeader {
                kid: Some(kid.clone()),
                x5t: Some(kid),
                ..jws.header.clone()
            };
            signing_input(&header, &payload)
        })
        .ok()?;
    Some(format!("{signed}.{}", b64url(signature)))
}

/// One claim as it must not be.
fn change(kind: Kind, claims: &mut Claims) -> Option<()> {
    let now = clock::now().0;
    let other = || random::guid().to_string();
    match kind {
        Kind::IdTokenIssuer => {
            claims.insert("iss".into(), json!("https://elsewhere.example/v2.0"));
        }
        Kind::IdTokenAudience => {
            claims.insert("aud".into(), json!(other()));
        }
        Kind::IdTokenAuthorizedParty => {
            let aud = claims.get("aud")?.clone();
            claims.insert("aud".into(), json!([aud, other()]));
            claims.insert("azp".into(), json!(other()));
        }
        Kind::IdTokenNonce => {
            claims.insert("nonce".into(), json!("another"));
        }
        Kind::IdTokenNoNonce => {
            claims.remove("nonce");
        }
        Kind::IdTokenExpired => {
            for (name, ago) in [("iat", 2 * FAR), ("nbf", 2 * FAR), ("exp", FAR)] {
                claims.insert(name.into(), json!(now.saturating_sub(ago)));
            }
        }
        Kind::IdTokenFuture => {
            for (name, ahead) in [("iat", FAR), ("nbf", FAR), ("exp", 2 * FAR)] {
                claims.insert(name.into(), json!(now.saturating_add(ahead)));
            }
        }
        Kind::IdTokenNoSubject => {
            claims.remove("sub");
        }
        Kind::IdTokenAtHash => {
            claims.insert("at_hash".into(), json!(b64url([0; 16])));
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    /// A kind that is said to break ID tokens does change the claims, or is one of the three that break the envelope.
    #[test]
    fn every_kind_breaks_something() {
        let whole: Claims = serde_json::from_value(json!({
            "iss": "i", "aud": "a", "nonce": "n", "iat": 1, "nbf": 1, "exp": 2, "sub": "s",
        }))
        .unwrap();
        let kinds: Vec<Kind> = Kind::value_variants()
            .iter()
            .copied()
            .filter(|kind| is_one(*kind))
            .collect();
        assert_eq!(kinds.len(), 12);
        let envelope = [
            Kind::IdTokenSignature,
            Kind::IdTokenUnknownKey,
            Kind::IdTokenAlgNone,
        ];
        for kind in kinds {
            let mut claims = whole.clone();
            change(kind, &mut claims).unwrap();
            assert_eq!(claims == whole, envelope.contains(&kind), "{kind:?}");
        }
    }
}
