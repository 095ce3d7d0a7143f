//! The system's version is not older and not newer than this. Judged here; nothing is changed.

use std::cmp::Ordering;

use super::demand::Demand;
use super::table::{Policy, Standing};
use crate::mdm::node::{Root, system_version};

/// `os_version`
#[derive(Debug)]
pub(super) struct OsVersion;

impl Policy for OsVersion {
    fn name(&self) -> &'static str {
        "os_version"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let wanted = match (&demand.os_minimum, &demand.os_maximum) {
            (None, None) => return None,
            (Some(minimum), None) => format!("at least {minimum}"),
            (None, Some(maximum)) => format!("at most {maximum}"),
            (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
        };
        let version = system_version(root);
        let met = version.as_ref().is_some_and(|version| {
            let above = demand
                .os_minimum
                .as_ref()
                .is_none_or(|minimum| compare(version, minimum).is_ge());
            // "At most 12" means every 12.x.
            let below = demand.os_maximum.as_ref().is_none_or(|maximum| {
                compare(version, maximum).is_le() || numbers(version).starts_with(&numbers(maximum))
            });
            above && below
        });
        Some(Standing {
            wanted,
            actual: version.unwrap_or_else(|| "not known".into()),
            met,
            level: i64::from(met),
        })
    }

    fn explain(&self, demand: &Demand, root: &Root) -> String {
        let version = system_version(root).unwrap_or_default();
        let old = demand
            .os_minimum
            .as_ref()
            .is_some_and(|minimum| compare(&version, minimum).is_lt());
        if old {
            "Upgrade the operating system to a version that your organisation accepts.".into()
        } else {
            "Ask your administrator: this version of the operating system is newer than your organisation accepts.".into()
        }
    }
}

/// Compares dotted versions number by number; what is missing is 0, so that 12 and 12.0 are the same.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (numbers(left), numbers(right));
    let length = left.len().max(right.len());
    let at = |list: &[u64], index| list.get(index).copied().unwrap_or(0);
    (0..length)
        .map(|index| at(&left, index).cmp(&at(&right, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The numbers at the front of a version: `6.1.0-40-amd64` is 6, 1, 0.
fn numbers(version: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    for part in version.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        numbers.push(number);
        if digits.len() != part.len() {
            break;
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (left, right, order) in [
            ("12", "12.0", Ordering::Equal),
            ("12.10", "12.9", Ordering::Greater),
            ("9", "12", Ordering::Less),
            ("24.04", "24.4", Ordering::Equal),
            ("22.04", "24.04", Ordering::Less),
            ("6.1.0-40-amd64", "6.1.1", Ordering::Less),
            ("", "0", Ordering::Equal),
        ] {
            assert_eq!(compare(left, right), order, "{left} {right}");
        }
    }

    /// An old system, a good one, a new one; and one that does not say.
    #[test]
    fn a_version_outside_the_bounds_is_not_met() {
        let demand = Demand {
            os_minimum: Some("11".into()),
            os_maximum: Some("12".into()),
            ..Demand::default()
        };
        for (version, met) in [("10", false), ("11.2", true), ("12.5", true), ("13", false)] {
            let machine =
                Machine::new().with("/etc/os-release", &format!("VERSION_ID=\"{version}\"\n"));
            let standing = OsVersion.check(&demand, &machine.root()).unwrap();
            assert_eq!(standing.met, met, "{version}");
            assert_eq!(standing.actual, version);
        }
        let nothing = Machine::new();
        assert!(!OsVersion.check(&demand, &nothing.root()).unwrap().met);
        assert_eq!(OsVersion.check(&Demand::default(), &nothing.root()), None);
    }
}
