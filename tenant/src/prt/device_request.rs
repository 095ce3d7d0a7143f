//! Requests that a device signs with its own key: for a PRT, or for an access token of the device alone
//! (registration reference §4.2 to §4.5, §4.9).

use dovetail_shared::UnixTime;
use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, BROKER_PLUGIN};
use dovetail_shared::oidc::{Seconds, TokenResponse};
use dovetail_shared::prt::{DeviceRequest, PrtResponse, grant};
use dovetail_shared::{Secret, encode::b64url};
use serde_json::json;

use super::device_key::DeviceSigned;
use super::id_token;
use super::nonce::Fresh;
use super::refusal::PrtRefusal;
use super::session_key::SessionKey;
use super::store::{self, LIFE_SECS, New};
use super::who::{Who, who};
use crate::account::{User, directory};
use crate::app::App;
use crate::audit::Act;
use crate::device::Device;
use crate::grant::{Version, resolve_for};
use crate::token::{ACCESS_LIFE_SECS, DeviceAccess, issue_device_access};

/// The Linux broker; beside the two that the dialect names (well-known identifiers, reference §0.3).
const LINUX_BROKER: &str = "b743a22d-6705-4147-8670-d92fa515ee2b";

/// What a signed request yields.
#[derive(Debug)]
pub(super) enum Yield {
    Prt(Box<PrtResponse>),
    Device(Box<TokenResponse>),
}

/// What the form says beside the signed request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outside {
    pub(super) version: Version,
    /// `client_info=1`
    pub(super) client_info: bool,
    /// `windows_api_version` is there.
    pub(super) windows: bool,
}

/// Checks in the order of registration reference §4.4: signature, CA, nonce, device, person. Then issues.
pub(super) async fn take(
    app: &App,
    text: &str,
    outside: Outside,
    now: UnixTime,
) -> Result<Yield, PrtRefusal> {
    let signed = DeviceSigned::read(app, text, now)?;
    let request: DeviceRequest =
        serde_json::from_slice(&signed.payload).map_err(|_| PrtRefusal::Form)?;
    let nonce = app.prt.nonces.check(Some(&request.request_nonce))?;
    let device = signed.device(app).await?;
    match request.grant_type.as_str() {
        grant::DEVICE_TOKEN => {
            app.prt.nonces.spend(&app.store, &[nonce]).await?;
            device_token(app, &request, &device, now).await
        }
        grant::DEVICE_AUTH => Err(PrtRefusal::PeerToPeer),
        _ => {
            may_ask(&request)?;
            let who = who(app, outside.version, &request, &device, now).await?;
            app.audit.open_for_grants()?;
            let nonces: Vec<Fresh> = [Some(nonce), who.inner].into_iter().flatten().collect();
            app.prt.nonces.spend(&app.store, &nonces).await?;
            let prt = issue(app, &signed, &device, &who, now).await?;
            let answer = answer(app, outside, &request, &who, &prt, now).await?;
            Ok(Yield::Prt(Box::new(answer)))
        }
    }
}

/// Only brokers keep PRTs.
fn may_ask(request: &DeviceRequest) -> Result<(), PrtRefusal> {
    let client = request.client_id.to_ascii_lowercase();
    let brokers = [
        AUTHENTICATION_BROKER.to_string(),
        BROKER_PLUGIN.to_string(),
        LINUX_BROKER.to_owned(),
    ];
    if !brokers.contains(&client) {
        return Err(PrtRefusal::Client);
    }
    if !request.scope.split(' ').any(|word| word == "aza") {
        return Err(PrtRefusal::Missing("aza in scope"));
    }
    Ok(())
}

/// A new PRT and its session key for the transport key that the device registered.
struct Issued {
    token: String,
    session_key_jwe: String,
}

