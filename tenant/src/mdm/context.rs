//! The additional context of an enrollment: what the client says of itself. Nothing in it grants anything.

use std::collections::BTreeMap;

use dovetail_shared::id::DeviceId;
use uuid::Uuid;

use super::soap::Refusal;
use super::xml::{Element, Ns};

const MOST: usize = 64;
const LONGEST: usize = 4096;

/// What is taken of it.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The directory's device.
    pub(super) device: Option<DeviceId>,
    /// The blob of the terms page.
    pub(super) terms: Option<String>,
    /// Host name.
    pub(super) name: Option<String>,
    pub(super) hardware_id: Option<String>,
    pub(super) os_version: Option<String>,
    /// `EnrollmentType`: whether it is a device's (joined) and not a user's own.
    pub(super) kind: Option<String>,
}

/// Reads it. Items that nobody asked for are passed over; known ones that stand twice are not.
pub(super) fn read(request: &Element) -> Result<Context, Refusal> {
    let context = request
        .one(Ns::Authorization, "AdditionalContext")
        .map_err(|error| Refusal::format(&error.to_string()))?;
    let Some(context) = context else {
        return Ok(Context::default());
    };
    if context.children.len() > MOST {
        return Err(Refusal::format("there are too many context items"));
    }
    let mut items: BTreeMap<&str, &str> = BTreeMap::new();
    for item in &context.children {
        let name = item.attribute(Ns::None, "Name").unwrap_or_default();
        let value = item.one(Ns::Authorization, "Value");
        let (true, Ok(Some(value))) = (item.is(Ns::Authorization, "ContextItem"), value) else {
            return Err(Refusal::format("a context item has no name or value"));
        };
        if value.text().len() > LONGEST {
            return Err(Refusal::format("a context item is too long"));
        }
        // One for each network interface.
        if name != "MAC" && items.insert(name, value.text()).is_some() {
            return Err(Refusal::format("a context item stands twice"));
        }
    }
    let get = |name: &str| {
        let value = items.get(name).copied();
        value.filter(|value| !value.is_empty() && *value != "null")
    };
    Ok(Context {
        device: get("DeviceID").map(device_id).transpose()?,
        terms: get("EnrollmentData").map(str::to_owned),
        name: get("DeviceName").map(str::to_owned),
        hardware_id: get("HWDevID").map(hardware_id).transpose()?,
        os_version: get("OSVersion").map(str::to_owned),
        kind: get("EnrollmentType").map(str::to_owned),
    })
}

/// With hyphens or without.
fn device_id(text: &str) -> Result<DeviceId, Refusal> {
    let plain = matches!(text.len(), 32 | 36);
    let id = plain.then(|| Uuid::try_parse(text).ok()).flatten();
    id.map(DeviceId)
        .ok_or(Refusal::EnrollmentDataInvalid("DeviceID is no device id"))
}

fn hardware_id(text: &str) -> Result<String, Refusal> {
    if text.len() > 128 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::format("HWDevID is not hexadecimal"));
    }
    Ok(text.to_ascii_uppercase())
}
