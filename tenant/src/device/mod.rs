//! Devices in the directory.

mod object;
mod security_id;
mod store;

pub(crate) use object::{Device, ManagedState};
pub(crate) use security_id::alternative_security_id;
pub(crate) use store::{
    Kept, New, delete, device, device_by_thumbprint, devices, owner_of_key, set_enabled,
};