async fn issue(
    app: &App,
    signed: &DeviceSigned,
    device: &Device,
    who: &Who,
    now: UnixTime,
) -> Result<Issued, PrtRefusal> {
    let session_key = SessionKey::create()?;
    let session_key_jwe = session_key.for_device(&device.transport_key())?;
    let id = store::new_id(now)?;
    let new = New {
        id,
        user: who.user.id,
        device: device.id,
        session_key: &app.prt.wrap(&id.to_string(), &session_key)?,
        kdf: signed.kdf,
        amr: &who.amr,
        auth_time: who.auth_time,
        flow: who.flow,
        hello_key: who.hello_key,
    };
    store::insert(&app.store, &new, now).await?;
    tracing::info!(upn = who.user.upn, device = %device.id, amr = ?who.amr, kdf = ?signed.kdf, "a primary refresh token was issued");
    app.audit.granted_about(Act::PrtIssued, id.to_string());
    Ok(Issued {
        token: app.prt.token(id, 0),
        session_key_jwe,
    })
}

/// The answer's types are the real service's (registration reference §4.5).
async fn answer(
    app: &App,
    outside: Outside,
    request: &DeviceRequest,
    who: &Who,
    prt: &Issued,
    now: UnixTime,
) -> Result<PrtResponse, PrtRefusal> {
    let tenant = directory(&app.store).await?.id;
    let client = request.client_id.to_ascii_lowercase();
    Ok(PrtResponse {
        session_key_jwe: Some(Secret::new(prt.session_key_jwe.clone())),
        device_tenant_id: Some(tenant.to_string()),
        ..response(
            app,
            outside,
            prt.token.clone(),
            (&who.user, &who.amr),
            &client,
            now,
        )
        .await?
    })
}

/// What issue and renewal have in common.
pub(super) async fn response(
    app: &App,
    outside: Outside,
    token: String,
    (user, amr): (&User, &[String]),
    client_id: &str,
    now: UnixTime,
) -> Result<PrtResponse, PrtRefusal> {
    let directory = directory(&app.store).await?;
    let life = LIFE_SECS - 1;
    Ok(PrtResponse {
        token_type: "Bearer".to_owned(),
        expires_in: Some(Seconds::Text(life.to_string())),
        ext_expires_in: Some(Seconds::Text("0".to_owned())),
        expires_on: Some(Seconds::Text(now.plus(life).0.to_string())),
        refresh_token: Secret::new(token),
        refresh_token_expires_in: Seconds::Number(life),
        session_key_jwe: None,
        id_token: Some(Secret::new(id_token::unsigned(
            &directory, user, client_id, amr, now,
        )?)),
        client_info: outside
            .client_info
            .then(|| b64url(json!({ "uid": user.id, "utid": directory.id }).to_string())),
        device_tenant_id: None,
    })
}

/// An access token that names the device and nobody else.
async fn device_token(
    app: &App,
    request: &DeviceRequest,
    device: &Device,
    now: UnixTime,
) -> Result<Yield, PrtRefusal> {
    let client = request.client_id.to_ascii_lowercase();
    let named = request.resource.as_deref();
    let named = named.ok_or(PrtRefusal::Missing("resource"))?;
    let resource = resolve_for(app, &client, Some(named), None).await?;
    let directory = directory(&app.store).await?;
    let access = DeviceAccess {
        directory: &directory,
        device: device.id,
        object: device.object_id,
        resource: &resource.audience,
        client_id: &client,
    };
    let seconds = |number: i64| Some(Seconds::Text(number.to_string()));
    let until = now.plus(ACCESS_LIFE_SECS);
    tracing::info!(device = %device.id, client, resource = resource.audience, "a device token was issued");
    Ok(Yield::Device(Box::new(TokenResponse {
        token_type: "Bearer".to_owned(),
        scope: String::new(),
        expires_in: Seconds::Text(ACCESS_LIFE_SECS.to_string()),
        ext_expires_in: seconds(ACCESS_LIFE_SECS),
        expires_on: seconds(until.0),
        not_before: seconds(now.0),
        access_token: Secret::new(issue_device_access(&app.signer, &access, now)?),
        resource: Some(resource.audience),
        refresh_token: None,
        id_token: None,
        client_info: None,
        foci: None,
    })))
}
