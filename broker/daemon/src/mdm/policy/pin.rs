//! Rules for the sign-in PIN (PassportForWork CSP; reference §1.9). Kept for the sign-in, which holds people to them.

use std::ops::RangeInclusive;

use dovetail_shared::Code;

use super::demand::Demand;
use super::table::{Policy, Standing};
use crate::mdm::node::{Kept, NodeRecord, Root, Value, encode};
use crate::store::Store;

/// What a PIN does with a class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// May be in it.
    Allowed,
    /// Must be in it.
    Required,
    /// May not be in it.
    Forbidden,
}

/// The rules.
#[expect(clippy::struct_excessive_bools, reason = "each is a node of its own")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinPolicy {
    /// `UsePassportForWork`: a key is made at sign-in.
    pub enabled: bool,
    /// `RequireSecurityDevice`: only in a TPM.
    pub needs_tpm: bool,
    /// `ExcludeSecurityDevices/TPM12`: a TPM 1.2 is not good enough.
    pub excludes_tpm12: bool,
    /// `DisablePostLogonProvisioning`: people are not asked right after sign-in.
    pub provision_later: bool,
    /// Characters.
    pub length: RangeInclusive<u8>,
    /// `Digits`
    pub digits: Class,
    /// `LowercaseLetters`
    pub lowercase: Class,
    /// `UppercaseLetters`
    pub uppercase: Class,
    /// `SpecialCharacters`
    pub special: Class,
    /// Earlier PINs that may not come back.
    pub history: u8,
    /// Days until it must be changed; 0 is never.
    pub expires_days: u16,
}

/// What Windows takes where nothing is said.
impl Default for PinPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            needs_tpm: false,
            excludes_tpm12: false,
            provision_later: false,
            length: 4..=127,
            digits: Class::Required,
            lowercase: Class::Forbidden,
            uppercase: Class::Forbidden,
            special: Class::Forbidden,
            history: 0,
            expires_days: 0,
        }
    }
}

/// Characters of a PIN, at least, where no organisation says anything.
const SHORTEST: u8 = 6;

/// What holds on this machine.
pub(crate) fn pin_policy(store: &Store, tenant: &str) -> Result<PinPolicy, Code> {
    let record = NodeRecord::load(store)?;
    // What was agreed is free of contradictions.
    let policy = PinPolicy::of(&record.agreed, tenant);
    Ok(policy.ok().flatten().unwrap_or_else(|| PinPolicy {
        length: SHORTEST..=127,
        ..PinPolicy::default()
    }))
}

impl PinPolicy {
    /// Reads the nodes of the tenant; `None` where nothing is set. The error names the nodes that contradict each other.
    pub(super) fn of(kept: &Kept, tenant: &str) -> Result<Option<Self>, String> {
        let under = format!("Vendor/MSFT/PassportForWork/{}/Policies/", encode(tenant));
        if !kept.keys().any(|key| key.starts_with(&under)) {
            return Ok(None);
        }
        let value = |name: &str| kept.get(&format!("{under}{name}"));
        let int = |name: &str| match value(name) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        let truth = |name: &str, unset| match value(name) {
            Some(Value::Bool(truth)) => *truth,
            _ => unset,
        };
        let class = |name: &str, unset| match int(name) {
            Some(0) => Class::Allowed,
            Some(1) => Class::Required,
            Some(2) => Class::Forbidden,
            _ => unset,
        };
        let number = |name: &str, unset: u8| {
            int(name).map_or(Some(unset), |number| u8::try_from(number).ok())
        };
        let unset = Self::default();
        let policy = Self {
            enabled: truth("UsePassportForWork", unset.enabled),
            needs_tpm: truth("RequireSecurityDevice", unset.needs_tpm),
            excludes_tpm12: truth("ExcludeSecurityDevices/TPM12", unset.excludes_tpm12),
            provision_later: truth("DisablePostLogonProvisioning", unset.provision_later),
            length: number("PINComplexity/MinimumPINLength", *unset.length.start())
                .unwrap_or(u8::MAX)
                ..=number("PINComplexity/MaximumPINLength", *unset.length.end()).unwrap_or(0),
            digits: class("PINComplexity/Digits", unset.digits),
            lowercase: class("PINComplexity/LowercaseLetters", unset.lowercase),
            uppercase: class("PINComplexity/UppercaseLetters", unset.uppercase),
            special: class("PINComplexity/SpecialCharacters", unset.special),
            history: number("PINComplexity/History", unset.history).unwrap_or(u8::MAX),
            expires_days: int("PINComplexity/Expiration")
                .and_then(|days| u16::try_from(days).ok())
                .unwrap_or(unset.expires_days),
        };
        if policy.can_be_met() {
            Ok(Some(policy))
        } else {
            Err(under)
        }
    }

    /// Whether there is a PIN that obeys; one that nobody can choose would lock people out.
    fn can_be_met(&self) -> bool {
        let classes = [self.digits, self.lowercase, self.uppercase, self.special];
        let required = classes
            .iter()
            .filter(|class| **class == Class::Required)
            .count();
        !self.length.is_empty()
            && classes.iter().any(|class| *class != Class::Forbidden)
            && required <= usize::from(*self.length.end())
    }

    fn words(&self) -> String {
        let mut words = vec![match (self.length.start(), self.length.end()) {
            (low, 127) => format!("at least {low} characters"),
            (low, high) => format!("{low} to {high} characters"),
        }];
        for (class, name) in [
            (self.digits, "digits"),
            (self.lowercase, "lower-case letters"),
            (self.uppercase, "upper-case letters"),
            (self.special, "other characters"),
        ] {
            if class == Class::Required {
                words.push(format!("with {name}"));
            }
        }
        if self.needs_tpm {
            words.push("in a TPM".into());
        }
        words.join(", ")
    }
}

/// `hello_pin`
#[derive(Debug)]
pub(super) struct HelloPin;

impl Policy for HelloPin {
    fn name(&self) -> &'static str {
        "hello_pin"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        let pin = demand.pin.as_ref().filter(|pin| pin.enabled)?;
        let version = tpm_version(root);
        let met = !pin.needs_tpm || version.is_some_and(|major| major >= 2 || !pin.excludes_tpm12);
        Some(Standing {
            wanted: pin.words(),
            actual: match version {
                Some(major) => format!("new PINs are held to it; there is a TPM {major}"),
                None => "new PINs would be held to it; there is no TPM".into(),
            },
            met,
            level: i64::from(met),
        })
    }

    fn explain(&self, _: &Demand, _: &Root) -> String {
        "Switch on the TPM in the firmware's settings, or ask your administrator to allow sign-in keys without one.".into()
    }
}

/// Major version of the TPM, if there is one. Kernels before 5.6 do not tell; those that do not drive 2.0 have 1.2 chips.
fn tpm_version(root: &Root) -> Option<i64> {
    if !root.has("/sys/class/tpm/tpm0") {
        return None;
    }
    root.number("/sys/class/tpm/tpm0/tpm_version_major")
        .or_else(|| {
            Some(if root.has("/sys/class/tpmrm/tpmrm0") {
                2
            } else {
                1
            })
        })
}
