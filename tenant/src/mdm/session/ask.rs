//! What a device is asked in each session (MDM reference §1.10.4).

use super::super::provision::PROVIDER;

/// System and hardware.
const NODES: &[&str] = &[
    "./DevDetail/SwV",
    "./DevDetail/FwV",
    "./DevDetail/HwV",
    "./DevDetail/OEM",
    "./DevDetail/DevTyp",
    "./DevDetail/Ext/Microsoft/LocalTime",
    "./DevDetail/Ext/Microsoft/DeviceName",
    "./DevDetail/Ext/Microsoft/DNSComputerName",
    "./DevDetail/Ext/Microsoft/OSPlatform",
    "./DevDetail/Ext/Microsoft/ProcessorArchitecture",
    "./DevDetail/Ext/Microsoft/ProcessorType",
    "./DevDetail/Ext/Microsoft/TotalRAM",
    "./DevDetail/Ext/Microsoft/TotalStorage",
    "./DevDetail/Ext/Microsoft/SMBIOSSerialNumber",
    "./Vendor/MSFT/DMClient/HWDevID",
    "./Vendor/MSFT/DeviceStatus/OS/Edition",
    "./Vendor/MSFT/DeviceStatus/OS/Mode",
    "./Vendor/MSFT/DeviceStatus/NetworkIdentifiers",
    "./Vendor/MSFT/DeviceStatus/TPM/SpecificationVersion",
    "./Vendor/MSFT/DeviceStatus/DomainName",
    "./Vendor/MSFT/DeviceStatus/Battery/Status",
    "./Device/Vendor/MSFT/DeviceManageability/Capabilities/CSPVersions",
];

/// Nodes of our account at the client.
const CLIENT: &[&str] = &["EntDMID", "EntDeviceName", "UPN", "AADResourceID"];

/// How the system stands: asked after the policies were told.
pub(in crate::mdm) const ENCRYPTION: &str =
    "./Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance";
/// 0 on, 1 off, 2 not for every network, 3 off for a while, 4 there is none.
pub(in crate::mdm) const FIREWALL: &str = "./Vendor/MSFT/DeviceStatus/Firewall/Status";
const BITLOCKER: &str = "./Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus";

/// The version of the system.
pub(in crate::mdm) const VERSION: &str = "./DevDetail/SwV";

/// What is asked first.
pub(super) fn facts() -> impl Iterator<Item = String> {
    let client = CLIENT
        .iter()
        .map(|name| format!("./Device/Vendor/MSFT/DMClient/Provider/{PROVIDER}/{name}"));
    NODES.iter().map(|uri| (*uri).to_owned()).chain(client)
}

/// How each policy stands, in the words of Dovetail's own clients.
const POLICY_STATES: &str = "./Vendor/Dovetail/Policy/States";

/// What is asked after policies.
pub(super) fn states() -> impl Iterator<Item = String> {
    [ENCRYPTION, BITLOCKER, FIREWALL, POLICY_STATES]
        .into_iter()
        .map(str::to_owned)
}
