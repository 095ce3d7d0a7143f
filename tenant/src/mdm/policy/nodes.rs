//! Options as nodes of the management tree (MDM reference §1.9, §1.10.5).

use dovetail_shared::id::TenantId;

use super::options::Options;

const CONFIG: &str = "./Device/Vendor/MSFT/Policy/Config/";
const RESULT: &str = "./Device/Vendor/MSFT/Policy/Result/";
const FIREWALL: &str = "./Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall";

/// Dovetail's own: no published node says it.
const OS_VERSION: &str = "./Vendor/Dovetail/Policy/OsVersion/";

/// A value for a node: address, format, data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mdm) struct Value {
    pub(in crate::mdm) uri: String,
    pub(in crate::mdm) format: &'static str,
    pub(in crate::mdm) data: String,
}

/// The sign-in policy below `PassportForWork/{TenantId}/Policies`: name, format, data.
pub(in crate::mdm) fn hello(options: &Options) -> Vec<(&'static str, &'static str, String)> {
    let truth = |name, value: Option<bool>| value.map(|value| (name, "bool", value.to_string()));
    let number = |name, value: Option<i64>| value.map(|value| (name, "int", value.to_string()));
    let class = |name, value: Option<super::Class>| number(name, value.map(super::Class::number));
    [
        truth("UsePassportForWork", options.hello),
        truth("RequireSecurityDevice", options.hello_require_tpm),
        number("PINComplexity/MinimumPINLength", options.pin_min_length),
        number("PINComplexity/MaximumPINLength", options.pin_max_length),
        class("PINComplexity/UppercaseLetters", options.pin_uppercase),
        class("PINComplexity/LowercaseLetters", options.pin_lowercase),
        class("PINComplexity/SpecialCharacters", options.pin_special),
        class("PINComplexity/Digits", options.pin_digits),
        number("PINComplexity/History", options.pin_history),
        number("PINComplexity/Expiration", options.pin_expiration_days),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a device is told to set. The system's version is judged here; it is told so that the person can be told, too.
pub(in crate::mdm) fn replaces(options: &Options, tenant: TenantId) -> Vec<Value> {
    let config = |name: &str, value: i64| Value {
        uri: format!("{CONFIG}{name}"),
        format: "int",
        data: value.to_string(),
    };
    let lock = [
        ("MinDevicePasswordLength", options.password_min_length),
        (
            "MinDevicePasswordComplexCharacters",
            options.password_complexity,
        ),
        (
            "MaxDevicePasswordFailedAttempts",
            options.max_failed_attempts,
        ),
        (
            "MaxInactivityTimeDeviceLock",
            options.max_inactivity_minutes,
        ),
    ];
    let mut values = Vec::new();
    if lock.iter().any(|(_, value)| value.is_some()) {
        // 0 is "enabled": the node is older than good manners.
        values.push(config("DeviceLock/DevicePasswordEnabled", 0));
    }
    for (name, value) in lock {
        if let Some(value) = value {
            values.push(config(&format!("DeviceLock/{name}"), value));
        }
    }
    if let Some(required) = options.require_encryption {
        values.push(config("Security/RequireDeviceEncryption", required.into()));
    }
    if let Some(required) = options.require_firewall {
        values.push(Value {
            uri: FIREWALL.to_owned(),
            format: "bool",
            data: required.to_string(),
        });
    }
    for (name, version) in [
        ("Minimum", &options.min_os_version),
        ("Maximum", &options.max_os_version),
    ] {
        if let Some(version) = version {
            values.push(Value {
                uri: format!("{OS_VERSION}{name}"),
                format: "chr",
                data: version.clone(),
            });
        }
    }
    for (name, format, data) in hello(options) {
        values.push(Value {
            uri: format!("./Device/Vendor/MSFT/PassportForWork/{tenant}/Policies/{name}"),
            format,
            data,
        });
    }
    values
}

/// Where a device says how a setting of `Policy/Config` stands.
pub(in crate::mdm) fn result_uri(uri: &str) -> Option<String> {
    uri.strip_prefix(CONFIG)
        .map(|name| format!("{RESULT}{name}"))
}
