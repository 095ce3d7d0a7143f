//! `./Vendor/MSFT/DeviceStatus`: how this device stands. Nobody sets it.
//!
//! Not here: `DeviceGuard`, `Antivirus` and the like, which have no meaning on Linux.

use super::leaf::{Leaf, Source, text};
use super::{Root, Status, Value, network};
use crate::mdm::policy::{FirewallState, encrypted, firewall_state};

const BATTERIES: &str = "/sys/class/power_supply";

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/OS/Edition",
        // As Enterprise: what a server does not offer to Home editions it may offer here.
        source: Source::Read(|_, _| Ok(Value::Int(4))),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/OS/Mode",
        source: Source::Read(|_, _| Ok(Value::Int(0))),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/NetworkIdentifiers/{mac}/IPAddressV4",
        source: Source::Read(|view, mac| {
            text(network::with(view.root, mac).map(|net| net.ipv4.join(",")))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/NetworkIdentifiers/{mac}/IPAddressV6",
        source: Source::Read(|view, mac| {
            text(network::with(view.root, mac).map(|net| net.ipv6.join(",")))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/NetworkIdentifiers/{mac}/IsConnected",
        source: Source::Read(|view, mac| {
            network::with(view.root, mac)
                .map(|net| Value::Bool(net.is_connected))
                .ok_or(Status::NOT_FOUND)
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/NetworkIdentifiers/{mac}/Type",
        // 1 LAN, 2 WLAN.
        source: Source::Read(|view, mac| {
            network::with(view.root, mac)
                .map(|net| Value::Int(if net.is_wireless { 2 } else { 1 }))
                .ok_or(Status::NOT_FOUND)
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance",
        // 0 not encrypted, 1 encrypted.
        source: Source::Read(|view, _| Ok(Value::Int(encrypted(view.root).into()))),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/Firewall/Status",
        // 0 on, 1 off, 4 there is none that is known.
        source: Source::Read(|view, _| {
            Ok(Value::Int(match firewall_state(view.root) {
                FirewallState::On(_) => 0,
                FirewallState::Off(_) => 1,
                FirewallState::Missing => 4,
            }))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/TPM/SpecificationVersion",
        source: Source::Read(|view, _| text(tpm(view.root))),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/DomainName",
        source: Source::Read(|_, _| Ok(Value::Text(String::new()))),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/Battery/Status",
        // 0 full or fit, 1 charging, 2 discharging; -1 there is none: mains only.
        source: Source::Read(|view, _| {
            Ok(Value::Int(battery(view.root, "status").map_or(
                -1,
                |word| match word.as_str() {
                    "Charging" => 1,
                    "Discharging" => 2,
                    _ => 0,
                },
            )))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/Battery/EstimatedChargeRemaining",
        // Per cent; 0 without a battery.
        source: Source::Read(|view, _| {
            Ok(Value::Int(
                battery(view.root, "capacity")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0),
            ))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DeviceStatus/Battery/EstimatedRuntime",
        // Minutes; -1 on mains or where the battery does not say.
        source: Source::Read(|view, _| Ok(Value::Int(runtime(view.root).unwrap_or(-1)))),
    },
];

/// `2.0`, `1.2`; kernels before 5.6 do not tell.
fn tpm(root: &Root) -> Option<String> {
    match root.number("/sys/class/tpm/tpm0/tpm_version_major")? {
        2 => Some("2.0".into()),
        1 => Some("1.2".into()),
        _ => None,
    }
}

/// An attribute of the first battery of the machine itself, not of its mouse.
fn battery(root: &Root, attribute: &str) -> Option<String> {
    root.names(BATTERIES).into_iter().find_map(|name| {
        let at = |attribute: &str| root.text(&format!("{BATTERIES}/{name}/{attribute}"));
        let own = at("type")? == "Battery" && at("scope").is_none_or(|scope| scope == "System");
        own.then(|| at(attribute)).flatten()
    })
}

fn runtime(root: &Root) -> Option<i64> {
    let number = |attribute| battery(root, attribute)?.parse::<i64>().ok();
    if battery(root, "status")? != "Discharging" {
        return None;
    }
    let (left, rate) = match (number("energy_now"), number("power_now")) {
        (Some(left), Some(rate)) => (left, rate),
        _ => (number("charge_now")?, number("current_now")?),
    };
    left.checked_mul(60)?.checked_div(rate)
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, chr, uri};
    use super::*;

    const AT: &str = "./Vendor/MSFT/DeviceStatus";

    fn get(machine: &Machine, name: &str) -> Result<Value, Status> {
        machine.tree().get(&uri(&format!("{AT}/{name}")))
    }

    /// A laptop on its battery.
    #[test]
    fn a_battery_is_told() {
        let machine = Machine::new()
            .with("/sys/class/power_supply/AC/type", "Mains\n")
            .with("/sys/class/power_supply/AC/status", "Charging\n")
            .with("/sys/class/power_supply/A-mouse/type", "Battery\n")
            .with("/sys/class/power_supply/A-mouse/scope", "Device\n")
            .with("/sys/class/power_supply/A-mouse/capacity", "5\n")
            .with("/sys/class/power_supply/BAT0/type", "Battery\n")
            .with("/sys/class/power_supply/BAT0/status", "Discharging\n")
            .with("/sys/class/power_supply/BAT0/capacity", "80\n")
            .with("/sys/class/power_supply/BAT0/energy_now", "40000000\n")
            .with("/sys/class/power_supply/BAT0/power_now", "10000000\n");
        assert_eq!(get(&machine, "Battery/Status"), Ok(Value::Int(2)));
        assert_eq!(
            get(&machine, "Battery/EstimatedChargeRemaining"),
            Ok(Value::Int(80))
        );
        assert_eq!(
            get(&machine, "Battery/EstimatedRuntime"),
            Ok(Value::Int(240))
        );
        let mains = Machine::new();
        assert_eq!(get(&mains, "Battery/Status"), Ok(Value::Int(-1)));
        assert_eq!(get(&mains, "Battery/EstimatedRuntime"), Ok(Value::Int(-1)));
    }

    #[test]
    fn the_tpm_tells_its_version() {
        let machine = Machine::new();
        let node = "TPM/SpecificationVersion";
        assert_eq!(get(&machine, node), Err(Status::NOT_FOUND));
        machine.put("/sys/class/tpm/tpm0/tpm_version_major", "2\n");
        assert_eq!(get(&machine, node), Ok(chr("2.0")));
    }

    /// What a server judges by, on a machine that has nothing of it.
    #[test]
    fn a_bare_machine_is_not_protected() {
        let machine = Machine::new();
        assert_eq!(
            get(&machine, "Compliance/EncryptionCompliance"),
            Ok(Value::Int(0))
        );
        assert_eq!(get(&machine, "Firewall/Status"), Ok(Value::Int(4)));
        machine.put("/etc/ufw/ufw.conf", "ENABLED=no\n");
        assert_eq!(get(&machine, "Firewall/Status"), Ok(Value::Int(1)));
    }
}
