//! Changes to devices. They go through the same functions as the command line's, so that disabling and deleting end what the
//! device holds.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dovetail_shared::id::ObjectId;
use serde_json::{Map, Value};

use super::device::{owns, visible};
use super::error::Refusal;
use super::list::Ask;
use super::path::{DeviceKey, Relation};
use super::people::{is_of, referred};
use crate::audit::Act;
use crate::device::{Description, add_person, delete, describe, remove_person, set_enabled};

/// Longest text of a property.
const LONGEST: usize = 256;

/// `PATCH /devices/{id}`: administrators; owners may give their device another name.
pub(super) async fn patch(ask: &Ask<'_>, key: DeviceKey, body: &[u8]) -> Result<Response, Refusal> {
    let device = visible(ask.app, ask.caller, key).await?;
    let wanted: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("The body must be a JSON object."))?;
    let name_only = wanted.keys().all(|name| name == "displayName");
    let own = match ask.caller.person() {
        Some(user) if name_only => owns(ask.app, &device, user.id).await?,
        _ => false,
    };
    if !own && !ask.caller.writes_all() {
        return Err(Refusal::Denied);
    }
    let mut new = Description::default();
    let mut enabled = None;
    for (name, value) in &wanted {
        match name.as_str() {
            "displayName" => new.display_name = Some(text(name, value)?),
            "operatingSystem" | "deviceOSType" => new.os_type = Some(text(name, value)?),
            "operatingSystemVersion" | "deviceOSVersion" => {
                new.os_version = Some(text(name, value)?);
            }
            "accountEnabled" => {
                let flag = value.as_bool();
                enabled =
                    Some(flag.ok_or_else(|| {
                        Refusal::invalid("accountEnabled must be true or false.")
                    })?);
            }
            "extensionAttributes" => new.extension = Some(extension(value)?),
            // Compliance and management are said by the management, keys by the registration.
            "isCompliant" | "isManaged" | "alternativeSecurityIds" | "deviceKey" => {
                return Err(Refusal::Denied);
            }
            other => {
                return Err(Refusal::invalid(format!(
                    "The property '{other:.64}' does not exist or cannot be changed."
                )));
            }
        }
    }
    let store = &ask.app.store;
    let there = describe(store, device.id, &new).await?
        && match enabled {
            Some(enabled) => set_enabled(store, device.id, enabled).await?,
            None => true,
        };
    if !there {
        return Err(Refusal::NotFound(device.object_id.to_string()));
    }
    tracing::info!(device = %device.id, by = ask.caller.name(), ?enabled, "a device was changed by the directory API");
    let what = match enabled {
        Some(true) => "enabled",
        Some(false) => "disabled",
        None => "described",
    };
    told(ask, Act::DeviceChanged, &format!("{what} {}", device.id));
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Writes down what an administrator did.
fn told(ask: &Ask<'_>, act: Act, about: &str) {
    ask.app.audit.granted_about(act, about);
}

/// A text that can be a name: not empty, not endless, one line.
fn text(name: &str, value: &Value) -> Result<String, Refusal> {
    value
        .as_str()
        .filter(|text| {
            !text.trim().is_empty()
                && text.chars().count() <= LONGEST
                && !text.chars().any(char::is_control)
        })
        .map(str::to_owned)
        .ok_or_else(|| {
            Refusal::invalid(format!(
                "{name:.64} must be a text of 1 to {LONGEST} characters."
            ))
        })
}

/// `extensionAttribute1` to `15`, texts or null, as JSON.
fn extension(value: &Value) -> Result<String, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "extensionAttributes takes extensionAttribute1 to extensionAttribute15, texts or null.",
        )
    };
    let slots = value.as_object().ok_or_else(wrong)?;
    for (name, value) in slots {
        let slot: Option<u8> = name
            .strip_prefix("extensionAttribute")
            .and_then(|slot| slot.parse().ok());
        let fits = value.is_null() || value.as_str().is_some_and(|text| text.len() <= 1024);
        if !slot.is_some_and(|slot| (1..=15).contains(&slot) && !name.contains('+')) || !fits {
            return Err(wrong());
        }
    }
    Ok(value.to_string())
}

/// `DELETE /devices/{id}`: administrators.
pub(super) async fn remove(ask: &Ask<'_>, key: DeviceKey) -> Result<Response, Refusal> {
    let device = visible(ask.app, ask.caller, key).await?;
    if !ask.caller.writes_all() {
        return Err(Refusal::Denied);
    }
    if !delete(&ask.app.store, device.id).await? {
        return Err(Refusal::NotFound(device.object_id.to_string()));
    }
    tracing::info!(device = %device.id, by = ask.caller.name(), "a device was deleted by the directory API");
    told(ask, Act::DeviceDeleted, &device.id.to_string());
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST …/$ref`: administrators; an owner who adds themselves once more changes nothing (clients do so after enrolment).
pub(super) async fn add(
    ask: &Ask<'_>,
    key: DeviceKey,
    relation: Relation,
    body: &[u8],
) -> Result<Response, Refusal> {
    let device = visible(ask.app, ask.caller, key).await?;
    let user = referred(ask.app, body).await?;
    let there = is_of(ask.app, &device, relation, user.id).await?;
    if there && ask.caller.is(user.id) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if !ask.caller.writes_all() {
        return Err(Refusal::Denied);
    }
    if there {
        return Err(Refusal::invalid(
            "One or more added object references already exist.",
        ));
    }
    add_person(&ask.app.store, device.id, relation.word(), user.id).await?;
    let what = format!("{} {} added to {}", relation.word(), user.id, device.id);
    told(ask, Act::DevicePeopleChanged, &what);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE …/{user}/$ref`: administrators. Whoever registered the device stays: the device counts as theirs.
pub(super) async fn take_off(
    ask: &Ask<'_>,
    key: DeviceKey,
    relation: Relation,
    user: ObjectId,
) -> Result<Response, Refusal> {
    let device = visible(ask.app, ask.caller, key).await?;
    if !ask.caller.writes_all() {
        return Err(Refusal::Denied);
    }
    if device.owner_id == user {
        return Err(Refusal::invalid(
            "Whoever registered a device cannot be taken off it.",
        ));
    }
    if !remove_person(&ask.app.store, device.id, relation.word(), user).await? {
        return Err(Refusal::NotFound(user.to_string()));
    }
    let what = format!("{} {user} taken off {}", relation.word(), device.id);
    told(ask, Act::DevicePeopleChanged, &what);
    Ok(StatusCode::NO_CONTENT.into_response())
}
