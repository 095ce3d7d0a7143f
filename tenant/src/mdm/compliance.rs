//! The verdict: what a device said, held against what is demanded of it. What is not known does not count as good.

use std::collections::BTreeMap;

use super::policy::{Effective, Options, version};
use super::session::{ENCRYPTION, FIREWALL, Fact, VERSION};

/// A verdict: compliant when there is no reason against it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Sentences.
    pub(super) reasons: Vec<String>,
}

impl Verdict {
    /// `compliant` or `noncompliant`.
    pub(super) fn word(&self) -> &'static str {
        if self.reasons.is_empty() {
            "compliant"
        } else {
            "noncompliant"
        }
    }

    /// The reasons as a JSON array.
    pub(super) fn json(&self) -> String {
        serde_json::Value::from(self.reasons.clone()).to_string()
    }
}

/// Judges. `policies` are the statuses of what the device was told, by address.
pub(super) fn judge(
    effective: &Effective,
    facts: &BTreeMap<String, Fact>,
    policies: &BTreeMap<String, u16>,
) -> Verdict {
    let mut reasons = Vec::new();
    for name in &effective.conflicts {
        reasons.push(format!("Policy sets contradict each other: {name}."));
    }
    let said = |uri: &str| {
        let fact = facts.get(uri).filter(|fact| fact.status == 200);
        fact.and_then(|fact| fact.data.as_deref())
    };
    let options = &effective.options;
    if options.require_encryption == Some(true) {
        match said(ENCRYPTION) {
            Some("1" | "true") => {}
            Some("0" | "false") => reasons.push("The disk is not encrypted.".to_owned()),
            _ => reasons.push("Whether the disk is encrypted is not known.".to_owned()),
        }
    }
    if options.require_firewall == Some(true) {
        match said(FIREWALL) {
            Some("0") => {}
            Some("1" | "2" | "3") => reasons.push("The firewall is off.".to_owned()),
            Some("4") => reasons.push("There is no firewall.".to_owned()),
            _ => reasons.push("Whether the firewall is on is not known.".to_owned()),
        }
    }
    reasons.extend(system(options, said(VERSION)));
    reasons.extend(sign_in(options, &said));
    for (uri, status) in policies {
        let name = uri.rsplit('/').next().unwrap_or_default();
        // What the system does about these is judged above, by what it says of itself.
        let judged = ["RequireDeviceEncryption", "EnableFirewall"].contains(&name);
        if !(200..=202).contains(status) && !judged {
            reasons.push(format!(
                "The setting {name} could not be applied ({status})."
            ));
        }
    }
    Verdict { reasons }
}

/// A setting that was taken may still have no effect. Devices say below `Policy/Result` what is really so; one that says
/// nothing there is believed its status.
fn sign_in<'f>(
    options: &Options,
    said: &impl Fn(&str) -> Option<&'f str>,
) -> impl Iterator<Item = String> {
    let at_least = |found: i64, demanded: i64| found >= demanded;
    // 0 is "never".
    let within = |found: i64, demanded: i64| (1..=demanded).contains(&found);
    let result = |name: &str| {
        let said = said(&format!(
            "./Device/Vendor/MSFT/Policy/Result/DeviceLock/{name}"
        ))?;
        said.parse::<i64>().ok()
    };
    let fails = |name: &str, demanded: Option<i64>, good: &dyn Fn(i64, i64) -> bool| {
        demanded.filter(|demanded| result(name).is_some_and(|found| !good(found, *demanded)))
    };
    let length = fails(
        "MinDevicePasswordLength",
        options.password_min_length,
        &at_least,
    );
    let kinds = fails(
        "MinDevicePasswordComplexCharacters",
        options.password_complexity,
        &at_least,
    );
    let attempts = fails(
        "MaxDevicePasswordFailedAttempts",
        options.max_failed_attempts,
        &within,
    );
    let minutes = fails(
        "MaxInactivityTimeDeviceLock",
        options.max_inactivity_minutes,
        &within,
    );
    // Its 0 is "enabled"; devices tell it only where it is demanded.
    let open = result("DevicePasswordEnabled").filter(|found| *found != 0);
    [
        open.map(|_| "One can sign in without a password.".to_owned()),
        length.map(|n| format!("Passwords may be shorter than {n} characters.")),
        kinds.map(|n| format!("Passwords may have characters of fewer than {n} kinds.")),
        attempts.map(|n| format!("Accounts are not locked after {n} wrong passwords.")),
        minutes.map(|n| format!("The screen does not lock itself after {n} minutes.")),
    ]
    .into_iter()
    .flatten()
}

