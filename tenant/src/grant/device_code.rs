//! `grant_type=…device_code` (RFC 8628 §3.4): a machine asks whether the person has approved its code by now.

use super::endpoint::Ask;
use super::granted::Granted;
use super::lineage;
use super::origin::{Flow, Origin};
use super::refusal::Refusal;
use super::revoke::revoke;
use super::scope::has;
use crate::audit;
use crate::device_code::{Polled, is_off, poll};
use crate::random;

/// Answers a question of the machine's; gives tokens once.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let (app, form) = (ask.app, ask.form);
    // Clients send it under either name, or under both.
    let code = match (form.get("device_code"), form.get("code")) {
        (Some(one), Some(other)) if one != other => return Err(Refusal::Form),
        (Some(code), _) | (None, Some(code)) => code,
        (None, None) => return Err(Refusal::Missing("device_code")),
    };
    let platform = ask.client.platform()?;
    if is_off(&app.store, ask.client_id).await? {
        return Err(Refusal::DeviceCodeOff);
    }
    let id = app
        .grant_key
        .open_device_code(code)
        .ok_or(Refusal::BadDeviceCode)?;
    let new = random::ordered_guid(ask.now)?;
    let approved = match poll(&app.store, id, ask.client_id, new, ask.now).await? {
        Polled::Approved(approved) => approved,
        Polled::Pending => return Err(Refusal::Pending),
        Polled::TooSoon => return Err(Refusal::SlowDown),
        Polled::Declined => return Err(Refusal::Declined),
        Polled::Expired => return Err(Refusal::CodeExpired(ask.version)),
        Polled::NotTheirs => return Err(Refusal::BadDeviceCode),
        Polled::Redeemed(lineage) => {
            tracing::warn!(
                client = ask.client_id,
                "a device code came twice: what it gave is revoked"
            );
            audit::about("a device code came twice: what it gave is revoked");
            revoke(&app.store, &lineage).await?;
            return Err(Refusal::Redeemed);
        }
    };
    let origin = Origin {
        client_id: ask.client_id.to_owned(),
        user: approved.user,
        amr: approved.amr,
        auth_time: approved.auth_time,
        // The device that vouched for the person's browser is not the one that asks here.
        device: None,
        hello_key: None,
        flow: Flow::DeviceCode,
        platform,
    };
    let resource = match ask.resolve(None, Some(&approved.scope)).await {
        Ok(found) if found.audience == approved.resource => found,
        Err(Refusal::Fault(fault)) => return Err(Refusal::Fault(fault)),
        _ => ask.resolve(Some(&approved.resource), None).await?,
    };
    let user = ask.user_since(origin.user, origin.auth_time).await?;
    lineage::create_as(
        &app.store,
        new,
        &origin,
        &resource.audience,
        &approved.scope,
        ask.now,
    )
    .await?;
    Ok(Granted {
        user,
        origin,
        client_id: ask.client_id.to_owned(),
        resource,
        lineage: has(&approved.scope, "offline_access").then_some((new, 0)),
        scope: approved.scope,
        nonce: None,
        windows: ask.windows(),
        client_info: ask.client_info(),
    })
}
