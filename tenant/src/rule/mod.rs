//! Who may join, how many devices, what must be proved, and whom management is offered to.

mod conditional;
mod policy;
mod scope;
mod strength;

pub(crate) use conditional::{
    Demand, Denied, Facts, Missing, Subject, access_rules, add_access_rule, decide,
    remove_access_rule,
};
pub(crate) use policy::{AttestationRule, JoinRule, Rules, Switch, rules, set};
pub(crate) use scope::{Reach, Scope};
pub(crate) use strength::Strength;
