//! `client_assertion`: a JWT that the application signed with its registered key (RFC 7523 §3, `private_key_jwt`).

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use dovetail_shared::UnixTime;
use dovetail_shared::jose::Jws;
use serde::Deserialize;

use super::credential::keys;
use crate::account::Directory;
use crate::app::App;
use crate::store::{StoreError, query};
use crate::token::issuer;

/// Seconds that a client's clock may be ahead.
const SKEW_SECS: i64 = 300;
/// Longest life of an assertion: for so long its id must be remembered.
const LONGEST_LIFE_SECS: i64 = 86_400;

/// Why an assertion is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("it is not a signed JWT")]
    Form,
    #[error("it is not signed by a key of the application's")]
    Signature,
    #[error("its claims are not what they should be")]
    Claims,
    #[error("it is meant for somebody else")]
    Audience,
    #[error("it has expired, or is not valid yet")]
    Time,
    #[error("it was used already")]
    Used,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The numbers are integers: a text, a fraction or null there is a refusal.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Who an assertion says it is from; nothing is proved by that.
pub(crate) fn named_client(assertion: &str) -> Option<String> {
    let jws = Jws::split(assertion).ok()?;
    let claims: Claims = serde_json::from_slice(&jws.payload).ok()?;
    Some(claims.sub.to_ascii_lowercase())
}

/// Verifies an assertion of that client, and uses its id up.
pub(crate) async fn check_assertion(
    app: &App,
    directory: &Directory,
    client_id: &str,
    assertion: &str,
    now: UnixTime,
) -> Result<(), AssertionError> {
    let jws = Jws::split(assertion).map_err(|_| AssertionError::Form)?;
    if jws.header.crit.is_some() || jws.header.b64.is_some() {
        return Err(AssertionError::Form);
    }
    // The keys are RSA; these two are what such a key may sign with. Nothing else in the header is looked at.
    let algorithm: &'static RsaParameters = match jws.header.alg.as_str() {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        _ => return Err(AssertionError::Form),
    };
    let keys = keys(&app.store, client_id).await?;
    let signed = keys.iter().any(|key| {
        UnparsedPublicKey::new(algorithm, key)
            .verify(jws.signed.as_bytes(), &jws.signature)
            .is_ok()
    });
    if !signed {
        return Err(AssertionError::Signature);
    }
    let claims: Claims =
        serde_json::from_slice(&jws.payload).map_err(|_| AssertionError::Claims)?;
    let is_client = |name: &str| name.eq_ignore_ascii_case(client_id);
    let id_fits = (1..=256).contains(&claims.jti.len());
    if !is_client(&claims.iss) || !is_client(&claims.sub) || !id_fits {
        return Err(AssertionError::Claims);
    }
    let audiences = match &claims.aud {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Many(audiences) => audiences.as_slice(),
    };
    if !audiences
        .iter()
        .any(|audience| ours(app, directory, audience))
    {
        return Err(AssertionError::Audience);
    }
    let early = claims.nbf.is_some_and(|nbf| nbf > now.plus(SKEW_SECS).0);
    if claims.exp <= now.0 || claims.exp > now.plus(LONGEST_LIFE_SECS + SKEW_SECS).0 || early {
        return Err(AssertionError::Time);
    }
    use_up(app, client_id, &claims).await
}

/// The token endpoint by any name of the tenant's, at either version; or the issuer.
fn ours(app: &App, directory: &Directory, audience: &str) -> bool {
    let audience = audience.to_ascii_lowercase();
    let Some(path) = audience.strip_prefix(app.hosts.login.as_str()) else {
        return audience == issuer(directory);
    };
    let id = directory.id.to_string();
    let Some((tenant, rest)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
        return false;
    };
    let named = ["common", "organizations", &id, &directory.name].contains(&tenant);
    named && ["oauth2/token", "oauth2/v2.0/token", "v2.0", ""].contains(&rest)
}

async fn use_up(app: &App, client_id: &str, claims: &Claims) -> Result<(), AssertionError> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(client_id.as_bytes());
    context.update(b"\0");
    context.update(claims.jti.as_bytes());
    let id = context.finish();
    let done = query("INSERT INTO client_assertion (id_hash, expires) VALUES ($1, $2) ON CONFLICT (id_hash) DO NOTHING")
        .bind(id.as_ref().to_vec())
        .bind(claims.exp)
        .execute(&app.store)
        .await?;
    if done.rows_affected() == 0 {
        return Err(AssertionError::Used);
    }
    Ok(())
}
