//! What is demanded, typed: read out of the nodes that the server has set.

use serde::{Deserialize, Serialize};

use super::os_version;
use super::pin::PinPolicy;
use crate::mdm::node::{Kept, Value};

const LOCK: &str = "Vendor/MSFT/Policy/Config/DeviceLock/";
/// Below it are `Minimum` and `Maximum`.
const SYSTEM_VERSION: &str = "Vendor/Dovetail/Policy/OsVersion/";
const ENCRYPTION: [&str; 2] = [
    "Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption",
    "Vendor/MSFT/BitLocker/RequireDeviceEncryption",
];
const PROFILES: [&str; 3] = ["DomainProfile", "PrivateProfile", "PublicProfile"];

/// What is written below `/etc`, and all that is handed to the half of the daemon that may do so: four numbers, no text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Put {
    /// Characters of a new password, at least.
    pub password_length: Option<u8>,
    /// Kinds of characters in it, at least: digits, lower case, upper case, others.
    pub password_classes: Option<u8>,
    /// Wrong passwords until an account is locked for a while.
    pub failed_sign_ins: Option<u16>,
    /// Minutes until an idle session is locked.
    pub lock_minutes: Option<u16>,
}

impl Put {
    /// Reads the nodes. Switched off by `DevicePasswordEnabled` = 1, the rest of the area has no effect (Policy CSP).
    pub(crate) fn of(kept: &Kept) -> Self {
        let lock = |name: &str| int(kept, &format!("{LOCK}{name}"));
        if lock("DevicePasswordEnabled") == Some(1) {
            return Self::default();
        }
        Self {
            password_length: positive(lock("MinDevicePasswordLength")),
            password_classes: positive(lock("MinDevicePasswordComplexCharacters")),
            failed_sign_ins: positive(lock("MaxDevicePasswordFailedAttempts")),
            lock_minutes: positive(lock("MaxInactivityTimeDeviceLock")),
        }
    }
    /// Whether each number is within its bounds.
    pub(super) fn is_sound(&self) -> bool {
        self.password_length.is_none_or(|n| (1..=127).contains(&n))
            && self.password_classes.is_none_or(|n| (1..=4).contains(&n))
            && self.failed_sign_ins.is_none_or(|n| (1..=999).contains(&n))
            && self.lock_minutes.is_none_or(|n| (1..=999).contains(&n))
    }
}

/// Everything that is demanded.
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Demand {
    /// What can be made so.
    pub(crate) put: Put,
    /// Nobody signs in without a password.
    pub(crate) password: bool,
    /// The disks are encrypted.
    pub(crate) encryption: bool,
    /// The firewall is on.
    pub(crate) firewall: bool,
    /// Oldest version of the system.
    pub(crate) os_minimum: Option<String>,
    /// Newest version of the system.
    pub(crate) os_maximum: Option<String>,
    /// Updates install themselves.
    pub(crate) updates: bool,
    /// Rules for the sign-in PIN.
    pub(crate) pin: Option<PinPolicy>,
}

/// Two demands cannot both be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what is set below {under} contradicts itself")]
pub(crate) struct Contradiction {
    /// Under which nodes they are; all of these are refused together.
    pub(crate) under: String,
}

impl Demand {
    /// Reads the nodes of this tenant.
    pub(crate) fn of(kept: &Kept, tenant: &str) -> Result<Self, Contradiction> {
        let truth = |key: &str| matches!(kept.get(key), Some(Value::Bool(true)));
        let text = |key: &str| match kept.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let minimum = text(&format!("{SYSTEM_VERSION}Minimum"));
        let maximum = text(&format!("{SYSTEM_VERSION}Maximum"));
        if let (Some(minimum), Some(maximum)) = (&minimum, &maximum)
            && os_version::compare(minimum, maximum).is_gt()
        {
            return Err(Contradiction {
                under: SYSTEM_VERSION.into(),
            });
        }
        let pin = PinPolicy::of(kept, tenant).map_err(|under| Contradiction { under })?;
        Ok(Self {
            put: Put::of(kept),
            // 0 is "enabled" here.
            password: int(kept, &format!("{LOCK}DevicePasswordEnabled")) == Some(0),
            encryption: ENCRYPTION.iter().any(|key| int(kept, key) == Some(1)),
            firewall: PROFILES.iter().any(|profile| {
                truth(&format!(
                    "Vendor/MSFT/Firewall/MdmStore/{profile}/EnableFirewall"
                ))
            }),
            os_minimum: minimum,
            os_maximum: maximum,
            updates: int(kept, "Vendor/MSFT/Policy/Config/Update/AllowAutoUpdate")
                .is_some_and(|value| (1..=4).contains(&value)),
            pin,
        })
    }
}

fn int(kept: &Kept, key: &str) -> Option<i64> {
    match kept.get(key) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// Zero is "not demanded" for all of them.
fn positive<T: TryFrom<i64>>(number: Option<i64>) -> Option<T> {
    number
        .filter(|number| *number > 0)
        .and_then(|number| T::try_from(number).ok())
}
