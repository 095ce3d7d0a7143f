//! PKeyAuth at the token endpoint (MS-PKAP §3.2.5.2): where a rule asks for a device and the client can show one, it is asked to,
//! and sends the same request once more.

use axum::http::HeaderMap;

use super::endpoint::Ask;
use super::granted::Granted;
use super::refusal::{Refusal, Version};
use crate::account::directory;
use crate::app::App;
use crate::prt::{PrtRefusal, credential, pkeyauth};
use crate::rule::Missing;

/// What the challenge is about: the request itself says all that is needed.
const CONTEXT: &str = "token";

/// Takes the device that the request proves, if it does, into what was granted.
pub(super) async fn take(
    ask: &Ask<'_>,
    tenant: &str,
    headers: &HeaderMap,
    granted: &mut Granted,
) -> Result<(), Refusal> {
    let Some(answer) = pkeyauth::answer(headers).filter(|answer| answer.context == CONTEXT) else {
        return Ok(());
    };
    if granted.origin.device.is_some() {
        return Ok(());
    }
    let login = &ask.app.hosts.login;
    let audience = match ask.version {
        Version::V1 => format!("{login}/{tenant}/oauth2/token"),
        Version::V2 => format!("{login}/{tenant}/oauth2/v2.0/token"),
    };
    let device = pkeyauth::device(ask.app, &answer, &audience, ask.now)
        .await
        .map_err(|refusal| match refusal {
            PrtRefusal::DeviceDisabled => Refusal::DeviceDisabled,
            PrtRefusal::DeviceGone => Refusal::DeviceGone,
            PrtRefusal::Fault(fault) => Refusal::Fault(fault),
            _ => Refusal::DeviceProof,
        })?;
    if let Some(device) = device {
        granted.origin.device = credential::serves(ask.app, device, &granted.user).await?;
    }
    Ok(())
}

/// The refusal, with a challenge where a device would help and the client can show one. `answer` was none, or not enough.
pub(super) async fn challenge(
    app: &App,
    headers: &HeaderMap,
    refusal: Refusal,
) -> Result<Refusal, Refusal> {
    let Refusal::Access(_, denied) = &refusal else {
        return Ok(refusal);
    };
    let asked = pkeyauth::answer(headers).is_some();
    if denied.kind != Missing::Device || asked || !pkeyauth::is_announced(headers) {
        return Ok(refusal);
    }
    let tenant = directory(&app.store).await?.id;
    let header = pkeyauth::challenge_header(app, tenant, CONTEXT)?;
    Ok(Refusal::DeviceWanted(header, denied.clone()))
}
