//! How many wrong passwords lock an account: pam_faillock(8).
//!
//! The module has one settings file and no drop-ins, and that file is the administrator's. So ours is a file of its own,
//! and PAM has to be told of it once (`conf=`): the PAM profile that comes with the package does.

use super::apply::PutError;
use super::{dropin, pam};
use crate::mdm::node::Root;

/// Our settings file.
pub(super) const OURS: &str = "/etc/dovetail/policy/faillock.conf";
const THEIRS: &str = "/etc/security/faillock.conf";
/// What the module does where nothing is said.
const UNSAID: i64 = 3;

/// Wrong passwords until the lock in each place that asks passwords, the laxest; 0 is no lock at all.
pub(super) fn in_force(root: &Root) -> i64 {
    let stacks = pam::stacks(root, "/etc/pam.d/common-auth");
    let each: Vec<i64> = stacks.iter().map(|file| denied_after(root, file)).collect();
    if each.is_empty() || each.contains(&0) {
        return 0;
    }
    each.into_iter().max().unwrap_or(0)
}

fn denied_after(root: &Root, file: &str) -> i64 {
    let lines = pam::lines(root, file, "auth", "pam_faillock.so");
    let counts = |line: &&pam::Line| line.arguments.iter().any(|word| word == "authfail");
    let Some(line) = lines.iter().find(counts) else {
        return 0;
    };
    let file = line.argument("conf").unwrap_or(THEIRS);
    let settings = match root.text(file) {
        Some(settings) => settings,
        None if file == THEIRS => String::new(),
        // Without a file that it is told of, the module does nothing.
        None => return 0,
    };
    line.argument("deny")
        .and_then(|text| text.parse().ok())
        .or_else(|| {
            settings.lines().rev().find_map(|line| {
                let (name, value) = line.split('#').next()?.split_once('=')?;
                (name.trim() == "deny").then(|| value.trim().parse().ok())?
            })
        })
        .unwrap_or(UNSAID)
}

/// Whether PAM has been told of our file.
pub(super) fn is_asked(root: &Root) -> bool {
    pam::stacks(root, "/etc/pam.d/common-auth")
        .iter()
        .flat_map(|file| pam::lines(root, file, "auth", "pam_faillock.so"))
        .any(|line| line.argument("conf") == Some(OURS))
}

/// Writes our settings.
pub(super) fn put(root: &Root, deny: u16) -> Result<(), PutError> {
    dropin::write(root, OURS, &format!("deny = {deny}\n"))
}

/// Takes them away; the profile goes on without them.
pub(super) fn remove(root: &Root) -> Result<(), PutError> {
    dropin::remove(root, OURS)
}
