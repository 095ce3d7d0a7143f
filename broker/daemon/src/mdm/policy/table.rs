//! The table of policies, and what each of them can do.

use dovetail_shared::status::PolicyState;

use super::apply::PutError;
use super::demand::{Demand, Put};
use super::{
    disk_encryption, failed_sign_ins, firewall, os_version, password_complexity, password_length,
    password_required, pin, screen_lock, updates,
};
use crate::mdm::node::Root;

/// How a demanded policy stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// What is demanded, in a few words.
    pub(crate) wanted: String,
    /// What is there, in a few words; for what cannot be seen directly, with how it is known.
    pub(crate) actual: String,
    /// Whether that is good enough.
    pub(crate) met: bool,
    /// What is there as the number of its node in `Policy/Result`: the demanded one when met.
    pub(crate) level: i64,
}

/// One policy.
pub(crate) trait Policy: Sync {
    /// Stable, for programs: `min_password_length`.
    fn name(&self) -> &'static str;

    /// Looks at the machine and changes nothing; `None` when nothing is demanded.
    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing>;

    /// One sentence for the person who can mend it. Asked for only where it is not met.
    fn explain(&self, demand: &Demand, root: &Root) -> String;

    /// Whether these numbers have something for [`Self::apply`].
    fn writes(&self, _put: &Put) -> bool {
        false
    }

    /// Makes the machine so. May be repeated; touches no file of others.
    fn apply(&self, _put: &Put, _root: &Root) -> Result<(), PutError> {
        Ok(())
    }

    /// Takes away exactly what [`Self::apply`] made. May be repeated.
    fn undo(&self, _root: &Root) -> Result<(), PutError> {
        Ok(())
    }
}

/// All policies, in the order in which people see them.
pub(super) const POLICIES: &[&dyn Policy] = &[
    &password_required::PasswordRequired,
    &password_length::PasswordLength,
    &password_complexity::PasswordComplexity,
    &failed_sign_ins::FailedSignIns,
    &screen_lock::ScreenLock,
    &disk_encryption::DiskEncryption,
    &firewall::Firewall,
    &os_version::OsVersion,
    &pin::HelloPin,
    &updates::AutomaticUpdates,
];

/// How everything that is demanded stands.
pub(crate) fn standing(demand: &Demand, root: &Root) -> Vec<PolicyState> {
    POLICIES
        .iter()
        .filter_map(|policy| {
            let standing = policy.check(demand, root)?;
            Some(PolicyState {
                name: policy.name().into(),
                cure: if standing.met {
                    String::new()
                } else {
                    policy.explain(demand, root)
                },
                wanted: standing.wanted,
                actual: standing.actual,
                met: standing.met,
            })
        })
        .collect()
}

/// The number for `Policy/Result` of the policy of that name; `None` when it is not demanded.
pub(crate) fn level(name: &str, demand: &Demand, root: &Root) -> Option<i64> {
    POLICIES
        .iter()
        .find(|policy| policy.name() == name)?
        .check(demand, root)
        .map(|standing| standing.level)
}
