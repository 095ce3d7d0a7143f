//! The options of a policy set. Everything is optional: what is not said is not demanded.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// What a PIN does with a class of characters (PassportForWork CSP: 0, 1, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    Allow,
    Require,
    Forbid,
}

impl Class {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Allow => 0,
            Self::Require => 1,
            Self::Forbid => 2,
        }
    }
}

/// The options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Options {
    /// Characters of a password, at least (4 to 64)
    #[arg(long, value_parser = clap::value_parser!(i64).range(4..=64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_min_length: Option<i64>,
    /// Kinds of characters in a password, at least: lower case, upper case, digits, others (1 to 4)
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=4))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_complexity: Option<i64>,
    /// Wrong passwords until an account is locked for a while (1 to 999)
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=999))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_failed_attempts: Option<i64>,
    /// Minutes without a key or a mouse until the screen locks (1 to 999)
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=999))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_inactivity_minutes: Option<i64>,
    /// The system's disk must be encrypted
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) require_encryption: Option<bool>,
    /// The firewall must be on
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) require_firewall: Option<bool>,
    /// Oldest system, as it names its version: 12, 22.04
    #[arg(long, value_parser = version_text)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_os_version: Option<String>,
    /// Newest system
    #[arg(long, value_parser = version_text)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_os_version: Option<String>,
    /// Whether a sign-in makes a Hello-like key
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hello: Option<bool>,
    /// That key must be in a TPM
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hello_require_tpm: Option<bool>,
    /// Characters of a PIN, at least (4 to 127)
    #[arg(long, value_parser = clap::value_parser!(i64).range(4..=127))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_min_length: Option<i64>,
    /// Characters of a PIN, at most (4 to 127)
    #[arg(long, value_parser = clap::value_parser!(i64).range(4..=127))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_max_length: Option<i64>,
    /// Digits in a PIN
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_digits: Option<Class>,
    /// Upper-case letters in a PIN
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_uppercase: Option<Class>,
    /// Lower-case letters in a PIN
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_lowercase: Option<Class>,
    /// Other characters in a PIN
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_special: Option<Class>,
    /// Earlier PINs that may not come again (0 to 50)
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..=50))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_history: Option<i64>,
    /// Days until a PIN must be changed, 0 for never (0 to 730)
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..=730))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin_expiration_days: Option<i64>,
}

/// A set that nothing can satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ContradictionError {
    #[error("the shortest PIN is longer than the longest")]
    PinLength,
    #[error("a PIN may hold no characters at all: digits, letters and others are all forbidden")]
    PinClasses,
    #[error("a PIN must hold more kinds of characters than it may have characters")]
    PinShort,
    #[error("the oldest system allowed is newer than the newest")]
    OsVersion,
    #[error("a Hello-like key must be in a TPM, but none is to be made")]
    Hello,
}

/// What a class is when nothing is said of it (PassportForWork CSP: digits are required, the rest is forbidden).
const DEFAULTS: [Class; 4] = [Class::Require, Class::Forbid, Class::Forbid, Class::Forbid];

impl Options {
    /// Digits, upper case, lower case, others.
    pub(super) fn classes(&self) -> [Option<Class>; 4] {
        [
            self.pin_digits,
            self.pin_uppercase,
            self.pin_lowercase,
            self.pin_special,
        ]
    }

    /// Whether something can satisfy it.
    pub(crate) fn check(&self) -> Result<(), ContradictionError> {
        let (least, most) = (self.pin_min_length, self.pin_max_length);
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(ContradictionError::PinLength);
        }
        let classes = self.classes();
        if classes.iter().any(Option::is_some) {
            let whole: Vec<Class> = classes
                .into_iter()
                .zip(DEFAULTS)
                .map(|(class, default)| class.unwrap_or(default))
                .collect();
            if whole.iter().all(|class| *class == Class::Forbid) {
                return Err(ContradictionError::PinClasses);
            }
            let required = whole.iter().filter(|class| **class == Class::Require);
            let required = i64::try_from(required.count()).unwrap_or(0);
            if most.is_some_and(|most| most < required) {
                return Err(ContradictionError::PinShort);
            }
        }
        let versions = self
            .min_os_version
            .as_deref()
            .zip(self.max_os_version.as_deref());
        if versions.is_some_and(|(oldest, newest)| version(oldest) > version(newest)) {
            return Err(ContradictionError::OsVersion);
        }
        if self.hello == Some(false) && self.hello_require_tpm == Some(true) {
            return Err(ContradictionError::Hello);
        }
        Ok(())
    }
}

/// The numbers of a version; what is no number ends it.
pub(crate) fn version(text: &str) -> Vec<u32> {
    text.split('.')
        .map_while(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .collect()
}

fn version_text(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('.').collect();
    let good = |part: &&str| {
        (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.len() <= 4 && parts.iter().all(good) {
        Ok(text.to_owned())
    } else {
        Err("a version is one to four numbers with dots between".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set that contradicts itself is refused with the reason, before it is assigned to anybody.
    #[test]
    fn what_nothing_can_satisfy_is_refused() {
        let forbid = Some(Class::Forbid);
        let with = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            options.check()
        };
        assert_eq!(
            with(|o| (o.pin_min_length, o.pin_max_length) = (Some(8), Some(6))),
            Err(ContradictionError::PinLength)
        );
        assert_eq!(
            with(|o| o.pin_digits = Some(Class::Forbid)),
            Err(ContradictionError::PinClasses),
            "letters and others are forbidden unless allowed"
        );
        assert_eq!(
            with(
                |o| (o.min_os_version, o.max_os_version) = (Some("13".into()), Some("12.9".into()))
            ),
            Err(ContradictionError::OsVersion)
        );
        assert_eq!(
            with(|o| (o.hello, o.hello_require_tpm) = (Some(false), Some(true))),
            Err(ContradictionError::Hello)
        );
        let letters = Options {
            pin_digits: forbid,
            pin_lowercase: Some(Class::Require),
            ..Options::default()
        };
        assert_eq!(letters.check(), Ok(()));
        assert_eq!(Options::default().check(), Ok(()));
    }

    /// Versions are compared as numbers.
    #[test]
    fn versions_are_numbers() {
        assert!(version("22.04") > version("9.10"));
        assert!(version("12") < version("12.1"));
        assert_eq!(version("12 (bookworm)"), vec![12]);
        assert!(version_text("1.2.x").is_err() && version_text("").is_err());
    }
}
