//! People: the caller, users, their groups, and the people of a device.

use axum::http::HeaderMap;
use axum::response::Response;
use dovetail_shared::id::ObjectId;
use serde_json::json;

use super::answer::{Context, Properties, many, one, properties, select};
use super::caller::Caller;
use super::device::visible;
use super::error::Refusal;
use super::list::Ask;
use super::path::{DeviceKey, Relation, Whose};
use crate::account::{User, groups_of, user_by_id, user_by_upn};
use crate::app::App;
use crate::device::{Device, Stretch, added_people};

/// What a user shows when nothing was selected.
const USUAL: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// The person meant: oneself, or for administrators anybody.
pub(super) async fn find(app: &App, caller: &Caller, whose: &Whose) -> Result<User, Refusal> {
    find_if(app, caller, whose, Caller::reads_people).await
}

/// The same where something else than the person is asked for: `others` says whether the caller may have it of everybody.
pub(super) async fn find_if(
    app: &App,
    caller: &Caller,
    whose: &Whose,
    others: fn(&Caller) -> bool,
) -> Result<User, Refusal> {
    find_as(app, caller, whose, Caller::reads_own, others).await
}

/// The same where one's own takes a permission of its own, too.
pub(super) async fn find_as(
    app: &App,
    caller: &Caller,
    whose: &Whose,
    own: fn(&Caller) -> Result<(), Refusal>,
    others: fn(&Caller) -> bool,
) -> Result<User, Refusal> {
    let Whose::Of(name) = whose else {
        let me = caller.me()?;
        own(caller)?;
        return Ok(me.clone());
    };
    if caller.person().is_some() {
        own(caller)?;
    } else if !others(caller) {
        return Err(Refusal::Denied);
    }
    let found = match name.parse::<ObjectId>() {
        Ok(id) => user_by_id(&app.store, id).await?,
        Err(_) => user_by_upn(&app.store, name).await?,
    };
    found
        .filter(|user| caller.is(user.id) || others(caller))
        .ok_or_else(|| Refusal::NotFound(name.clone()))
}

/// `GET /me`, `/users/{id|upn}`
pub(super) async fn person(ask: &Ask<'_>, whose: &Whose) -> Result<Response, Refusal> {
    let user = find(ask.app, ask.caller, whose).await?;
    let context = context(ask, "users");
    let names = &ask.options.select;
    Ok(one(context, shown(&user, names)?))
}

fn shown(user: &User, names: &[String]) -> Result<Properties, Refusal> {
    let all = described(user);
    if names.is_empty() {
        let usual: Vec<String> = USUAL.iter().map(|name| (*name).to_owned()).collect();
        return select(all, &usual);
    }
    select(all, names)
}

fn described(user: &User) -> Properties {
    properties(json!({
        "accountEnabled": user.enabled,
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name,
        "id": user.id,
        "jobTitle": null,
        "mail": user.upn,
        "mobilePhone": null,
        "officeLocation": null,
        "onPremisesImmutableId": user.immutable_id,
        "onPremisesSamAccountName": null,
        "onPremisesSecurityIdentifier": user.onprem_sid,
        "onPremisesSyncEnabled": user.onprem_sid.as_ref().map(|_| true),
        "preferredLanguage": null,
        "surname": user.family_name,
        "userPrincipalName": user.upn,
        "userType": "Member",
    }))
}

/// `GET /me/memberOf`
pub(super) async fn member_of(ask: &Ask<'_>, whose: &Whose) -> Result<Response, Refusal> {
    let user = find_if(ask.app, ask.caller, whose, Caller::reads_groups).await?;
    if ask.options.filter.is_some() {
        return Err(Refusal::invalid("Groups cannot be filtered."));
    }
    let after = ask.after()?;
    let top = ask.options.top;
    let mut groups = groups_of(
        &ask.app.store,
        user.id,
        Stretch {
            after,
            most: top + 1,
        },
    )
    .await?;
    let more = groups.len() > top;
    groups.truncate(top);
    let next = groups.last().filter(|_| more);
    let next = next.map(|last| ask.next(last.0));
    let mut entries = Vec::new();
    for (id, name) in &groups {
        let mut entry = properties(json!({ "@odata.type": "#microsoft.graph.group" }));
        let group = properties(json!({
            "id": id,
            "deletedDateTime": null,
            "description": null,
            "displayName": name,
            "groupTypes": [],
            "mailEnabled": false,
            "mailNickname": null,
            "onPremisesSecurityIdentifier": null,
            "onPremisesSyncEnabled": null,
            "securityEnabled": true,
            "securityIdentifier": dovetail_shared::guid::cloud_sid(id.0),
        }));
        entry.extend(select(group, &ask.options.select)?);
        entries.push(entry);
    }
    Ok(many(context(ask, "directoryObjects"), entries, None, next))
}

/// `GET /devices/{id}/registeredOwners`, `…/registeredUsers`: the one who registered it, and whoever was added.
pub(super) async fn of_device(
    ask: &Ask<'_>,
    key: DeviceKey,
    relation: Relation,
) -> Result<Response, Refusal> {
    let device = visible(ask.app, ask.caller, key).await?;
    let mut ids = vec![device.owner_id];
    ids.extend(added_people(&ask.app.store, device.id, relation.word()).await?);
    let mut entries = Vec::new();
    for id in ids {
        if let Some(user) = user_by_id(&ask.app.store, id).await? {
            let mut entry = properties(json!({ "@odata.type": "#microsoft.graph.user" }));
            entry.extend(shown(&user, &ask.options.select)?);
            entries.push(entry);
        }
    }
    Ok(many(context(ask, "directoryObjects"), entries, None, None))
}

/// The user whom a reference's body names: `{"@odata.id":"https://graph…/directoryObjects/{id}"}`.
pub(super) async fn referred(app: &App, body: &[u8]) -> Result<User, Refusal> {
    #[derive(serde::Deserialize)]
    struct Reference {
        #[serde(rename = "@odata.id")]
        id: String,
    }
    let reference: Reference = serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("The body must be an object with '@odata.id'."))?;
    let last = reference.id.rsplit('/').next().unwrap_or_default();
    let id: ObjectId = last
        .parse()
        .map_err(|_| Refusal::invalid("'@odata.id' names no directory object."))?;
    user_by_id(&app.store, id)
        .await?
        .ok_or_else(|| Refusal::NotFound(id.to_string()))
}

/// Whether a user is a device's in that relation already.
pub(super) async fn is_of(
    app: &App,
    device: &Device,
    relation: Relation,
    user: ObjectId,
) -> Result<bool, Refusal> {
    let added = added_people(&app.store, device.id, relation.word()).await?;
    Ok(device.owner_id == user || added.contains(&user))
}

fn context<'a>(ask: &Ask<'a>, set: &'a str) -> Context<'a> {
    Context {
        hosts: &ask.app.hosts,
        dialect: ask.dialect,
        set,
    }
}

/// The caller's own id of the request.
pub(super) fn client_request(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("client-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|value| value.len() <= 64)
}
