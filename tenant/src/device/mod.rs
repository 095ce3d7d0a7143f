//! Devices in the directory.

mod listing;
mod object;
mod security_id;
mod store;

pub(crate) use listing::{
    Description, Stretch, add_person, added_people, describe, device_by_object, devices_in,
    devices_of, extension, remove_person,
};
pub(crate) use object::{Device, ManagedState};
pub(crate) use security_id::alternative_security_id;
pub(crate) use store::{
    Kept, New, delete, device, device_by_thumbprint, devices, owner_of_key, set_enabled,
};
