//! New passwords have at least so many characters (`DeviceLock/MinDevicePasswordLength`).

use super::apply::PutError;
use super::demand::{Demand, Put};
use super::pwquality;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

/// Its name in pwquality.conf(5).
const SETTING: &str = "minlen";

/// `min_password_length`
#[derive(Debug)]
pub(super) struct PasswordLength;

impl Policy for PasswordLength {
    fn name(&self) -> &'static str {
        "min_password_length"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let wanted = i64::from(demand.put.password_length?);
        let (actual, level) = match pwquality::in_force(root) {
            Ok(quality) => (format!("{} characters", quality.length), quality.length),
            Err(unasked) => (unasked.words().to_owned(), 0),
        };
        let met = level >= wanted;
        Some(Standing {
            wanted: format!("at least {wanted} characters"),
            actual,
            met,
            level: level.min(wanted),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        match pwquality::in_force(root) {
            Err(unasked) => unasked.cure().into(),
            Ok(_) => match pwquality::overruled_by(root, SETTING) {
                Some(file) => format!(
                    "Remove the line `{SETTING}` from {file}: it makes passwords shorter than your organisation allows."
                ),
                None => {
                    "Run `dovetail sync`: the rule for the length of passwords is not written yet."
                        .into()
                }
            },
        }
    }

    fn writes(&self, put: &Put) -> bool {
        put.password_length.is_some()
    }

    fn apply(&self, put: &Put, root: &Root) -> Result<(), PutError> {
        match put.password_length {
            Some(least) => pwquality::put(root, SETTING, least),
            None => self.undo(root),
        }
    }

    fn undo(&self, root: &Root) -> Result<(), PutError> {
        pwquality::remove(root, SETTING)
    }
}
