//! New passwords have characters of so many kinds (`DeviceLock/MinDevicePasswordComplexCharacters`):
//! digits, lower case, upper case, others.

use super::apply::PutError;
use super::demand::{Demand, Put};
use super::pwquality;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

/// Its name in pwquality.conf(5).
const SETTING: &str = "minclass";

/// `password_complexity`
#[derive(Debug)]
pub(super) struct PasswordComplexity;

impl Policy for PasswordComplexity {
    fn name(&self) -> &'static str {
        "password_complexity"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let wanted = i64::from(demand.put.password_classes?);
        let (actual, level) = match pwquality::in_force(root) {
            // Every password has characters of one kind.
            Ok(quality) => {
                let level = quality.classes.max(1);
                (format!("{level} kinds of characters"), level)
            }
            Err(unasked) => (unasked.words().to_owned(), 0),
        };
        Some(Standing {
            wanted: format!("at least {wanted} kinds of characters"),
            actual,
            met: level >= wanted,
            level: level.min(wanted),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        match pwquality::in_force(root) {
            Err(unasked) => unasked.cure().into(),
            Ok(_) => match pwquality::overruled_by(root, SETTING) {
                Some(file) => format!("Remove the line `{SETTING}` from {file}: it makes passwords simpler than your organisation allows."),
                None => "Run `dovetail sync`: the rule for the kinds of characters in passwords is not written yet.".into(),
            },
        }
    }

    fn writes(&self, put: &Put) -> bool {
        put.password_classes.is_some()
    }

    fn apply(&self, put: &Put, root: &Root) -> Result<(), PutError> {
        match put.password_classes {
            Some(least) => pwquality::put(root, SETTING, least),
            None => self.undo(root),
        }
    }

    fn undo(&self, root: &Root) -> Result<(), PutError> {
        pwquality::remove(root, SETTING)
    }
}
