//! The device's keys behind one face, wherever they live.

mod client_auth;
mod error;
mod hard;
mod hello;
mod keys;
mod management;
mod session;
mod soft;

pub use error::VaultError;
pub use hello::PinKey;
pub use keys::{Proof, PublicParts, Vault};
pub use management::{ManagementKey, Slot};
pub use session::{SealKey, UserKeys};
