//! An answer with a primary refresh token: read, and held against who asked for it.

use dovetail_shared::Secret;
use dovetail_shared::encode::from_b64url;
use dovetail_shared::id::TenantId;
use dovetail_shared::prt::{PrtResponse, SealedKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PrtError;
use super::record::Profile;

/// Seconds that a token lives at most, whatever the answer says: a year.
const LONGEST: i64 = 366 * 86_400;

/// Who a token is for, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Who {
    pub(super) tenant_id: TenantId,
    /// The user's object.
    pub(super) oid: Option<String>,
    pub(super) upn: String,
}

/// What the token endpoint told of the user. It came over TLS from the authority itself, which vouches for it (OIDC Core
/// §3.1.3.7, 6): these are unsigned. Nothing else is taken out of it.
#[derive(Debug, Deserialize)]
struct Told {
    tid: TenantId,
    #[serde(default)]
    aud: Option<String>,
    #[serde(default)]
    oid: Option<String>,
    #[serde(default)]
    upn: Option<String>,
    #[serde(default)]
    unique_name: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(flatten)]
    profile: Profile,
}

/// What an ID token that came with a redeemed code must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) client: &'a str,
    /// None where the flow has none.
    pub(super) nonce: Option<&'a str>,
    pub(super) tenant_id: TenantId,
}

/// A good answer.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) token: Secret<String>,
    /// Seconds from now.
    pub(super) lifetime: i64,
    pub(super) session_key: Option<SealedKey>,
    pub(super) who: Who,
    /// `None` where it was not told again.
    pub(super) profile: Option<Profile>,
}

