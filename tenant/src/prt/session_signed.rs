//! What a device signs with a session key: requests and SSO credentials (registration reference §4.7).

use dovetail_shared::UnixTime;
use dovetail_shared::encode::from_b64;
use dovetail_shared::jose::Jws;
use dovetail_shared::prt::kdf::{CTX_TAKEN, KdfVersion};
use serde::de::DeserializeOwned;

use super::refusal::PrtRefusal;
use super::session_key::SessionKey;
use super::store::{DeviceState, Kept, Revoked, load};
use crate::account::{User, user_by_id};
use crate::app::App;
use crate::audit;
use crate::grant::Refusal;
use crate::rule::rules;

/// A payload that names the PRT whose session key signed it.
pub(super) trait NamesPrt {
    /// The PRT.
    fn prt(&self) -> &str;
}

/// A payload whose signature holds.
#[derive(Debug)]
pub(super) struct SessionSigned<T> {
    pub(super) payload: T,
    pub(super) prt: Kept,
    /// Number of the token that was shown.
    pub(super) shown: u32,
    pub(super) key: SessionKey,
}

/// Verifies the signature, with the algorithm that session keys have, by the PRT that the payload names; and that the key
/// derivation is not older than the one the PRT was issued for (CVE-2021-33779).
pub(super) async fn read<T: DeserializeOwned + NamesPrt>(
    app: &App,
    text: &str,
) -> Result<SessionSigned<T>, PrtRefusal> {
    let jws = Jws::split_either_alphabet(text).map_err(|_| PrtRefusal::Form)?;
    let header = &jws.header;
    if header.alg != "HS256" || header.crit.is_some() || header.b64.is_some() {
        return Err(PrtRefusal::Form);
    }
    let version = KdfVersion::from_header(header.kdf_ver).ok_or(PrtRefusal::Form)?;
    let ctx = header
        .ctx
        .as_deref()
        .and_then(|ctx| from_b64(ctx).ok())
        .filter(|ctx| CTX_TAKEN.contains(&ctx.len()))
        .ok_or(PrtRefusal::Form)?;
    let payload: T = serde_json::from_slice(&jws.payload).map_err(|_| PrtRefusal::Form)?;
    let (id, shown) = app.prt.open_token(payload.prt()).ok_or(Refusal::Unknown)?;
    // It was made here, and swept away since.
    let prt = load(&app.store, id).await?.ok_or(Refusal::Expired)?;
    audit::says_device(prt.device);
    audit::says_user(prt.user);
    let key = app.prt.unwrap(&id.to_string(), &prt.session_key)?;
    if !key.signed(&jws, &ctx, version) {
        tracing::warn!(prt = %id, "a request was not signed by its session key");
        return Err(PrtRefusal::Signature);
    }
    if version < prt.kdf {
        tracing::warn!(prt = %id, device = %prt.device, "a request came down to an older key derivation");
        return Err(PrtRefusal::Downgrade);
    }
    Ok(SessionSigned {
        payload,
        prt,
        shown,
        key,
    })
}

/// Whether the PRT still holds: device, person, and the token itself. Gives the person as they stand now.
pub(super) async fn stands(
    app: &App,
    prt: &Kept,
    shown: u32,
    now: UnixTime,
) -> Result<User, PrtRefusal> {
    audit::is_device(prt.device);
    audit::is_user(prt.user);
    match prt.state {
        DeviceState::Enabled => {}
        DeviceState::Disabled => return Err(PrtRefusal::DeviceDisabled),
        DeviceState::Gone => return Err(PrtRefusal::DeviceGone),
    }
    let user = user_by_id(&app.store, prt.user)
        .await?
        .filter(|user| user.enabled)
        .ok_or(Refusal::Disabled)?;
    if prt.revoked == Revoked::Yes {
        return Err(Refusal::Revoked.into());
    }
    if prt.expires <= now {
        return Err(Refusal::Expired.into());
    }
    let rules = rules(&app.store).await?;
    if rules.second_factor_is_old(&prt.amr, prt.auth_time, now) {
        return Err(PrtRefusal::MfaExpired);
    }
    // The newest, or the one before it: an answer may have been lost.
    if shown != prt.generation && shown.checked_add(1) != Some(prt.generation) {
        return Err(Refusal::Revoked.into());
    }
    Ok(user)
}
