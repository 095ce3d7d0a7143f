//! Updates install themselves (`Update/AllowAutoUpdate`). Looked at; nothing is changed, and the other nodes of the area
//! (deferrals, active hours) are kept and have no effect.

use super::demand::Demand;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

/// `automatic_updates`
#[derive(Debug)]
pub(super) struct AutomaticUpdates;

impl Policy for AutomaticUpdates {
    fn name(&self) -> &'static str {
        "automatic_updates"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        if !demand.updates {
            return None;
        }
        let by = by(root);
        Some(Standing {
            wanted: "updates install themselves".into(),
            actual: by.map_or_else(|| "by hand".into(), |by| format!("by {by}")),
            met: by.is_some(),
            level: i64::from(by.is_some()),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        if root.has("/etc/apt") {
            "Switch automatic updates on: `sudo apt install unattended-upgrades`, then `sudo dpkg-reconfigure unattended-upgrades`.".into()
        } else {
            "Switch on the automatic updates of this system.".into()
        }
    }
}

/// Who installs them.
fn by(root: &Root) -> Option<&'static str> {
    const APT: &str = "/etc/apt/apt.conf.d";
    const TIMERS: &str = "/etc/systemd/system/timers.target.wants";
    let apt = root
        .names(APT)
        .iter()
        .filter_map(|name| root.text(&format!("{APT}/{name}")))
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| {
                    let line = line.trim();
                    let value = line.strip_prefix("APT::Periodic::Unattended-Upgrade")?;
                    Some(value.trim_matches([' ', '"', ';']) != "0")
                })
                .collect::<Vec<_>>()
        })
        // The last one that says it counts.
        .next_back()
        .unwrap_or(false);
    if apt && root.has("/usr/bin/unattended-upgrade") {
        return Some("unattended-upgrades");
    }
    [
        "dnf-automatic.timer",
        "dnf-automatic-install.timer",
        "dnf5-automatic.timer",
    ]
    .iter()
    .any(|timer| root.has(&format!("{TIMERS}/{timer}")))
    .then_some("dnf-automatic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    /// On only when it is both installed and switched on; the last file counts.
    #[test]
    fn updates_are_automatic_when_switched_on() {
        let on = "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n";
        let machine = Machine::new().with("/etc/apt/apt.conf.d/20auto-upgrades", on);
        assert_eq!(by(&machine.root()), None, "not installed");
        machine.put("/usr/bin/unattended-upgrade", "");
        assert_eq!(by(&machine.root()), Some("unattended-upgrades"));
        machine.put(
            "/etc/apt/apt.conf.d/99off",
            "APT::Periodic::Unattended-Upgrade \"0\";\n",
        );
        assert_eq!(by(&machine.root()), None);
        machine.put(
            "/etc/systemd/system/timers.target.wants/dnf-automatic-install.timer",
            "",
        );
        assert_eq!(by(&machine.root()), Some("dnf-automatic"));
    }
}