fn told(id_token: Option<&Secret<String>>) -> Result<Told, PrtError> {
    id_token
        .and_then(|token| token.expose().split('.').nth(1))
        .and_then(|payload| from_b64url(payload).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(PrtError::Answer("does not say who it is for"))
}

fn who(told: Told) -> Result<Who, PrtError> {
    let upn = told.upn.or(told.preferred_username).or(told.unique_name);
    let upn = upn
        .and_then(|upn| upn.parse::<dovetail_shared::name::Upn>().ok())
        .ok_or(PrtError::Answer("does not say who it is for"))?;
    Ok(Who {
        tenant_id: told.tid,
        oid: told.oid.filter(|oid| oid.parse::<Uuid>().is_ok()),
        upn: upn.to_string(),
    })
}

/// Who signed in, out of the ID token that came with a redeemed code: of our request, and of this device's tenant.
pub(super) fn signed_in(
    id_token: Option<&Secret<String>>,
    expected: Expected<'_>,
) -> Result<Who, PrtError> {
    let told = told(id_token)?;
    let nonce = expected.nonce;
    let other = nonce.is_some() && told.nonce.as_deref() != nonce;
    if told.aud.as_deref() != Some(expected.client) || other {
        return Err(PrtError::Answer("is not the one that was asked for"));
    }
    if told.tid != expected.tenant_id {
        return Err(PrtError::Answer("is of another tenant"));
    }
    who(told)
}

/// Reads an answer and holds it against whose token it must be: this tenant's, and, where that is known, this user's.
pub(super) fn read(body: &[u8], tenant_id: TenantId, whose: Option<&Who>) -> Result<Got, PrtError> {
    let answer: PrtResponse = serde_json::from_slice(body)
        .map_err(|_| PrtError::Answer("is no primary refresh token"))?;
    let (who, profile) = match (told(answer.id_token.as_ref()), whose) {
        (Ok(mut told), _) => {
            let profile = std::mem::take(&mut told.profile).short();
            (who(told)?, Some(profile))
        }
        // A renewal need not tell again.
        (Err(_), Some(whose)) if answer.id_token.is_none() => (whose.clone(), None),
        (Err(error), _) => return Err(error),
    };
    if who.tenant_id != tenant_id {
        return Err(PrtError::Answer("is of another tenant"));
    }
    let named = answer
        .device_tenant_id
        .as_deref()
        .filter(|id| !id.is_empty());
    if named.is_some_and(|id| id.parse::<Uuid>().ok() != Some(tenant_id.0)) {
        return Err(PrtError::Answer("is for another tenant's device"));
    }
    if whose.is_some_and(|whose| !same(whose, &who)) {
        return Err(PrtError::Answer("is another user's"));
    }
    let lifetime = answer
        .refresh_token_expires_in
        .get()
        .filter(|seconds| (1..=LONGEST).contains(seconds))
        .ok_or(PrtError::Answer("does not say how long it is good"))?;
    if answer.refresh_token.expose().is_empty() {
        return Err(PrtError::Answer("is empty"));
    }
    let session_key = answer
        .session_key_jwe
        .as_ref()
        .map(|text| SealedKey::read(text.expose()))
        .transpose()
        .map_err(|_| PrtError::Answer("has a session key that is none"))?;
    Ok(Got {
        token: answer.refresh_token,
        lifetime,
        session_key,
        who,
        profile,
    })
}

/// Whether an ID token that came with other tokens, if one did, is of this user.
pub(super) fn same_user(id_token: Option<&Secret<String>>, whose: &Who) -> Result<(), PrtError> {
    if id_token.is_none() {
        return Ok(());
    }
    let who = who(told(id_token)?)?;
    if same_person(whose, &who) {
        Ok(())
    } else {
        Err(PrtError::Answer("is another user's"))
    }
}

/// Whether this is the same person of the same tenant.
pub(super) fn same_person(known: &Who, told: &Who) -> bool {
    known.tenant_id == told.tenant_id && same(known, told)
}

/// By the object's id where both have one: people are renamed.
fn same(known: &Who, told: &Who) -> bool {
    match (&known.oid, &told.oid) {
        (Some(known), Some(told)) => known.eq_ignore_ascii_case(told),
        _ => known.upn.eq_ignore_ascii_case(&told.upn),
    }
}

#[cfg(test)]
mod tests {
    use dovetail_shared::encode::b64url;
    use serde_json::{Value, json};

    use super::*;

    const TENANT: &str = "6973bb37-65f8-440e-b39e-dd57da64f6cf";
    const USER: &str = "6fce7178-9d89-4c3b-97d0-0853c08c3b12";
    const KEY: &str = include_str!("../../../../shared/tests/vectors/prt_session_key_jwe.txt");

    /// `over` laid over `object`.
    fn merged(mut object: Value, over: Value) -> Value {
        let (Value::Object(members), Value::Object(over)) = (&mut object, over) else {
            panic!("two objects");
        };
        members.extend(over);
        object
    }

    fn id_token(over: Value) -> String {
        let claims = json!({"aud": "client", "nonce": "n", "tid": TENANT, "oid": USER, "upn": "ada@contoso.example"});
        let claims = merged(claims, over).to_string();
        format!("{}.{}.", b64url(r#"{"alg":"none"}"#), b64url(claims))
    }

    fn answer(over: Value, claims: Value) -> Vec<u8> {
        let answer = json!({"token_type": "Bearer", "refresh_token": "prt", "refresh_token_expires_in": 1_209_599,
            "session_key_jwe": KEY.trim(), "id_token": id_token(claims)});
        merged(answer, over).to_string().into_bytes()
    }

    fn ada() -> Who {
        Who {
            tenant_id: TENANT.parse().unwrap(),
            oid: Some(USER.into()),
            upn: "ada@contoso.example".into(),
        }
    }

    fn taken(over: Value, claims: Value) -> Result<Got, PrtError> {
        read(&answer(over, claims), TENANT.parse().unwrap(), Some(&ada()))
    }

    /// [DM-19] The server sends another user's or another tenant's token, one without end, or a session key that is none: not taken.
    #[test]
    fn an_answer_for_somebody_else_is_not_taken() {
        let other = "11111111-2222-4333-8444-555555555555";
        let good = taken(json!({}), json!({})).unwrap();
        assert_eq!((good.lifetime, good.who), (1_209_599, ada()));
        // Renamed since, told without the object, or not told again: the same person.
        taken(json!({}), json!({"upn": "ada.l@contoso.example"})).unwrap();
        taken(json!({}), json!({"oid": null})).unwrap();
        taken(json!({"id_token": null}), json!({})).unwrap();
        for (over, claims) in [
            (json!({}), json!({"oid": other})),
            (
                json!({}),
                json!({"oid": null, "upn": "eve@contoso.example"}),
            ),
            (json!({}), json!({"tid": other})),
            (json!({}), json!({"oid": null, "upn": null})),
            (json!({"id_token": "nonsense"}), json!({})),
            (json!({"device_tenant_id": other}), json!({})),
            (json!({"refresh_token_expires_in": 0}), json!({})),
            (json!({"refresh_token_expires_in": i64::MAX}), json!({})),
            (json!({"refresh_token_expires_in": "soon"}), json!({})),
            (json!({"refresh_token": ""}), json!({})),
            (json!({"refresh_token": null}), json!({})),
            (json!({"session_key_jwe": "a.b.c"}), json!({})),
        ] {
            let got = taken(over.clone(), claims.clone());
            assert!(
                matches!(got, Err(PrtError::Answer(_))),
                "{over} {claims}: {got:?}"
            );
        }
        let whole = answer(json!({}), json!({}));
        assert!(read(&whole, other.parse().unwrap(), None).is_err());
        assert!(read(b"<html>", TENANT.parse().unwrap(), None).is_err());
    }

    /// [DM-25] The ID token beside a redeemed code decides who signs in only when it is the one that was asked for.
    #[test]
    fn a_sign_in_of_another_request_is_not_taken() {
        let expected = Expected {
            client: "client",
            nonce: Some("n"),
            tenant_id: TENANT.parse().unwrap(),
        };
        let check = |claims: Value| signed_in(Some(&Secret::new(id_token(claims))), expected);
        assert_eq!(check(json!({})).unwrap(), ada());
        for claims in [
            json!({"nonce": "m"}),
            json!({"nonce": null}),
            json!({"aud": "other"}),
            json!({"tid": "11111111-2222-4333-8444-555555555555"}),
            json!({"upn": "no name"}),
        ] {
            assert!(check(claims.clone()).is_err(), "{claims}");
        }
        assert!(signed_in(None, expected).is_err());
    }
}
