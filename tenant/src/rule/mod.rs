//! Who may join, how many devices, what must be proved, and whom management is offered to.

mod policy;
mod scope;

pub(crate) use policy::{AttestationRule, JoinRule, Rules, Switch, rules, set};
pub(crate) use scope::{Reach, Scope};
