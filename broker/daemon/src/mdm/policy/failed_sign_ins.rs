//! An account is locked for a while after so many wrong passwords (`DeviceLock/MaxDevicePasswordFailedAttempts`).
//! Nothing is ever wiped, as Windows may.

use super::apply::PutError;
use super::demand::{Demand, Put};
use super::faillock;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

/// `max_failed_sign_ins`
#[derive(Debug)]
pub(super) struct FailedSignIns;

impl Policy for FailedSignIns {
    fn name(&self) -> &'static str {
        "max_failed_sign_ins"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let wanted = i64::from(demand.put.failed_sign_ins?);
        let found = faillock::in_force(root);
        let met = (1..=wanted).contains(&found);
        Some(Standing {
            wanted: format!("locked after {wanted} wrong passwords"),
            actual: match found {
                0 => "never locked".into(),
                found => format!("locked after {found}"),
            },
            met,
            level: if met { wanted } else { found },
        })
    }

    fn explain(&self, demand: &Demand, root: &Root) -> String {
        let wanted = demand.put.failed_sign_ins.unwrap_or_default();
        if faillock::is_asked(root) {
            return "Run `dovetail sync`: the number of wrong passwords is not written yet.".into();
        }
        if root.has("/usr/share/pam-configs") {
            return "Run `sudo pam-auth-update --enable dovetail-faillock dovetail-faillock-before`, once, so that wrong passwords are counted.".into();
        }
        format!(
            "Let pam_faillock count wrong passwords, with `deny = {wanted}` in /etc/security/faillock.conf."
        )
    }

    fn writes(&self, put: &Put) -> bool {
        put.failed_sign_ins.is_some()
    }

    fn apply(&self, put: &Put, root: &Root) -> Result<(), PutError> {
        match put.failed_sign_ins {
            Some(deny) => faillock::put(root, deny),
            None => self.undo(root),
        }
    }

    fn undo(&self, root: &Root) -> Result<(), PutError> {
        faillock::remove(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    const OURS: &str = "auth requisite pam_faillock.so preauth conf=/etc/dovetail/policy/faillock.conf\n\
        auth [default=die] pam_faillock.so authfail conf=/etc/dovetail/policy/faillock.conf\n";

    fn standing(machine: &Machine, wanted: u16) -> Standing {
        let demand = Demand {
            put: Put {
                failed_sign_ins: Some(wanted),
                ..Put::default()
            },
            ..Demand::default()
        };
        FailedSignIns.check(&demand, &machine.root()).unwrap()
    }

    /// Wherever the number is said, what counts is what PAM asks.
    #[test]
    fn the_number_is_what_pam_asks() {
        let theirs = "auth required pam_faillock.so authfail\n";
        for (pam, settings, wanted, level) in [
            ("auth required pam_unix.so\n", "deny = 2\n", 5, 0),
            (theirs, "# deny = 9\n", 5, 5),
            (theirs, "deny = 9\n", 5, 9),
            (theirs, "deny=4\n", 5, 5),
            (theirs, "deny = 0\n", 5, 0),
            (
                "auth required pam_faillock.so authfail deny=7\n",
                "deny = 2\n",
                5,
                7,
            ),
        ] {
            let machine = Machine::new()
                .with("/etc/pam.d/common-auth", pam)
                .with("/etc/security/faillock.conf", settings);
            let standing = standing(&machine, wanted);
            assert_eq!(standing.level, level, "{pam}{settings}");
            assert_eq!(standing.met, level == 5, "{pam}{settings}");
        }
    }

    /// Both of Fedora's stacks have to count; one that does not is a way in.
    #[test]
    fn the_laxest_stack_counts() {
        let machine = Machine::new()
            .with(
                "/etc/pam.d/system-auth",
                "auth required pam_faillock.so authfail\n",
            )
            .with("/etc/pam.d/password-auth", "auth required pam_unix.so\n");
        assert_eq!(standing(&machine, 5).level, 0);
    }

    /// With the profile enabled, ours is the file that counts; undone, it is gone.
    #[test]
    fn our_file_is_written_and_removed() {
        let machine = Machine::new().with("/etc/pam.d/common-auth", OURS);
        let before = machine.files();
        let put = Put {
            failed_sign_ins: Some(8),
            ..Put::default()
        };
        assert_eq!(standing(&machine, 5).level, 0, "no file, no lock");
        FailedSignIns.apply(&put, &machine.root()).unwrap();
        assert!(standing(&machine, 8).met && !standing(&machine, 7).met);
        FailedSignIns.undo(&machine.root()).unwrap();
        assert_eq!(machine.files(), before);
    }
}
