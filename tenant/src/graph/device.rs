//! A device as a resource, and who may see it.

use dovetail_shared::drs::JoinType;
use dovetail_shared::encode::b64;
use dovetail_shared::id::ObjectId;
use serde_json::{Value, json};

use super::answer::{Properties, properties};
use super::caller::Caller;
use super::error::Refusal;
use super::path::{DeviceKey, Dialect, Relation};
use crate::app::App;
use crate::clock::graph_form;
use crate::device::{Device, added_people, device, device_by_object, extension};

/// The device that a key names, if the caller may see it.
pub(super) async fn visible(app: &App, caller: &Caller, key: DeviceKey) -> Result<Device, Refusal> {
    caller.reads_own()?;
    let (found, name) = match key {
        DeviceKey::Object(id) => (device_by_object(&app.store, id).await?, id.to_string()),
        DeviceKey::Device(id) => (device(&app.store, id).await?, id.to_string()),
    };
    let Some(found) = found else {
        return Err(Refusal::NotFound(name));
    };
    let own = match caller.person() {
        Some(user) => {
            owns(app, &found, user.id).await? || is(app, &found, Relation::User, user.id).await?
        }
        None => false,
    };
    if own || caller.reads_all() {
        Ok(found)
    } else {
        Err(Refusal::NotFound(name))
    }
}

/// Whether somebody registered the device, or was added as its owner.
pub(super) async fn owns(app: &App, device: &Device, user: ObjectId) -> Result<bool, Refusal> {
    Ok(device.owner_id == user || is(app, device, Relation::Owner, user).await?)
}

async fn is(
    app: &App,
    device: &Device,
    relation: Relation,
    user: ObjectId,
) -> Result<bool, Refusal> {
    let added = added_people(&app.store, device.id, relation.word()).await?;
    Ok(added.contains(&user))
}

/// `AzureAd` or `Workplace`.
pub(super) fn trust(device: &Device) -> &'static str {
    match device.join_type {
        JoinType::Joined => "AzureAd",
        JoinType::Registered => "Workplace",
    }
}

/// A single device's properties, with its extension attributes.
pub(super) async fn whole(
    app: &App,
    dialect: Dialect,
    device: &Device,
) -> Result<Properties, Refusal> {
    let mut all = described(dialect, device);
    if dialect != Dialect::Legacy
        && let Some(text) = extension(&app.store, device.id).await?
    {
        let given: Value = serde_json::from_str(&text)?;
        if let (Some(Value::Object(slots)), Value::Object(given)) =
            (all.get_mut("extensionAttributes"), given)
        {
            slots.extend(given);
        }
    }
    Ok(all)
}

/// Its properties, in the words of the dialect.
pub(super) fn described(dialect: Dialect, device: &Device) -> Properties {
    match dialect {
        Dialect::Graph(_) => graph(device),
        Dialect::Legacy => legacy(device),
    }
}

fn graph(device: &Device) -> Properties {
    let managed = device.managed.as_ref();
    let slots: Properties = (1..=15)
        .map(|slot| (format!("extensionAttribute{slot}"), Value::Null))
        .collect();
    properties(json!({
        "id": device.object_id,
        "deletedDateTime": null,
        "accountEnabled": device.enabled,
        "approximateLastSignInDateTime": graph_form(device.last_logon),
        "complianceExpirationDateTime": null,
        "createdDateTime": graph_form(device.created),
        "deviceCategory": null,
        "deviceId": device.id,
        "deviceMetadata": null,
        "deviceOwnership": match device.join_type { JoinType::Joined => "Company", JoinType::Registered => "Personal" },
        "deviceVersion": 2,
        "displayName": device.display_name,
        "domainName": null,
        "enrollmentProfileName": null,
        "enrollmentType": managed.map(|_| "AzureDomainJoined"),
        "isCompliant": managed.and_then(|managed| managed.compliant),
        "isManaged": managed.is_some(),
        "isRooted": null,
        "managementType": managed.map(|_| "MDM"),
        "manufacturer": null,
        "mdmAppId": managed.map(|_| "0000000a-0000-0000-c000-000000000000"),
        "model": null,
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "operatingSystem": device.os_type,
        "operatingSystemVersion": device.os_version,
        "physicalIds": [],
        "profileType": "RegisteredDevice",
        "registrationDateTime": graph_form(device.created),
        "systemLabels": [],
        "trustType": trust(device),
        "extensionAttributes": slots,
        "alternativeSecurityIds": [{ "type": 2, "identityProvider": null, "key": security_key(device) }],
    }))
}

fn legacy(device: &Device) -> Properties {
    let managed = device.managed.as_ref();
    properties(json!({
        "odata.type": "Microsoft.DirectoryServices.Device",
        "objectType": "Device",
        "objectId": device.object_id,
        "deletionTimestamp": null,
        "accountEnabled": device.enabled,
        "alternativeSecurityIds": [{ "type": 2, "identityProvider": null, "key": security_key(device) }],
        "approximateLastLogonTimestamp": graph_form(device.last_logon),
        "deviceId": device.id,
        "deviceMetadata": null,
        "deviceObjectVersion": 2,
        "deviceOSType": device.os_type,
        "deviceOSVersion": device.os_version,
        "devicePhysicalIds": [],
        "deviceTrustType": trust(device),
        "dirSyncEnabled": null,
        "displayName": device.display_name,
        "isCompliant": managed.and_then(|managed| managed.compliant),
        "isManaged": managed.is_some(),
        "lastDirSyncTime": null,
        "profileType": "RegisteredDevice",
        "systemLabels": [],
    }))
}

/// Base64 of the text in UTF-16LE (registration reference §3.8).
fn security_key(device: &Device) -> String {
    let id = device.alternative_security_id();
    let units = id.encode_utf16();
    b64(units.flat_map(u16::to_le_bytes).collect::<Vec<_>>())
}
