//! A person's Hello keys: `…/authentication/windowsHelloForBusinessMethods`. One's own, or for administrators anybody's.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dovetail_shared::id::ObjectId;
use serde_json::json;
use uuid::Uuid;

use super::answer::{Context, Properties, many, one, properties, select};
use super::caller::Caller;
use super::error::Refusal;
use super::list::Ask;
use super::path::Whose;
use super::people::find_as;
use crate::account::User;
use crate::audit::Act;
use crate::clock::{self, graph_form};
use crate::device::Stretch;
use crate::hello::{Listed, key_of, keys_of, remove};

/// `GET …/windowsHelloForBusinessMethods`
pub(super) async fn list(ask: &Ask<'_>, whose: &Whose) -> Result<Response, Refusal> {
    let user = reader_of(ask, whose).await?;
    if ask.options.filter.is_some() {
        return Err(Refusal::invalid("Hello keys cannot be filtered."));
    }
    let after = ask.after()?;
    let top = ask.options.top;
    let most = top + 1;
    let mut keys = keys_of(&ask.app.store, user.id, Stretch { after, most }).await?;
    let more = keys.len() > top;
    keys.truncate(top);
    let next = keys.last().filter(|_| more);
    let next = next.map(|last| ask.next(ObjectId(last.id)));
    let mut entries = Vec::with_capacity(keys.len());
    for key in &keys {
        entries.push(select(described(key), &ask.options.select)?);
    }
    Ok(many(context(ask, &set(&user)), entries, None, next))
}

/// `GET …/windowsHelloForBusinessMethods/{id}`
pub(super) async fn one_of(ask: &Ask<'_>, whose: &Whose, id: Uuid) -> Result<Response, Refusal> {
    let user = reader_of(ask, whose).await?;
    let key = key_of(&ask.app.store, user.id, id).await?;
    let key = key.ok_or_else(|| Refusal::NotFound(id.to_string()))?;
    let shown = select(described(&key), &ask.options.select)?;
    Ok(one(context(ask, &set(&user)), shown))
}

/// `DELETE …/windowsHelloForBusinessMethods/{id}`: through the same function as the command line's, so that what the key gave ends.
pub(super) async fn take_away(ask: &Ask<'_>, whose: &Whose, id: Uuid) -> Result<Response, Refusal> {
    let (own, others) = (Caller::removes_own_keys, Caller::removes_all_keys);
    let user = find_as(ask.app, ask.caller, whose, own, others).await?;
    let gone = || Refusal::NotFound(id.to_string());
    let store = &ask.app.store;
    let key = key_of(store, user.id, id).await?.ok_or_else(gone)?;
    if !remove(store, id, clock::now()).await? {
        return Err(gone());
    }
    tracing::info!(key = %id, upn = key.upn, device = %key.device, by = ask.caller.name(), "a Hello key was removed by the directory API");
    let about = format!("{id} of {} on {}", user.id, key.device);
    ask.app.audit.granted_about(Act::HelloKeyRemoved, about);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn reader_of(ask: &Ask<'_>, whose: &Whose) -> Result<User, Refusal> {
    let (own, others) = (Caller::reads_own_keys, Caller::reads_all_keys);
    find_as(ask.app, ask.caller, whose, own, others).await
}

fn described(key: &Listed) -> Properties {
    properties(json!({
        "id": key.id,
        "displayName": key.device_name,
        "createdDateTime": graph_form(key.created),
        // Weak is what the real service calls keys shorter than those that are taken here.
        "keyStrength": "normal",
    }))
}

fn set(user: &User) -> String {
    format!(
        "users('{}')/authentication/windowsHelloForBusinessMethods",
        user.id
    )
}

fn context<'a>(ask: &Ask<'a>, set: &'a str) -> Context<'a> {
    Context {
        hosts: &ask.app.hosts,
        dialect: ask.dialect,
        set,
    }
}
