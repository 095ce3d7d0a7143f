//! Who stands behind a device's request: the last of the checks of registration reference §4.4.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::prt::{DeviceRequest, grant};
use uuid::Uuid;

use super::hello;
use super::nonce::Fresh;
use super::refusal::PrtRefusal;
use crate::account::{User, user_by_id};
use crate::app::App;
use crate::audit;
use crate::device::Device;
use crate::grant::{self as endpoint, Flow, Refusal, Version};
use crate::rule::rules;

/// A person, and how they proved who they are.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) user: User,
    pub(super) amr: Vec<String>,
    pub(super) auth_time: UnixTime,
    pub(super) flow: Flow,
    /// A second nonce, of an assertion inside the request.
    pub(super) inner: Option<Fresh>,
    /// The Hello key that it all stems from, where it does.
    pub(super) hello_key: Option<Uuid>,
}

/// Authenticates the person by what the payload carries. Policies are not asked here: they are where the PRT is used, as in the
/// real service.
pub(super) async fn who(
    app: &App,
    version: Version,
    request: &DeviceRequest,
    device: &Device,
    now: UnixTime,
) -> Result<Who, PrtRefusal> {
    let mut who = match request.grant_type.as_str() {
        grant::REFRESH_TOKEN => by_refresh_token(app, request, device, now).await?,
        grant::PASSWORD => {
            let upn = request.username.as_deref().unwrap_or_default();
            let password = request
                .password
                .as_ref()
                .ok_or(PrtRefusal::Missing("password"))?;
            let proved = endpoint::by_password(app, version, upn, password.expose(), now).await?;
            now_proved(proved, now)
        }
        grant::SAML1_1_BEARER => {
            let proved = endpoint::by_saml(app, version, assertion(request)?, now).await?;
            now_proved(proved, now)
        }
        grant::JWT_BEARER => {
            let proved = hello::proved(app, assertion(request)?, device, now).await?;
            let amr = vec!["rsa".to_owned(), "mfa".to_owned()];
            Who {
                inner: Some(proved.nonce),
                hello_key: Some(proved.key),
                ..now_proved((proved.user, amr), now)
            }
        }
        _ => return Err(Refusal::GrantType.into()),
    };
    audit::is_user(who.user.id);
    // A registered device is one person's; a joined one serves everybody of the tenant.
    if device.join_type == JoinType::Registered && device.owner_id != who.user.id {
        return Err(PrtRefusal::DeviceForUser);
    }
    if !who.amr.iter().any(|method| method == "rsa") {
        who.amr.push("rsa".to_owned());
    }
    Ok(who)
}

fn assertion(request: &DeviceRequest) -> Result<&str, PrtRefusal> {
    let assertion = request.assertion.as_ref();
    let assertion = assertion.ok_or(PrtRefusal::Missing("assertion"))?;
    Ok(assertion.expose())
}

fn now_proved((user, amr): (User, Vec<String>), now: UnixTime) -> Who {
    Who {
        user,
        amr,
        auth_time: now,
        flow: Flow::SignIn,
        inner: None,
        hello_key: None,
    }
}

/// The refresh token is looked at, not used up: the answer brings no other one in its place.
async fn by_refresh_token(
    app: &App,
    request: &DeviceRequest,
    device: &Device,
    now: UnixTime,
) -> Result<Who, PrtRefusal> {
    let token = request.refresh_token.as_ref();
    let token = token.ok_or(PrtRefusal::Missing("refresh_token"))?;
    let client = request.client_id.to_ascii_lowercase();
    let origin = endpoint::origin_of(app, token.expose(), &client, now).await?;
    // What another device vouched for is not carried over to this one.
    if origin.device.is_some_and(|other| other != device.id) {
        return Err(PrtRefusal::DeviceForUser);
    }
    // What phishers have people do: the same switch as at registration.
    if origin.flow == Flow::DeviceCode && !rules(&app.store).await?.device_code_join {
        return Err(PrtRefusal::DeviceCode);
    }
    let user = user_by_id(&app.store, origin.user)
        .await?
        .filter(|user| user.enabled)
        .ok_or(Refusal::Disabled)?;
    Ok(Who {
        user,
        amr: origin.amr,
        auth_time: origin.auth_time,
        flow: origin.flow,
        inner: None,
        hello_key: origin.hello_key,
    })
}
