//! SSO credentials of the authorize endpoint (registration reference §4.10): a PRT, or a device alone. A bad one is ignored,
//! never an error: the person signs in as if it were not there.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::DeviceId;
use dovetail_shared::prt::{CookiePayload, DeviceCredential, grant};
use uuid::Uuid;

use super::device_key::DeviceSigned;
use super::refusal::PrtRefusal;
use super::session_signed::{NamesPrt, read, stands};
use crate::account::User;
use crate::app::App;
use crate::error::Fault;
use crate::store::StoreError;

/// What a credential comes to.
#[derive(Debug)]
pub(crate) enum Credential<T> {
    /// It holds, and its nonce is used up.
    Good(T),
    /// It is signed as it should be, but its nonce is missing, old or used: with a new one it may hold.
    NonceWanted,
    /// Nothing.
    Ignored,
}

/// Whom a PRT signs in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) amr: Vec<String>,
    pub(crate) auth_time: UnixTime,
    pub(crate) device: DeviceId,
    /// The PRT's row.
    pub(crate) prt: Uuid,
    /// The Hello key that it stems from.
    pub(crate) hello_key: Option<Uuid>,
}

impl NamesPrt for CookiePayload {
    fn prt(&self) -> &str {
        self.refresh_token.expose()
    }
}

/// Judges `x-ms-RefreshTokenCredential`.
pub(crate) async fn person(
    app: &App,
    text: &str,
    now: UnixTime,
) -> Result<Credential<Person>, Fault> {
    judged(app, by_prt(app, text, now).await)
}

/// Judges `x-ms-DeviceCredential`.
pub(crate) async fn device(
    app: &App,
    text: &str,
    now: UnixTime,
) -> Result<Credential<DeviceId>, Fault> {
    judged(app, by_device(app, text, now).await)
}

/// A device that was proved before, if it may still vouch for that person.
pub(crate) async fn serves(
    app: &App,
    id: DeviceId,
    user: &User,
) -> Result<Option<DeviceId>, StoreError> {
    let device = crate::device::device(&app.store, id).await?;
    let serves = device.filter(|device| {
        let own = device.join_type == JoinType::Joined || device.owner_id == user.id;
        device.enabled && own
    });
    Ok(serves.map(|device| device.id))
}

async fn by_prt(app: &App, text: &str, now: UnixTime) -> Result<Person, PrtRefusal> {
    let signed = read::<CookiePayload>(app, text).await?;
    let user = stands(app, &signed.prt, signed.shown, now).await?;
    // `iat` alone is not enough: whoever saw such a credential could show it again.
    let nonce = signed.payload.request_nonce.as_deref();
    let nonce = app.prt.nonces.check(nonce)?;
    app.prt.nonces.spend(&app.store, &[nonce]).await?;
    Ok(Person {
        user,
        amr: signed.prt.amr,
        auth_time: signed.prt.auth_time,
        device: signed.prt.device,
        prt: signed.prt.id,
        hello_key: signed.prt.hello_key,
    })
}

async fn by_device(app: &App, text: &str, now: UnixTime) -> Result<DeviceId, PrtRefusal> {
    let signed = DeviceSigned::read(app, text, now)?;
    let credential: DeviceCredential =
        serde_json::from_slice(&signed.payload).map_err(|_| PrtRefusal::Form)?;
    // A request for a PRT is signed by the same key, and is no credential.
    if credential.grant_type != grant::DEVICE_AUTH {
        return Err(PrtRefusal::Form);
    }
    let device = signed.device(app).await?;
    let nonce = app.prt.nonces.check(credential.request_nonce.as_deref())?;
    app.prt.nonces.spend(&app.store, &[nonce]).await?;
    Ok(device.id)
}

fn judged<T>(app: &App, result: Result<T, PrtRefusal>) -> Result<Credential<T>, Fault> {
    match result {
        Ok(good) => Ok(Credential::Good(good)),
        Err(PrtRefusal::Nonce(error)) => {
            tracing::info!(%error, "a credential needs a new nonce");
            app.audit.ignored(PrtRefusal::Nonce(error).reason());
            Ok(Credential::NonceWanted)
        }
        Err(PrtRefusal::Fault(fault)) => Err(fault),
        Err(refusal) => {
            tracing::warn!(%refusal, "a credential was ignored");
            app.audit.ignored(refusal.reason());
            Ok(Credential::Ignored)
        }
    }
}
