//! The PIN: a key of this device's TPM that the person opens, registered with the directory (Windows calls it Hello, the protocols
//! NGC), so that they sign in with something that is worth nothing on another machine.
//!
//! One record an account, `sso/<uid>/pin.json` and `pin-<n>.json`. Who holds it counts wrong PINs twice: here for each account, on
//! disk before the TPM is asked, and in the TPM for everybody.

mod asked;
mod change;
mod error;
mod open;
mod record;
mod register;
mod rules;
mod set_up;
mod sign_in;
mod tries;
mod view;

pub use change::change;
pub use set_up::{remove, set_up};
pub use sign_in::sign_in;
pub use view::status;

pub(super) use error::PinError;
pub(super) use record::{forget, is_set};
