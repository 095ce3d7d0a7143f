//! A firewall is on (`Firewall/MdmStore/…/EnableFirewall`). Looked at; nothing is changed.
//!
//! The rules themselves can be read by root only. So what is looked at is what switches them on: the settings and units of
//! ufw, firewalld and nftables, which everybody may read. It is said along how that is known.

use super::demand::Demand;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

const WANTS: [&str; 3] = [
    "/etc/systemd/system/multi-user.target.wants",
    "/etc/systemd/system/sysinit.target.wants",
    "/etc/systemd/system/network-pre.target.wants",
];

/// `firewall`
#[derive(Debug)]
pub(super) struct Firewall;

/// What is known of the firewall, with how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// On.
    On(String),
    /// There is one, and it is off.
    Off(String),
    /// None is known here.
    Missing,
}

impl Policy for Firewall {
    fn name(&self) -> &'static str {
        "firewall"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        if !demand.firewall {
            return None;
        }
        let (met, actual) = match state(root) {
            State::On(how) => (true, format!("on: {how}")),
            State::Off(how) => (false, format!("off: {how}")),
            State::Missing => (false, "none of ufw, firewalld, nftables is set up".into()),
        };
        Some(Standing {
            wanted: "a firewall that is on".into(),
            actual,
            met,
            level: i64::from(met),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        if root.has("/etc/ufw/ufw.conf") {
            "Switch the firewall on: `sudo ufw enable`.".into()
        } else if root.has("/usr/lib/systemd/system/firewalld.service") {
            "Switch the firewall on: `sudo systemctl enable --now firewalld`.".into()
        } else {
            "Install a firewall and switch it on, for example with `ufw enable`.".into()
        }
    }
}

/// The best of what the known firewalls say.
pub(crate) fn state(root: &Root) -> State {
    let mut off = State::Missing;
    for ask in [ufw, firewalld, nftables] {
        match ask(root) {
            State::On(how) => return State::On(how),
            State::Off(how) if off == State::Missing => off = State::Off(how),
            _ => {}
        }
    }
    off
}

fn ufw(root: &Root) -> State {
    let Some(enabled) = root.assigned("/etc/ufw/ufw.conf", "ENABLED") else {
        return State::Missing;
    };
    if !enabled.eq_ignore_ascii_case("yes") {
        return State::Off("ufw (ENABLED=no in /etc/ufw/ufw.conf)".into());
    }
    if is_wanted(root, "ufw.service") {
        State::On("ufw (ENABLED=yes in /etc/ufw/ufw.conf, unit enabled)".into())
    } else {
        State::Off("ufw (its unit is not enabled)".into())
    }
}

fn firewalld(root: &Root) -> State {
    if !root.has("/usr/lib/systemd/system/firewalld.service")
        && !root.has("/lib/systemd/system/firewalld.service")
    {
        return State::Missing;
    }
    let runs = root
        .number("/run/firewalld.pid")
        .and_then(|pid| root.text(&format!("/proc/{pid}/comm")))
        .is_some_and(|name| name.starts_with("firewalld"));
    if runs {
        State::On("firewalld (its process runs)".into())
    } else {
        State::Off("firewalld (its process does not run)".into())
    }
}

/// On, if its unit is enabled, its settings have a chain for what comes in, and the kernel's part is loaded.
fn nftables(root: &Root) -> State {
    if !is_wanted(root, "nftables.service") {
        return State::Missing;
    }
    let text = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"]
        .iter()
        .find_map(|file| root.text(file))
        .unwrap_or_default();
    let filters = text
        .lines()
        .filter_map(|line| line.split('#').next())
        .any(|line| line.contains("hook input"));
    if !filters {
        return State::Off("nftables (no chain with `hook input` in its settings)".into());
    }
    let loaded = root
        .text("/proc/modules")
        .is_some_and(|modules| modules.lines().any(|line| line.starts_with("nf_tables ")));
    if loaded || !root.has("/proc/modules") {
        State::On("nftables (unit enabled, a chain with `hook input` in its settings)".into())
    } else {
        State::Off("nftables (the kernel's part is not loaded)".into())
    }
}

fn is_wanted(root: &Root, unit: &str) -> bool {
    WANTS.iter().any(|dir| root.has(&format!("{dir}/{unit}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    const WANTED: &str = "/etc/systemd/system/multi-user.target.wants";

    /// Each of the three, on and off, told with how it is known.
    #[test]
    fn the_state_comes_with_how_it_is_known() {
        assert_eq!(state(&Machine::new().root()), State::Missing);
        let ufw = Machine::new().with("/etc/ufw/ufw.conf", "# x\nENABLED=yes\nLOGLEVEL=low\n");
        assert!(matches!(state(&ufw.root()), State::Off(_)), "no unit");
        ufw.put(&format!("{WANTED}/ufw.service"), "");
        assert!(matches!(state(&ufw.root()), State::On(how) if how.starts_with("ufw")));
        ufw.put("/etc/ufw/ufw.conf", "ENABLED=no\n");
        assert!(matches!(state(&ufw.root()), State::Off(_)));

        let firewalld = Machine::new().with("/usr/lib/systemd/system/firewalld.service", "");
        assert!(matches!(state(&firewalld.root()), State::Off(_)));
        firewalld.put("/run/firewalld.pid", "77\n");
        firewalld.put("/proc/77/comm", "bash\n");
        assert!(
            matches!(state(&firewalld.root()), State::Off(_)),
            "the number was given anew"
        );
        firewalld.put("/proc/77/comm", "firewalld\n");
        assert!(matches!(state(&firewalld.root()), State::On(_)));

        let nft = Machine::new()
            .with(
                "/etc/systemd/system/sysinit.target.wants/nftables.service",
                "",
            )
            .with("/etc/nftables.conf", "flush ruleset\n# hook input\n")
            .with("/proc/modules", "nf_tables 311296 1 - Live 0x0\n");
        assert!(
            matches!(state(&nft.root()), State::Off(_)),
            "only a comment"
        );
        nft.put(
            "/etc/nftables.conf",
            "chain input { type filter hook input priority filter; }\n",
        );
        assert!(matches!(state(&nft.root()), State::On(_)));
    }

    /// Not demanded is not told; demanded and missing is not met, with what to do.
    #[test]
    fn a_missing_firewall_is_not_met() {
        let machine = Machine::new();
        assert_eq!(Firewall.check(&Demand::default(), &machine.root()), None);
        let demand = Demand {
            firewall: true,
            ..Demand::default()
        };
        let standing = Firewall.check(&demand, &machine.root()).unwrap();
        assert!(!standing.met && standing.level == 0);
        assert!(Firewall.explain(&demand, &machine.root()).contains("ufw"));
    }
}
