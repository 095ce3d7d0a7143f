//! Nobody gets in without a password (`DeviceLock/DevicePasswordEnabled`). Looked at; nothing is changed.
//!
//! Seen are accounts that have none in passwd(5), and sign-ins that the desktop or the console does by itself.
//! shadow(5) is for root only and not looked at.

use super::demand::Demand;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

/// `password_required`
#[derive(Debug)]
pub(super) struct PasswordRequired;

impl Policy for PasswordRequired {
    fn name(&self) -> &'static str {
        "password_required"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        if !demand.password {
            return None;
        }
        let gap = gap(root);
        let met = gap.is_none();
        Some(Standing {
            wanted: "a password for each sign-in".into(),
            actual: match gap {
                None => "no sign-in without one was found".into(),
                Some(Gap::Account(name)) => format!("the account {name} has none"),
                Some(Gap::Automatic(file)) => format!("automatic sign-in ({file})"),
            },
            met,
            // The node's 0 is "enabled", and 1 "disabled".
            level: i64::from(!met),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        match gap(root) {
            Some(Gap::Account(name)) => {
                format!("Give the account {name} a password: `sudo passwd {name}`.")
            }
            Some(Gap::Automatic(file)) => format!("Switch the automatic sign-in off in {file}."),
            None => String::new(),
        }
    }
}

/// A way in without a password.
enum Gap {
    Account(String),
    Automatic(String),
}

fn gap(root: &Root) -> Option<Gap> {
    account(root)
        .map(Gap::Account)
        .or_else(|| automatic(root).map(Gap::Automatic))
}

/// An account whose password field is empty and that has a shell.
fn account(root: &Root) -> Option<String> {
    let text = root.text("/etc/passwd")?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, password) = (fields.next()?, fields.next()?);
        let shell = fields.nth(4).unwrap_or_default();
        let closed = shell.ends_with("/nologin") || shell.ends_with("/false");
        (password.is_empty() && !closed).then(|| name.to_owned())
    })
}

/// The file that has somebody signed in when the machine starts.
fn automatic(root: &Root) -> Option<String> {
    let yes = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes");
    let gdm = [
        "/etc/gdm3/daemon.conf",
        "/etc/gdm3/custom.conf",
        "/etc/gdm/custom.conf",
    ]
    .into_iter()
    .find(|file| {
        root.assigned(file, "AutomaticLoginEnable")
            .is_some_and(|value| yes(&value))
    });
    if let Some(file) = gdm {
        return Some(file.into());
    }
    let lightdm = [
        vec!["/etc/lightdm/lightdm.conf".to_owned()],
        root.settings("/etc/lightdm/lightdm.conf.d"),
    ];
    if let Some(file) = lightdm
        .into_iter()
        .flatten()
        .find(|file| root.assigned(file, "autologin-user").is_some())
    {
        return Some(file);
    }
    let sddm = [
        vec!["/etc/sddm.conf".to_owned()],
        root.settings("/etc/sddm.conf.d"),
    ];
    if let Some(file) = sddm.into_iter().flatten().find(|file| {
        root.text(file).is_some_and(|text| {
            text.split("[Autologin]")
                .nth(1)
                .and_then(|section| section.split('[').next())
                .is_some_and(|section| {
                    section.lines().any(|line| {
                        line.trim()
                            .strip_prefix("User=")
                            .is_some_and(|user| !user.is_empty())
                    })
                })
        })
    }) {
        return Some(file);
    }
    root.settings("/etc/systemd/system/getty@tty1.service.d")
        .into_iter()
        .find(|file| {
            root.text(file)
                .is_some_and(|text| text.contains("--autologin"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    fn standing(machine: &Machine) -> Standing {
        let demand = Demand {
            password: true,
            ..Demand::default()
        };
        PasswordRequired.check(&demand, &machine.root()).unwrap()
    }

    /// Each way in without a password is found, and named.
    #[test]
    fn ways_in_without_a_password_are_found() {
        let clean = "root:x:0:0::/root:/bin/bash\nnobody::65534:65534::/:/usr/sbin/nologin\n";
        let machine = Machine::new().with("/etc/passwd", clean);
        assert!(standing(&machine).met);
        assert_eq!(standing(&machine).level, 0);
        for (file, text, found) in [
            (
                "/etc/passwd",
                "guest::1001:1001::/home/guest:/bin/bash\n",
                "guest",
            ),
            (
                "/etc/gdm3/daemon.conf",
                "[daemon]\nAutomaticLoginEnable = true\n",
                "gdm3",
            ),
            (
                "/etc/gdm3/daemon.conf",
                "[daemon]\nAutomaticLoginEnable=True\nAutomaticLogin=a\n",
                "gdm3",
            ),
            (
                "/etc/lightdm/lightdm.conf.d/9.conf",
                "[Seat:*]\nautologin-user=a\n",
                "lightdm",
            ),
            ("/etc/sddm.conf", "[Autologin]\nUser=a\n[Users]\n", "sddm"),
            (
                "/etc/systemd/system/getty@tty1.service.d/a.conf",
                "ExecStart=-/sbin/agetty --autologin a\n",
                "getty",
            ),
        ] {
            let machine = Machine::new().with("/etc/passwd", clean).with(file, text);
            let standing = standing(&machine);
            assert!(
                !standing.met && standing.actual.contains(found),
                "{file}: {standing:?}"
            );
        }
        for (file, text) in [
            ("/etc/gdm3/daemon.conf", "#AutomaticLoginEnable=true\n"),
            ("/etc/gdm3/daemon.conf", "AutomaticLoginEnable=false\n"),
            ("/etc/sddm.conf", "[Autologin]\nUser=\n[Other]\nUser=a\n"),
            ("/etc/lightdm/lightdm.conf", "#autologin-user=a\n"),
        ] {
            let machine = Machine::new().with("/etc/passwd", clean).with(file, text);
            assert!(standing(&machine).met, "{file} {text}");
        }
    }
}
