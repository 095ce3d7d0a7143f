//! Who may join, how many devices, and what must be proved.

mod policy;

pub(crate) use policy::{AttestationRule, JoinRule, Rules, rules, set};
