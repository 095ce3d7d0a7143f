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
    reasons.extend(locks(options, said));
    for (uri, status) in policies {
        let name = uri.rsplit('/').next().unwrap_or_default();
        if !(200..=202).contains(status) && !JUDGED.contains(&name) {
            reasons.push(format!(
                "The setting {name} could not be applied ({status})."
            ));
        }
    }
    Verdict { reasons }
}

/// What the system does about these is judged by what it says of itself.
const JUDGED: &[&str] = &[
    "RequireDeviceEncryption",
    "EnableFirewall",
    "Minimum",
    "Maximum",
];

/// Rules that the device took, and that something on it overrules: what it says is in force is held against what is demanded.
fn locks<'a>(options: &Options, said: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let least = |value: i64, demanded: i64| value >= demanded;
    // 0 is "no limit".
    let most = |value: i64, demanded: i64| value > 0 && value <= demanded;
    let rows: [(_, _, &dyn Fn(i64, i64) -> bool); 4] = [
        (
            "MinDevicePasswordLength",
            options.password_min_length,
            &least,
        ),
        (
            "MinDevicePasswordComplexCharacters",
            options.password_complexity,
            &least,
        ),
        (
            "MaxDevicePasswordFailedAttempts",
            options.max_failed_attempts,
            &most,
        ),
        (
            "MaxInactivityTimeDeviceLock",
            options.max_inactivity_minutes,
            &most,
        ),
    ];
    let mut reasons = Vec::new();
    for (name, demanded, good) in rows {
        let uri = format!("./Device/Vendor/MSFT/Policy/Result/DeviceLock/{name}");
        let in_force = said(&uri).and_then(|value| value.parse::<i64>().ok());
        if let (Some(demanded), Some(value)) = (demanded, in_force)
            && !good(value, demanded)
        {
            reasons.push(format!(
                "The setting {name} is {value}, and {demanded} is demanded."
            ));
        }
    }
    reasons
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
    // A device's own words, in a sentence of ours.
    let said: String = said.unwrap_or_default().chars().take(64).collect();
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

    /// A rule that something on the device overrules is weaker than it says: the value in force decides.
    #[test]
    fn a_weaker_value_in_force_is_named() {
        const RESULT: &str = "./Device/Vendor/MSFT/Policy/Result/DeviceLock/";
        let effective = Effective {
            options: Options {
                password_min_length: Some(8),
                max_inactivity_minutes: Some(15),
                ..Options::default()
            },
            conflicts: Vec::new(),
        };
        for (length, minutes, reasons) in [
            ("8", "15", 0),
            ("12", "5", 0),
            ("7", "15", 1),
            ("8", "0", 1),
            ("6", "16", 2),
        ] {
            let (length_uri, minutes_uri) = (
                format!("{RESULT}MinDevicePasswordLength"),
                format!("{RESULT}MaxInactivityTimeDeviceLock"),
            );
            let facts = facts(&[
                (length_uri.as_str(), length),
                (minutes_uri.as_str(), minutes),
            ]);
            let verdict = judge(&effective, &facts, &BTreeMap::new());
            assert_eq!(verdict.reasons.len(), reasons, "{verdict:?}");
        }
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
