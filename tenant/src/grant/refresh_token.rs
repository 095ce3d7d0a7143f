//! `grant_type=refresh_token`: the old token is used up, a new one of the same lineage comes with the answer.

use super::endpoint::{Ask, standing};
use super::granted::Granted;
use super::lineage::{Shown, take};
use super::refusal::Refusal;
use super::scope::{has, narrowed};

/// Uses a refresh token, for the same resource or another one that the client may have.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let token = form.need("refresh_token")?;
    // Before the token is used up: a request for nothing sensible costs the client nothing.
    let named = ask.named_resource().await?;
    let shown = Shown {
        client: ask.client,
        origin: ask.origin,
        resource: named.as_ref().map(|named| named.audience.as_str()),
    };
    let (held, user) = take(ask.app, token, shown, ask.now).await?;
    let resource = match named {
        Some(resource) => resource,
        None => ask.resolve(Some(&held.resource), None).await?,
    };
    let mut scope = narrowed(&held.scope, ask.scope());
    // The old token is gone: whoever had one gets the next one, whether they say so or not.
    if !has(&scope, "offline_access") {
        scope.push_str(" offline_access");
    }
    Ok(Granted {
        user: standing(user)?,
        origin: held.origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope,
        nonce: None,
        windows: ask.windows(),
        client_info: ask.client_info(),
        lineage: Some((held.lineage, held.generation)),
    })
}
