//! Policies: what the organisation may demand of this machine, what is there, and how the one is made of the other.

mod apply;
mod demand;
mod disk_encryption;
mod dropin;
mod failed_sign_ins;
mod faillock;
mod firewall;
mod hand_over;
mod os_version;
mod pam;
mod password_complexity;
mod password_length;
mod password_required;
mod pin;
mod pwquality;
mod screen_lock;
mod table;
mod updates;
mod volume;

pub use apply::{PutError, apply_handed_over};
pub(crate) use apply::{put_again, put_in_force, undo};
pub use demand::Put;
pub(crate) use demand::{Contradiction, Demand};
pub(crate) use disk_encryption::{bits, encrypted};
pub(crate) use firewall::{State as FirewallState, state as firewall_state};
pub use hand_over::RUN;
pub(crate) use pin::pin_policy;
pub use pin::{Class, PinPolicy};
pub(crate) use table::{level, standing};
