//! `grant_type=refresh_token`: the old token is used up, a new one of the same family comes with the answer.

use super::endpoint::Ask;
use super::family::take;
use super::granted::Granted;
use super::refusal::Refusal;
use super::resource::resource;

/// Uses a refresh token, for the same resource or another one that the client may have.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let token = form.need("refresh_token")?;
    // Before the token is used up: a request for nothing sensible costs the client nothing.
    let named = ask.named_resource()?;
    let held = take(&ask.app.store, token, ask.client_id, ask.now).await?;
    let resource = match named {
        Some(resource) => resource,
        None => resource(&ask.app.hosts, ask.client_id, Some(&held.resource), None)?,
    };
    Ok(Granted {
        user: ask.user(held.user).await?,
        amr: held.amr,
        resource,
        scope: form.get("scope").map_or(held.scope, str::to_owned),
        nonce: None,
        windows: ask.windows(),
        family: held.family,
    })
}
