//! The machine's configuration: what the daemon believes without being told by anybody.

mod file;
mod types;

pub use file::{ConfigError, load, parse};
pub use types::{
    Applying, Approval, Config, Enroll, Management, Origin, Origins, Portal, Profile, Service, Sso,
    Tenant, WebApp,
};