fn system(options: &Options, said: Option<&str>) -> Option<String> {
    let (oldest, newest) = (&options.min_os_version, &options.max_os_version);
    if oldest.is_none() && newest.is_none() {
        return None;
    }
    let now = said.map(version).unwrap_or_default();
    if now.is_empty() {
        return Some("The system's version is not known.".to_owned());
    }
    let said = said.unwrap_or_default();
    if let Some(oldest) = oldest
        && now < version(oldest)
    {
        return Some(format!("The system {said} is older than {oldest}."));
    }
    let newest = newest.as_ref()?;
    // 12.5 is still "12": only the parts that the rule names count.
    let bound = version(newest);
    let cut: Vec<u32> = now.into_iter().take(bound.len()).collect();
    (cut > bound).then(|| format!("The system {said} is newer than {newest}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(values: &[(&str, &str)]) -> BTreeMap<String, Fact> {
        values
            .iter()
            .map(|(uri, data)| {
                let fact = Fact {
                    status: 200,
                    format: None,
                    data: Some((*data).to_owned()),
                };
                ((*uri).to_owned(), fact)
            })
            .collect()
    }

    fn demanded() -> Effective {
        Effective {
            options: Options {
                require_encryption: Some(true),
                require_firewall: Some(true),
                min_os_version: Some("12".into()),
                max_os_version: Some("13".into()),
                ..Options::default()
            },
            conflicts: Vec::new(),
        }
    }

    /// A device that meets everything is compliant; each thing that fails is named; silence is not consent.
    #[test]
    fn every_failure_is_named() {
        let good = facts(&[(ENCRYPTION, "1"), (FIREWALL, "0"), (VERSION, "13.2")]);
        let none = BTreeMap::new();
        let verdict = judge(&demanded(), &good, &none);
        assert_eq!(
            (verdict.word(), verdict.json().as_str()),
            ("compliant", "[]")
        );
        let bad = facts(&[(ENCRYPTION, "0"), (FIREWALL, "1"), (VERSION, "Debian 11")]);
        let verdict = judge(&demanded(), &bad, &none);
        assert_eq!(verdict.word(), "noncompliant");
        assert_eq!(verdict.reasons.len(), 3, "{verdict:?}");
        assert_eq!(judge(&demanded(), &BTreeMap::new(), &none).reasons.len(), 3);
        let newer = facts(&[(ENCRYPTION, "true"), (FIREWALL, "0"), (VERSION, "14")]);
        assert_eq!(judge(&demanded(), &newer, &none).reasons.len(), 1);
    }

    /// The device took the rules, and says that they have no effect: each is named. What is as demanded, stricter, or not
    /// said, is no reason.
    #[test]
    fn settings_without_effect_are_named() {
        let at = |name: &str| format!("./Device/Vendor/MSFT/Policy/Result/DeviceLock/{name}");
        let effective = Effective {
            options: Options {
                password_min_length: Some(8),
                password_complexity: Some(2),
                max_failed_attempts: Some(10),
                max_inactivity_minutes: Some(15),
                ..Options::default()
            },
            conflicts: Vec::new(),
        };
        let judged = |values: [&str; 5]| {
            let names = [
                "DevicePasswordEnabled",
                "MinDevicePasswordLength",
                "MinDevicePasswordComplexCharacters",
                "MaxDevicePasswordFailedAttempts",
                "MaxInactivityTimeDeviceLock",
            ]
            .map(at);
            let pairs: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
            judge(&effective, &facts(&pairs), &BTreeMap::new()).reasons
        };
        assert_eq!(judged(["0", "8", "2", "10", "15"]), Vec::<String>::new());
        assert_eq!(judged(["0", "14", "4", "3", "5"]), Vec::<String>::new());
        assert_eq!(judged(["", "", "", "", ""]), Vec::<String>::new());
        assert_eq!(judged(["1", "6", "1", "0", "0"]).len(), 5);
        assert_eq!(judged(["0", "8", "2", "11", "16"]).len(), 2);
    }

    /// Settings that were refused and sets that conflict are reasons, too.
    #[test]
    fn refused_settings_and_conflicts_are_named() {
        let policies = BTreeMap::from([
            ("./a/MinDevicePasswordLength".to_owned(), 500),
            ("./b/X".to_owned(), 200),
        ]);
        let effective = Effective {
            conflicts: vec!["hello"],
            ..Effective::default()
        };
        let reasons = judge(&effective, &BTreeMap::new(), &policies).reasons;
        assert_eq!(reasons.len(), 2);
        assert!(reasons[0].contains("hello") && reasons[1].contains("MinDevicePasswordLength"));
    }
}
