//! An idle session is locked after so many minutes (`DeviceLock/MaxInactivityTimeDeviceLock`).
//!
//! By dconf(7): a key file and its locks in the database `local`, compiled, so that people cannot change the keys. Desktops
//! that keep their settings elsewhere are found and named, not changed.

use std::process::{Command, Stdio};

use super::apply::PutError;
use super::demand::{Demand, Put};
use super::dropin;
use super::table::{Policy, Standing};
use crate::mdm::node::Root;

const KEYS: &str = "/etc/dconf/db/local.d/90-dovetail";
const LOCKS: &str = "/etc/dconf/db/local.d/locks/90-dovetail";
const SOURCE: &str = "/etc/dconf/db/local.d";
const DATABASE: &str = "/etc/dconf/db/local";
const PROFILE: &str = "/etc/dconf/profile/user";
/// Sessions that obey `org.gnome.desktop.session` and `…screensaver`.
const GOVERNED: &[&str] = &["gnome", "ubuntu", "pop", "budgie", "zorin"];

/// `screen_lock`
#[derive(Debug)]
pub(super) struct ScreenLock;

impl Policy for ScreenLock {
    fn name(&self) -> &'static str {
        "screen_lock"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let wanted = i64::from(demand.put.lock_minutes?);
        let (level, actual) = match hindrance(root) {
            None => {
                let minutes = minutes(root);
                (minutes, format!("after {minutes} minutes"))
            }
            Some(Hindrance::NoDesktop) => (wanted, "no desktop is installed".into()),
            Some(Hindrance::OtherDesktop(name)) => (0, format!("not known for the desktop {name}")),
            Some(_) => (0, "people may choose".into()),
        };
        let met = (1..=wanted).contains(&level);
        Some(Standing {
            wanted: format!("locked after {wanted} idle minutes"),
            actual,
            met,
            level: if met { wanted } else { level },
        })
    }

    fn explain(&self, demand: &Demand, root: &Root) -> String {
        match hindrance(root) {
            Some(Hindrance::OtherDesktop(name)) => format!(
                "Set the screen lock of {name} to {} minutes yourself, or remove that desktop: its settings cannot be looked at.",
                demand.put.lock_minutes.unwrap_or_default()
            ),
            Some(Hindrance::NotInProfile) => {
                format!("Add the line `system-db:local` to {PROFILE}.")
            }
            _ => "Run `dovetail sync`: the screen lock is not written yet.".into(),
        }
    }

    fn writes(&self, put: &Put) -> bool {
        put.lock_minutes.is_some()
    }

    fn apply(&self, put: &Put, root: &Root) -> Result<(), PutError> {
        let Some(minutes) = put.lock_minutes else {
            return self.undo(root);
        };
        if matches!(hindrance(root), Some(Hindrance::NoDesktop)) {
            return self.undo(root);
        }
        let seconds = u32::from(minutes) * 60;
        dropin::write(
            root,
            KEYS,
            &format!(
                "[org/gnome/desktop/session]\nidle-delay=uint32 {seconds}\n\n\
                 [org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 0\n"
            ),
        )?;
        dropin::write(
            root,
            LOCKS,
            "/org/gnome/desktop/session/idle-delay\n\
             /org/gnome/desktop/screensaver/lock-enabled\n\
             /org/gnome/desktop/screensaver/lock-delay\n",
        )?;
        if !root.has(PROFILE) || dropin::is_ours(root, PROFILE) {
            dropin::write(root, PROFILE, "user-db:user\nsystem-db:local\n")?;
        }
        compile(root)
    }

    fn undo(&self, root: &Root) -> Result<(), PutError> {
        if !dropin::is_ours(root, KEYS) && !dropin::is_ours(root, LOCKS) {
            return dropin::remove(root, PROFILE);
        }
        dropin::remove(root, LOCKS)?;
        dropin::remove(root, KEYS)?;
        if dropin::is_ours(root, PROFILE) {
            // With the profile, the database has no other reader; it was made for us, unless somebody put keys into it.
            dropin::remove(root, PROFILE)?;
            if root.names(SOURCE).iter().all(|name| name == "locks") {
                return match std::fs::remove_file(root.at(DATABASE)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        Err(PutError::Io(root.at(DATABASE), error))
                    }
                    _ => Ok(()),
                };
            }
        }
        compile(root)
    }
}

/// Why our file does not decide.
enum Hindrance {
    NoDesktop,
    OtherDesktop(String),
    NotWritten,
    NotInProfile,
    NotCompiled,
}

fn hindrance(root: &Root) -> Option<Hindrance> {
    let mut sessions = root.names("/usr/share/wayland-sessions");
    sessions.extend(root.names("/usr/share/xsessions"));
    sessions.retain(|name| name.ends_with(".desktop"));
    if sessions.is_empty() {
        return Some(Hindrance::NoDesktop);
    }
    let other = sessions.iter().find(|name| {
        let name = name.to_lowercase();
        !GOVERNED.iter().any(|known| name.starts_with(known))
    });
    if let Some(name) = other {
        return Some(Hindrance::OtherDesktop(
            name.trim_end_matches(".desktop").into(),
        ));
    }
    if !dropin::is_ours(root, KEYS) || !dropin::is_ours(root, LOCKS) {
        return Some(Hindrance::NotWritten);
    }
    let profile = root.text(PROFILE).unwrap_or_default();
    if !profile.lines().any(|line| line.trim() == "system-db:local") {
        return Some(Hindrance::NotInProfile);
    }
    if !is_compiled(root) {
        return Some(Hindrance::NotCompiled);
    }
    None
}

