//! `POST /EnrollmentServer/attestation/`: a nonce, and a secret for one TPM only. Good once, for five minutes, for one user.

use aws_lc_rs::digest;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use dovetail_shared::UnixTime;
use dovetail_shared::drs::{ChallengeRequest, ChallengeResponse};
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::id::ObjectId;

use super::attest::attestation_key;
use super::error::Refusal;
use super::{credential, join};
use crate::account::directory;
use crate::app::Tenant;
use crate::rule::{AttestationRule, rules};
use crate::store::{Store, StoreError, query};
use crate::{clock, random};

const LIFE_SECS: i64 = 300;

/// A challenge that was given.
#[derive(Debug)]
pub(super) struct Challenge {
    /// SHA-256 of the endorsement certificate.
    pub(super) ek_hash: Vec<u8>,
    pub(super) ak_public: Vec<u8>,
    pub(super) nonce: Vec<u8>,
    pub(super) secret: Vec<u8>,
}

/// The handler.
pub(super) async fn challenge(
    State(app): State<Tenant>,
    headers: HeaderMap,
    Json(request): Json<ChallengeRequest>,
) -> Result<Json<ChallengeResponse>, Refusal> {
    if rules(&app.store).await?.attestation == AttestationRule::Off {
        return Err(Refusal::Attestation("it is switched off here"));
    }
    let directory = directory(&app.store).await?;
    let (_, user) = join::who(&app, &directory, &headers).await?;
    let ek =
        from_b64(&request.ek_certificate).map_err(|_| Refusal::Endorsement("it is not base64"))?;
    let ek_key = app.ek_roots.verify(&ek)?;
    let ak_public = from_b64(&request.ak_public)
        .map_err(|_| Refusal::Attestation("the attestation key is not base64"))?;
    let name = attestation_key(&ak_public)?;
    let (secret, nonce) = (random::bytes::<32>()?, random::bytes::<32>()?);
    let credential = credential::make(&secret, &name, &ek_key)?;
    let id = random::token()?;
    let now = clock::now();
    query("INSERT INTO challenge (id, user_id, ek_hash, ak_public, nonce, secret, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(&id)
        .bind(user.id.to_string())
        .bind(digest::digest(&digest::SHA256, &ek).as_ref())
        .bind(&ak_public)
        .bind(nonce.as_slice())
        .bind(secret.as_slice())
        .bind(now.plus(LIFE_SECS).0)
        .execute(&app.store)
        .await?;
    Ok(Json(ChallengeResponse {
        challenge_id: id,
        nonce: b64(nonce),
        credential_blob: b64(credential.blob),
        encrypted_secret: b64(credential.encrypted_secret),
    }))
}

/// Takes a challenge out of the store: whoever gets it has it alone.
pub(super) async fn take(
    store: &Store,
    id: &str,
    user: ObjectId,
    now: UnixTime,
) -> Result<Option<Challenge>, StoreError> {
    let row = query("DELETE FROM challenge WHERE id = $1 AND user_id = $2 AND expires > $3 RETURNING ek_hash, ak_public, nonce, secret")
        .bind(id)
        .bind(user.to_string())
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    row.map(|row| {
        Ok(Challenge {
            ek_hash: row.try_get(0)?,
            ak_public: row.try_get(1)?,
            nonce: row.try_get(2)?,
            secret: row.try_get(3)?,
        })
    })
    .transpose()
}
