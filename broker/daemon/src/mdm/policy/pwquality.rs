//! Rules for new passwords by libpwquality: what is in force, and our drop-ins, one a setting.
//!
//! pwquality.conf(5): first each `*.conf` of the directory by name, then the main file; what comes later counts. So an
//! administrator's main file can weaken ours; then that is reported, and the file is left alone.

use super::apply::PutError;
use super::{dropin, pam};
use crate::mdm::node::Root;

const DIRECTORY: &str = "/etc/security/pwquality.conf.d";
const MAIN: &str = "/etc/security/pwquality.conf";
/// Shorter ones are never accepted by the library.
const FLOOR: i64 = 6;

/// What new passwords are held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quality {
    /// Characters, at least.
    pub(super) length: i64,
    /// Kinds of characters, at least.
    pub(super) classes: i64,
}

/// Why nobody asks libpwquality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unasked {
    /// No PAM file for passwords names its module.
    NotInPam,
    /// `enforcing = 0`: complaints are told, and the password is taken.
    AdviceOnly,
}

impl Unasked {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotInPam => "nothing (pam_pwquality is not set up)",
            Self::AdviceOnly => "advice only (enforcing = 0)",
        }
    }

    pub(super) fn cure(self) -> &'static str {
        match self {
            Self::NotInPam => {
                "Install the PAM module of libpwquality (libpam-pwquality) and let it check new passwords."
            }
            Self::AdviceOnly => {
                "Remove `enforcing = 0` from the settings of pwquality below /etc/security."
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    minlen: i64,
    minclass: i64,
    enforcing: bool,
    /// digits, upper, lower, others
    credits: [i64; 4],
}

/// The library's own values.
impl Default for Settings {
    fn default() -> Self {
        Self {
            minlen: 8,
            minclass: 0,
            enforcing: true,
            credits: [0; 4],
        }
    }
}

impl Settings {
    fn read(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            if let Some((name, value)) = line.split_once('=') {
                self.set(name.trim(), value.trim());
            }
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        let Ok(value) = value.parse::<i64>() else {
            return;
        };
        let [digits, upper, lower, others] = &mut self.credits;
        match name {
            "minlen" => self.minlen = value,
            "minclass" => self.minclass = value,
            "enforcing" => self.enforcing = value != 0,
            "dcredit" => *digits = value,
            "ucredit" => *upper = value,
            "lcredit" => *lower = value,
            "ocredit" => *others = value,
            _ => {}
        }
    }

    /// A positive credit shortens the password by as much, a negative one demands that many of its kind.
    fn quality(&self) -> Quality {
        let spared: i64 = self.credits.iter().filter(|credit| **credit > 0).sum();
        let kinds = self.credits.iter().filter(|credit| **credit < 0).count();
        Quality {
            length: self.minlen.saturating_sub(spared).max(FLOOR),
            classes: self.minclass.max(i64::try_from(kinds).unwrap_or(4)),
        }
    }
}

/// What is in force for people who change their password.
pub(super) fn in_force(root: &Root) -> Result<Quality, Unasked> {
    let asked = pam::stacks(root, "/etc/pam.d/common-password")
        .into_iter()
        .find_map(|file| {
            pam::lines(root, file, "password", "pam_pwquality.so")
                .into_iter()
                .next()
        })
        .ok_or(Unasked::NotInPam)?;
    let mut settings = Settings::default();
    for path in root.settings(DIRECTORY) {
        settings.read(&root.text(&path).unwrap_or_default());
    }
    settings.read(&root.text(MAIN).unwrap_or_default());
    for argument in &asked.arguments {
        if let Some((name, value)) = argument.split_once('=') {
            settings.set(name, value);
        }
    }
    if settings.enforcing {
        Ok(settings.quality())
    } else {
        Err(Unasked::AdviceOnly)
    }
}

/// Sets one setting, and never to less than what the drop-ins before ours say.
pub(super) fn put(root: &Root, setting: &str, least: u8) -> Result<(), PutError> {
    let ours = ours(setting);
    let value = root
        .settings(DIRECTORY)
        .iter()
        .filter(|path| **path < ours)
        .filter_map(|path| said(&root.text(path)?, setting))
        .next_back()
        .unwrap_or(0)
        .max(least.into());
    dropin::write(root, &ours, &format!("{setting} = {value}\n"))
}

/// Takes our drop-in for one setting away.
pub(super) fn remove(root: &Root, setting: &str) -> Result<(), PutError> {
    dropin::remove(root, &ours(setting))
}

/// Which file comes after ours and says otherwise, for a sentence.
pub(super) fn overruled_by(root: &Root, setting: &str) -> Option<String> {
    let ours = ours(setting);
    let after = root
        .settings(DIRECTORY)
        .into_iter()
        .filter(|path| *path > ours);
    std::iter::once(MAIN.to_owned())
        .chain(after)
        .find(|path| said(&root.text(path).unwrap_or_default(), setting).is_some())
}

fn ours(setting: &str) -> String {
    format!("{DIRECTORY}/90-dovetail-{setting}.conf")
}

/// The value of a setting in a file, if it is said there.
fn said(text: &str, setting: &str) -> Option<i64> {
    text.lines().rev().find_map(|line| {
        let (name, value) = line.split('#').next()?.split_once('=')?;
        (name.trim() == setting).then(|| value.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    const PAM: &str =
        "password requisite pam_pwquality.so retry=3\npassword sufficient pam_unix.so\n";

    fn machine() -> Machine {
        Machine::new().with("/etc/pam.d/common-password", PAM)
    }

    fn quality(length: i64, classes: i64) -> Quality {
        Quality { length, classes }
    }

    /// pwquality.conf(5): drop-ins by name, then the main file, then PAM's arguments; the last word counts.
    #[test]
    fn the_last_word_counts() {
        let machine = machine();
        let root = machine.root();
        assert_eq!(in_force(&root), Ok(quality(8, 0)));
        machine.put(
            "/etc/security/pwquality.conf.d/10.conf",
            "minlen=10\nminclass = 2\n",
        );
        machine.put(
            "/etc/security/pwquality.conf.d/20.conf",
            "minlen = 14 # long\n",
        );
        machine.put("/etc/security/pwquality.conf.d/30.bak", "minlen = 20\n");
        assert_eq!(in_force(&root), Ok(quality(14, 2)));
        machine.put(
            "/etc/security/pwquality.conf",
            "# minlen = 30\nminlen = 9\n",
        );
        assert_eq!(in_force(&root), Ok(quality(9, 2)));
        machine.put(
            "/etc/security/pwquality.conf",
            "minlen = 12\ndcredit = 2\nucredit = -1\nlcredit=-1\nocredit=-1\n",
        );
        assert_eq!(in_force(&root), Ok(quality(10, 3)));
        machine.put(
            "/etc/pam.d/common-password",
            "password requisite pam_pwquality.so minlen=3\n",
        );
        machine.put("/etc/security/pwquality.conf", "");
        assert_eq!(in_force(&root), Ok(quality(6, 2)));
    }

    /// Rules that nobody asks are no rules.
    #[test]
    fn rules_count_only_when_asked() {
        let machine = machine().with(
            "/etc/security/pwquality.conf",
            "minlen = 20\nenforcing = 0\n",
        );
        assert_eq!(in_force(&machine.root()), Err(Unasked::AdviceOnly));
        machine.put(
            "/etc/pam.d/common-password",
            "password [success=1 default=ignore] pam_unix.so\n",
        );
        assert_eq!(in_force(&machine.root()), Err(Unasked::NotInPam));
    }

    /// The organisation asks for less than the administrator: the administrator's stays. It asks for more: that counts.
    #[test]
    fn a_stricter_rule_is_never_weakened() {
        let machine = machine().with(
            "/etc/security/pwquality.conf.d/50-site.conf",
            "minlen = 16\n",
        );
        let root = machine.root();
        let before = machine.files();
        put(&root, "minlen", 10).unwrap();
        assert_eq!(in_force(&root), Ok(quality(16, 0)));
        put(&root, "minlen", 18).unwrap();
        assert_eq!(in_force(&root), Ok(quality(18, 0)));
        remove(&root, "minlen").unwrap();
        assert_eq!(machine.files(), before);
    }

    /// The main file comes last: it is named, not changed.
    #[test]
    fn who_overrules_is_named() {
        let machine = machine().with("/etc/security/pwquality.conf", "minlen = 7\n");
        let root = machine.root();
        put(&root, "minlen", 10).unwrap();
        assert_eq!(in_force(&root), Ok(quality(7, 0)));
        assert_eq!(overruled_by(&root, "minlen").as_deref(), Some(MAIN));
        assert_eq!(overruled_by(&root, "minclass"), None);
        machine.put("/etc/security/pwquality.conf", "");
        machine.put("/etc/security/pwquality.conf.d/99.conf", "minlen = 6\n");
        assert_eq!(
            overruled_by(&root, "minlen").as_deref(),
            Some("/etc/security/pwquality.conf.d/99.conf")
        );
    }
}
