//! Devices in the directory.

mod evidence;
mod listing;
mod object;
mod revoked;
mod security_id;
mod store;

pub(crate) use evidence::{Evidence, evidence};
pub(crate) use listing::{
    Description, Stretch, add_person, added_people, describe, device_by_object, devices_in,
    devices_of, extension, remove_person,
};
pub(crate) use object::{Device, ManagedState};
pub(crate) use revoked::replay;
pub(crate) use store::{
    Certificate, Kept, Known, New, delete, device, device_of_key, devices, known, set_enabled,
};