/// Minutes in our key file; 0 for none.
fn minutes(root: &Root) -> i64 {
    root.assigned(KEYS, "idle-delay")
        .and_then(|value| value.strip_prefix("uint32 ")?.parse::<i64>().ok())
        .map_or(0, |seconds| seconds / 60)
}

/// Whether the database is not older than our keys.
fn is_compiled(root: &Root) -> bool {
    let changed = |path| root.at(path).metadata().and_then(|meta| meta.modified());
    match (changed(DATABASE), changed(KEYS), changed(LOCKS)) {
        (Ok(database), Ok(keys), Ok(locks)) => database >= keys && database >= locks,
        _ => false,
    }
}

/// Makes the database of its directory. Nothing is run where it is up to date already.
fn compile(root: &Root) -> Result<(), PutError> {
    if dropin::is_ours(root, KEYS) && is_compiled(root) {
        return Ok(());
    }
    let done = Command::new("dconf")
        .arg("compile")
        .arg(root.at(DATABASE))
        .arg(root.at(SOURCE))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match done {
        Ok(status) if status.success() => Ok(()),
        _ => Err(PutError::Tool("dconf compile")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::mdm::node::test::Machine;

    fn demand() -> Demand {
        Demand {
            put: Put {
                lock_minutes: Some(10),
                ..Put::default()
            },
            ..Demand::default()
        }
    }

    fn standing(machine: &Machine) -> Standing {
        ScreenLock.check(&demand(), &machine.root()).unwrap()
    }

    /// `None`, with a sentence, where dconf is not installed and nobody insists (`CI`).
    fn gnome() -> Option<Machine> {
        if !Path::new("/usr/bin/dconf").exists() {
            assert!(std::env::var_os("CI").is_none(), "dconf is not installed");
            eprintln!("skipped: dconf is not installed");
            return None;
        }
        Some(Machine::new().with("/usr/share/wayland-sessions/gnome.desktop", ""))
    }

    /// What the real dconf makes of our files is the number that was asked for, locked; undone, every file is as before.
    #[test]
    fn dconf_reads_what_is_written() {
        let Some(machine) = gnome() else { return };
        let root = machine.root();
        let before = machine.files();
        assert!(!standing(&machine).met);
        ScreenLock.apply(&demand().put, &root).unwrap();
        assert!(standing(&machine).met, "{:?}", standing(&machine));
        machine.put(
            "/profile",
            &format!("user-db:user\nfile-db:{}\n", machine.at(DATABASE).display()),
        );
        let ask = |arguments: &[&str]| {
            let output = Command::new("dconf")
                .args(arguments)
                .env("DCONF_PROFILE", machine.at("/profile"))
                .env("HOME", machine.at("/home"))
                .env("XDG_RUNTIME_DIR", machine.at("/run"))
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(
            ask(&["read", "/org/gnome/desktop/session/idle-delay"]),
            "uint32 600\n"
        );
        assert_eq!(
            ask(&["read", "/org/gnome/desktop/screensaver/lock-enabled"]),
            "true\n"
        );
        assert_eq!(ask(&["list-locks", "/"]).lines().count(), 3);
        std::fs::remove_file(machine.at("/profile")).unwrap();
        std::fs::remove_dir_all(machine.at("/run")).ok();

        let once = machine.files();
        ScreenLock.apply(&demand().put, &root).unwrap();
        assert_eq!(machine.files(), once);
        ScreenLock.undo(&root).unwrap();
        ScreenLock.undo(&root).unwrap();
        assert_eq!(machine.files(), before);
    }

    /// The administrator has a profile and keys of their own: both stay, and what is missing is said.
    #[test]
    fn a_profile_of_others_is_left_alone() {
        let Some(machine) = gnome() else { return };
        let root = machine.root();
        machine.put(PROFILE, "user-db:user\nsystem-db:site\n");
        machine.put(&format!("{SOURCE}/00-site"), "[org/x]\ny=1\n");
        ScreenLock.apply(&demand().put, &root).unwrap();
        assert!(!standing(&machine).met);
        assert!(
            ScreenLock
                .explain(&demand(), &root)
                .contains("system-db:local")
        );
        machine.put(PROFILE, "user-db:user\nsystem-db:local\n");
        assert!(standing(&machine).met);
        ScreenLock.undo(&root).unwrap();
        assert_eq!(root.text(PROFILE).unwrap(), "user-db:user\nsystem-db:local");
        assert!(root.has(&format!("{SOURCE}/00-site")) && root.has(DATABASE));
        assert!(!root.has(KEYS) && !root.has(LOCKS));
    }

    /// Without a desktop there is nothing to lock; with one that is not known, nothing is promised.
    #[test]
    fn other_desktops_are_named() {
        let server = Machine::new();
        assert!(standing(&server).met);
        ScreenLock.apply(&demand().put, &server.root()).unwrap();
        assert!(!server.root().has(KEYS));
        let kde = Machine::new().with("/usr/share/xsessions/plasma.desktop", "");
        assert!(!standing(&kde).met);
        assert!(
            ScreenLock
                .explain(&demand(), &kde.root())
                .contains("plasma")
        );
    }
}
