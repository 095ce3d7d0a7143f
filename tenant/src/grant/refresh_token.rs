//! `grant_type=refresh_token`: the old token is used up, a new one of the same family comes with the answer.

use super::endpoint::Ask;
use super::granted::Granted;
use super::lineage::{Wanted, take};
use super::refusal::Refusal;
use super::resource::resource;

/// Uses a refresh token, for the same resource or another one that the client may have.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let token = form.need("refresh_token")?;
    // Before the token is used up: a request for nothing sensible costs the client nothing.
    let named = ask.named_resource()?;
    let wanted = Wanted {
        resource: named.as_ref().map(|named| named.audience.as_str()),
        scope: form.get("scope"),
    };
    let held = take(ask.app, token, ask.client_id, wanted, ask.now).await?;
    let resource = match named {
        Some(resource) => resource,
        None => resource(&ask.app.hosts, ask.client_id, Some(&held.resource), None)?,
    };
    Ok(Granted {
        user: ask.user(held.origin.user).await?,
        origin: held.origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope: form.get("scope").map_or(held.scope, str::to_owned),
        nonce: None,
        windows: ask.windows(),
        client_info: ask.client_info(),
        lineage: Some((held.lineage, held.generation)),
    })
}
