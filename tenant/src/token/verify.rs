//! A bearer that comes back to us. The algorithm comes from our key table, never from the token.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;
use dovetail_shared::id::well_known::{CLOUD_DOMAIN_JOIN, DEVICE_REGISTRATION, DRS_RESOURCE};
use dovetail_shared::jose::Jws;
use dovetail_shared::oidc::IdTokenClaims;

use serde::Deserialize;

use crate::account::Directory;
use crate::app::App;
use crate::token::issue::issuer;
use crate::token::methods::{FRESH, FRESH_SECS, by_more_than_keys};

/// Why a bearer is not taken. The caller is told no more than the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the token is not a signed token of this tenant")]
    Form,
    #[error("the token is not signed by this tenant")]
    Signature,
    #[error("the token's claims are not what they should be")]
    Claims,
    #[error("the token was issued by another tenant")]
    Tenant,
    #[error("the token is meant for somebody else")]
    Audience,
    #[error("the token has expired, or is not valid yet")]
    Time,
}

/// Claims that were verified: there is no other way to make one.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    claims: IdTokenClaims,
    by_device_code: bool,
    device: Option<DeviceId>,
}

/// What only access tokens say (`access.rs`).
#[derive(Debug, Deserialize)]
struct OfAccess {
    #[serde(default)]
    flow: Option<String>,
    #[serde(default)]
    deviceid: Option<DeviceId>,
}

impl Verified {
    pub(crate) fn claims(&self) -> &IdTokenClaims {
        &self.claims
    }

    /// Whether the person signed in by a code that they typed on another device.
    pub(crate) fn by_device_code(&self) -> bool {
        self.by_device_code
    }

    /// The device whose key vouched for the sign-in.
    pub(crate) fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// Whether the person gave a second factor just now. The token said so when it was issued; one that was kept says it no longer.
    pub(crate) fn fresh_factor(&self, now: UnixTime) -> bool {
        let (amr, issued) = (&self.claims.amr, UnixTime(self.claims.iat));
        let said = amr.iter().any(|method| method == FRESH) && by_more_than_keys(amr);
        said && issued.plus(FRESH_SECS).0 >= now.0
    }

    /// Whether a second factor was used.
    pub(crate) fn mfa(&self) -> bool {
        self.claims
            .amr
            .iter()
            .any(|method| method == "mfa" || method == "ngcmfa")
    }
}

/// Verifies signature, issuer, tenant, audience (the registration service) and lifetime.
pub(crate) async fn verify(
    app: &App,
    directory: &Directory,
    token: &str,
    now: UnixTime,
) -> Result<Verified, TokenError> {
    let ours = [
        CLOUD_DOMAIN_JOIN.to_string(),
        DEVICE_REGISTRATION.to_string(),
        DRS_RESOURCE.to_owned(),
    ];
    verify_for(app, directory, token, &ours, now).await
}

/// The same for an application of ours that signed somebody in: `audiences` are its own ids.
pub(crate) async fn verify_for(
    app: &App,
    directory: &Directory,
    token: &str,
    audiences: &[String],
    now: UnixTime,
) -> Result<Verified, TokenError> {
    let payload = signed_payload(app, token).await?;
    let claims: IdTokenClaims = serde_json::from_slice(&payload).map_err(|_| TokenError::Claims)?;
    if claims.tid != directory.id || claims.iss != issuer(directory) {
        return Err(TokenError::Tenant);
    }
    if !audiences.contains(&claims.aud) {
        return Err(TokenError::Audience);
    }
    lifetime(claims.nbf, claims.exp, now)?;
    let more: OfAccess = serde_json::from_slice(&payload).map_err(|_| TokenError::Claims)?;
    Ok(Verified {
        claims,
        by_device_code: more.flow.is_some(),
        device: more.deviceid,
    })
}

/// `nbf` and `exp` around `now`, without grace: both clocks are ours.
pub(super) fn lifetime(nbf: i64, exp: i64, now: UnixTime) -> Result<(), TokenError> {
    if nbf > now.0 || exp <= now.0 {
        return Err(TokenError::Time);
    }
    Ok(())
}

/// The payload of a JWS that one of our keys signed, with the one algorithm that this key signs with.
pub(crate) async fn signed_payload(app: &App, token: &str) -> Result<Vec<u8>, TokenError> {
    let jws = Jws::split(token).map_err(|_| TokenError::Form)?;
    if jws.header.crit.is_some() || jws.header.b64.is_some() {
        return Err(TokenError::Form);
    }
    let kid = jws.header.kid.as_deref().ok_or(TokenError::Form)?;
    if jws.header.alg == "ES256" {
        // Only a key that is for it has such a point.
        let point = app.signer.public_ec(&app.store, kid).await;
        let point = point.ok_or(TokenError::Signature)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
            .verify(jws.signed.as_bytes(), &jws.signature)
            .map_err(|_| TokenError::Signature)?;
        return Ok(jws.payload);
    }
    if jws.header.alg != "RS256" {
        return Err(TokenError::Form);
    }
    let key = app.signer.public(&app.store, kid).await;
    let key = key.ok_or(TokenError::Signature)?;
    if !key.signed(jws.signed.as_bytes(), &jws.signature) {
        return Err(TokenError::Signature);
    }
    Ok(jws.payload)
}
