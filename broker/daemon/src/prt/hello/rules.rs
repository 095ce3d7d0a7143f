//! What a new PIN has to be like: the organisation's rules (PassportForWork CSP, management reference §1.9), and that it is not the first
//! thing that anybody would try.

use dovetail_shared::link::{PinClass, PinRules};
use dovetail_shared::{Code, Secret};

use super::error::PinError;
use crate::Daemon;
use crate::mdm::policy::{Class, PinPolicy, pin_policy};

/// Those that hold on this device.
pub(super) fn rules(daemon: &Daemon) -> Result<PinRules, Code> {
    let tenant = daemon.record().device.map(|device| device.tenant_id);
    let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    Ok(told(&pin_policy(&daemon.store, &tenant)?))
}

fn told(policy: &PinPolicy) -> PinRules {
    let class = |class| match class {
        Class::Allowed => PinClass::Allowed,
        Class::Required => PinClass::Required,
        Class::Forbidden => PinClass::Forbidden,
    };
    PinRules {
        allowed: policy.enabled,
        min: *policy.length.start(),
        max: *policy.length.end(),
        digits: class(policy.digits),
        lowercase: class(policy.lowercase),
        uppercase: class(policy.uppercase),
        special: class(policy.special),
        history: policy.history,
        expires_days: policy.expires_days,
    }
}

/// Holds a new PIN against them; the error says the first thing that is wrong, and never the PIN.
pub(super) fn obeys(rules: &PinRules, pin: &Secret<String>) -> Result<(), PinError> {
    let wrong = |what: String| Err(PinError::Rules(what));
    if !rules.allowed {
        return Err(PinError::Forbidden);
    }
    let pin = pin.expose();
    let length = pin.chars().count();
    if length < usize::from(rules.min) {
        return wrong(format!("it needs at least {} characters", rules.min));
    }
    if length > usize::from(rules.max) {
        return wrong(format!("it may have at most {} characters", rules.max));
    }
    if pin.chars().any(char::is_control) {
        return wrong("it has characters in it that nobody can type".to_owned());
    }
    let is: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    let classes = [
        (rules.digits, "digits"),
        (rules.lowercase, "lower-case letters"),
        (rules.uppercase, "upper-case letters"),
        (rules.special, "other characters than letters and digits"),
    ];
    for ((class, name), is) in classes.into_iter().zip(is) {
        let has = pin.chars().any(is);
        match class {
            PinClass::Required if !has => return wrong(format!("it needs {name}")),
            PinClass::Forbidden if has => return wrong(format!("it may have no {name}")),
            _ => {}
        }
    }
    if is_a_row(pin) {
        return wrong("it is a row that is guessed first, as 1234 or 0000".to_owned());
    }
    Ok(())
}

/// Whether each digit is as far from the one before as the next (Windows refuses these, too).
fn is_a_row(pin: &str) -> bool {
    let digits: Option<Vec<i32>> = pin
        .chars()
        .map(|c| c.to_digit(10).and_then(|digit| i32::try_from(digit).ok()))
        .collect();
    let Some(digits) = digits else { return false };
    let mut steps = digits.windows(2).filter_map(|pair| match pair {
        [one, next] => Some(next.wrapping_sub(*one).rem_euclid(10)),
        _ => None,
    });
    let first = steps.next();
    steps.all(|step| Some(step) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rules: &PinRules, pin: &str) -> Option<String> {
        match obeys(rules, &Secret::new(pin.to_owned())) {
            Ok(()) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    #[test]
    fn what_is_guessed_first_is_no_pin() {
        let rules = told(&PinPolicy::default());
        for pin in ["0000", "1234", "9876", "13579", "9630", "7890", "85296"] {
            assert!(refused(&rules, pin).unwrap().contains("row"), "{pin}");
        }
        for pin in ["4829", "1235", "0001", "482916"] {
            assert_eq!(refused(&rules, pin), None, "{pin}");
        }
    }

    #[test]
    fn the_organisations_rules_hold() {
        let rules = told(&PinPolicy {
            length: 6..=8,
            lowercase: Class::Required,
            special: Class::Allowed,
            ..PinPolicy::default()
        });
        for (pin, word) in [
            ("48b29", "at least 6"),
            ("4829b1647", "at most 8"),
            ("482916", "lower-case"),
            ("bcdefk", "needs digits"),
            ("4829B1c", "no upper-case"),
            ("4829b1\u{7}", "nobody can type"),
        ] {
            let said = refused(&rules, pin).unwrap();
            assert!(said.contains(word) && !said.contains(pin), "{said}");
        }
        for pin in ["4829b1", "48\u{e4}9b1", "482 9b"] {
            assert_eq!(refused(&rules, pin), None, "{pin}");
        }
        let none = PinRules {
            allowed: false,
            ..rules
        };
        let pin = Secret::new("4829b1".to_owned());
        assert_eq!(obeys(&none, &pin), Err(PinError::Forbidden));
    }
}
