//! The nodes that demand something: `Policy/Config`, `PassportForWork`, `Firewall`, and what Linux alone has. `Policy/Result`
//! tells what came of it: the demanded value where it is met, otherwise what is really there.

use super::leaf::{Leaf, Source, View, unset};
use super::shape::Shape;
use super::{Status, Value};
use crate::mdm::policy::{Demand, level, standing};

/// Minutes, days, characters: a number of the policy area `Config`, not set before the server sets it.
const fn config(path: &'static str, low: i64, high: i64) -> Leaf {
    Leaf {
        path,
        source: Source::Kept(Shape::Int(low, high), unset),
    }
}

const fn truth(path: &'static str) -> Leaf {
    Leaf {
        path,
        source: Source::Kept(Shape::Bool, unset),
    }
}

const fn version(path: &'static str) -> Leaf {
    Leaf {
        path,
        source: Source::Kept(Shape::Version, unset),
    }
}

pub(super) const LEAVES: &[Leaf] = &[
    config(
        "Vendor/MSFT/Policy/Config/DeviceLock/DevicePasswordEnabled",
        0,
        1,
    ),
    config(
        "Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength",
        0,
        127,
    ),
    config(
        "Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordComplexCharacters",
        1,
        4,
    ),
    config(
        "Vendor/MSFT/Policy/Config/DeviceLock/MaxDevicePasswordFailedAttempts",
        0,
        999,
    ),
    config(
        "Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLock",
        0,
        999,
    ),
    config(
        "Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption",
        0,
        1,
    ),
    config("Vendor/MSFT/Policy/Config/Update/AllowAutoUpdate", 0, 5),
    config("Vendor/MSFT/Policy/Config/Update/ActiveHoursStart", 0, 23),
    config("Vendor/MSFT/Policy/Config/Update/ActiveHoursEnd", 0, 23),
    config(
        "Vendor/MSFT/Policy/Config/Update/DeferFeatureUpdatesPeriodInDays",
        0,
        365,
    ),
    config(
        "Vendor/MSFT/Policy/Config/Update/DeferQualityUpdatesPeriodInDays",
        0,
        30,
    ),
    Leaf {
        path: "Vendor/MSFT/Policy/Result/DeviceLock/DevicePasswordEnabled",
        source: Source::Read(|view, _| result(view, "password_required")),
    },
    Leaf {
        path: "Vendor/MSFT/Policy/Result/DeviceLock/MinDevicePasswordLength",
        source: Source::Read(|view, _| result(view, "min_password_length")),
    },
    Leaf {
        path: "Vendor/MSFT/Policy/Result/DeviceLock/MinDevicePasswordComplexCharacters",
        source: Source::Read(|view, _| result(view, "password_complexity")),
    },
    Leaf {
        path: "Vendor/MSFT/Policy/Result/DeviceLock/MaxDevicePasswordFailedAttempts",
        source: Source::Read(|view, _| result(view, "max_failed_sign_ins")),
    },
    Leaf {
        path: "Vendor/MSFT/Policy/Result/DeviceLock/MaxInactivityTimeDeviceLock",
        source: Source::Read(|view, _| result(view, "screen_lock")),
    },
    Leaf {
        path: "Vendor/MSFT/Policy/Result/Security/RequireDeviceEncryption",
        source: Source::Read(|view, _| result(view, "disk_encryption")),
    },
    truth("Vendor/MSFT/Firewall/MdmStore/DomainProfile/EnableFirewall"),
    truth("Vendor/MSFT/Firewall/MdmStore/PrivateProfile/EnableFirewall"),
    truth("Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/UsePassportForWork"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/RequireSecurityDevice"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/ExcludeSecurityDevices/TPM12"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/EnablePinRecovery"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/UseCertificateForOnPremAuth"),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/UseCloudTrustForOnPremAuth"),
    truth(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/UseHelloCertificatesAsSmartCardCertificates",
    ),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/DisablePostLogonProvisioning"),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/MinimumPINLength",
        4,
        127,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/MaximumPINLength",
        4,
        127,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/UppercaseLetters",
        0,
        2,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/LowercaseLetters",
        0,
        2,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/SpecialCharacters",
        0,
        2,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/Digits",
        0,
        2,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/History",
        0,
        50,
    ),
    config(
        "Vendor/MSFT/PassportForWork/{tenant}/Policies/PINComplexity/Expiration",
        0,
        730,
    ),
    truth("Vendor/MSFT/PassportForWork/{tenant}/Policies/Remote/UseRemotePassport"),
    truth("Vendor/MSFT/PassportForWork/Biometrics/UseBiometrics"),
    truth("Vendor/MSFT/PassportForWork/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing"),
    version("Vendor/Dovetail/Policy/OsVersion/Minimum"),
    version("Vendor/Dovetail/Policy/OsVersion/Maximum"),
    Leaf {
        path: "Vendor/Dovetail/Policy/States",
        source: Source::Read(states),
    },
];

/// Whether a Get of this key looks at what policies have done.
pub(super) fn tells_results(key: &str) -> bool {
    key.starts_with("Vendor/MSFT/Policy/Result") || key == "Vendor/Dovetail/Policy/States"
}

fn result(view: &View<'_>, policy: &str) -> Result<Value, Status> {
    level(policy, &demand(view)?, view.root)
        .map(Value::Int)
        .ok_or(Status::NOT_FOUND)
}

/// How every policy stands, as JSON: name, wanted, actual, met, cure.
fn states(view: &View<'_>, _: &str) -> Result<Value, Status> {
    serde_json::to_string(&standing(&demand(view)?, view.root))
        .map(Value::Text)
        .map_err(|_| Status::FAILED)
}

/// What is demanded; while it contradicts itself, nothing can be told.
fn demand(view: &View<'_>) -> Result<Demand, Status> {
    Demand::of(view.kept, &view.facts.tenant_id).map_err(|_| Status::FAILED)
}
