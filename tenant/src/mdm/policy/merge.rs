//! Several sets on one device: where one is stricter it wins, where none is the two conflict and neither is told to the device.

use super::options::{Class, Options, version};

/// What applies to a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(crate) options: Options,
    /// Options that contradict each other, by their names.
    pub(crate) conflicts: Vec<&'static str>,
}

/// Merges sets, in any order with the same outcome.
pub(crate) fn merge<'a>(sets: impl IntoIterator<Item = &'a Options>) -> Effective {
    let sets: Vec<&Options> = sets.into_iter().collect();
    let mut conflicts = Vec::new();
    let numbers =
        |field: fn(&Options) -> Option<i64>| sets.iter().filter_map(move |set| field(set));
    let demanded = |field: fn(&Options) -> Option<bool>| {
        sets.iter()
            .filter_map(|set| field(set))
            .reduce(|a, b| a || b)
    };
    let mut class = |name, field: fn(&Options) -> Option<Class>| {
        let all: Vec<Class> = sets.iter().filter_map(|set| field(set)).collect();
        let (require, forbid) = (all.contains(&Class::Require), all.contains(&Class::Forbid));
        if require && forbid {
            conflicts.push(name);
            return None;
        }
        let stricter = all.iter().find(|class| **class != Class::Allow);
        stricter.or(all.first()).copied()
    };
    let pin_digits = class("pin_digits", |set| set.pin_digits);
    let pin_uppercase = class("pin_uppercase", |set| set.pin_uppercase);
    let pin_lowercase = class("pin_lowercase", |set| set.pin_lowercase);
    let pin_special = class("pin_special", |set| set.pin_special);
    let versions = |field: fn(&Options) -> Option<&String>| {
        sets.iter().filter_map(move |set| field(set)).cloned()
    };
    let key = |text: &String| version(text);
    let mut options = Options {
        password_min_length: numbers(|set| set.password_min_length).max(),
        password_complexity: numbers(|set| set.password_complexity).max(),
        max_failed_attempts: numbers(|set| set.max_failed_attempts).min(),
        max_inactivity_minutes: numbers(|set| set.max_inactivity_minutes).min(),
        require_encryption: demanded(|set| set.require_encryption),
        require_firewall: demanded(|set| set.require_firewall),
        min_os_version: versions(|set| set.min_os_version.as_ref()).max_by_key(key),
        max_os_version: versions(|set| set.max_os_version.as_ref()).min_by_key(key),
        hello: sets.iter().find_map(|set| set.hello),
        hello_require_tpm: demanded(|set| set.hello_require_tpm),
        pin_min_length: numbers(|set| set.pin_min_length).max(),
        pin_max_length: numbers(|set| set.pin_max_length).min(),
        pin_digits,
        pin_uppercase,
        pin_lowercase,
        pin_special,
        pin_history: numbers(|set| set.pin_history).max(),
        // 0 is never: the least strict.
        pin_expiration_days: numbers(|set| set.pin_expiration_days)
            .filter(|days| *days > 0)
            .min()
            .or_else(|| numbers(|set| set.pin_expiration_days).next()),
    };
    // One says yes and one says no: neither is stricter.
    if sets
        .iter()
        .any(|set| set.hello.is_some() && set.hello != options.hello)
    {
        options.hello = None;
        conflicts.push("hello");
    }
    contradictions(&mut options, &mut conflicts);
    Effective { options, conflicts }
}

/// Each set is good by itself; together they may ask for the impossible. What does is left out.
fn contradictions(options: &mut Options, conflicts: &mut Vec<&'static str>) {
    while let Err(error) = options.check() {
        use super::options::ContradictionError as E;
        match error {
            E::PinLength | E::PinShort => {
                (options.pin_min_length, options.pin_max_length) = (None, None);
                conflicts.push("pin_length");
            }
            E::PinClasses => {
                (options.pin_digits, options.pin_uppercase) = (None, None);
                (options.pin_lowercase, options.pin_special) = (None, None);
                conflicts.push("pin_classes");
            }
            E::OsVersion => {
                (options.min_os_version, options.max_os_version) = (None, None);
                conflicts.push("os_version");
            }
            E::Hello => {
                (options.hello, options.hello_require_tpm) = (None, None);
                conflicts.push("hello");
            }
        }
    }
    conflicts.sort_unstable();
    conflicts.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(least: i64, most: Option<i64>) -> Options {
        Options {
            pin_min_length: Some(least),
            pin_max_length: most,
            ..Options::default()
        }
    }

    /// The stricter of two wins, whichever comes first.
    #[test]
    fn the_stricter_wins() {
        let one = Options {
            password_min_length: Some(8),
            max_failed_attempts: Some(10),
            require_firewall: Some(true),
            min_os_version: Some("9".into()),
            pin_expiration_days: Some(0),
            pin_digits: Some(Class::Allow),
            ..Options::default()
        };
        let two = Options {
            password_min_length: Some(12),
            max_failed_attempts: Some(5),
            require_firewall: Some(false),
            min_os_version: Some("12".into()),
            pin_expiration_days: Some(90),
            pin_digits: Some(Class::Require),
            ..Options::default()
        };
        let both = merge([&one, &two]);
        assert_eq!(both, merge([&two, &one]));
        assert!(both.conflicts.is_empty());
        let options = both.options;
        assert_eq!(options.password_min_length, Some(12));
        assert_eq!(options.max_failed_attempts, Some(5));
        assert_eq!(options.require_firewall, Some(true));
        assert_eq!(options.min_os_version.as_deref(), Some("12"));
        assert_eq!(options.pin_expiration_days, Some(90));
        assert_eq!(options.pin_digits, Some(Class::Require));
    }

    /// Where no order exists neither is told to the device, and the conflict is named.
    #[test]
    fn what_has_no_order_is_a_conflict() {
        let both = merge([&lengths(8, None), &lengths(4, Some(6))]);
        assert_eq!(both.conflicts, ["pin_length"]);
        assert_eq!(both.options.pin_min_length, None);
        let (yes, no) = (
            Options {
                hello: Some(true),
                pin_special: Some(Class::Require),
                ..Options::default()
            },
            Options {
                hello: Some(false),
                pin_special: Some(Class::Forbid),
                ..Options::default()
            },
        );
        for sets in [[&yes, &no], [&no, &yes]] {
            let both = merge(sets);
            assert_eq!(both.conflicts, ["hello", "pin_special"]);
            assert_eq!(both.options.hello, None);
        }
        assert_eq!(merge([]), Effective::default());
    }
}
