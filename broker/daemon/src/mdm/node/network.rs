//! Network interfaces by their hardware addresses (twelve upper-case hex digits), out of sysfs and procfs: the daemon may not open netlink sockets.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Root;

const CLASS: &str = "/sys/class/net";

/// What is told of one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interface {
    /// Its IPv4 addresses.
    pub(super) ipv4: Vec<String>,
    /// Its IPv6 addresses.
    pub(super) ipv6: Vec<String>,
    /// Whether it carries traffic.
    pub(super) is_connected: bool,
    /// Whether it is a WLAN.
    pub(super) is_wireless: bool,
}

/// The hardware addresses of this machine: of its devices, or, where it shows none (containers), of every interface.
pub(super) fn macs(root: &Root) -> Vec<String> {
    let mut macs = Vec::new();
    for name in interfaces(root) {
        if let Some(mac) = mac(root, &name).filter(|mac| !macs.contains(mac)) {
            macs.push(mac);
        }
    }
    macs
}

/// The interface with this address.
pub(super) fn with(root: &Root, mac: &str) -> Option<Interface> {
    let name = interfaces(root)
        .into_iter()
        .find(|name| self::mac(root, name).as_deref() == Some(mac))?;
    let up = root.text(&format!("{CLASS}/{name}/operstate"))?;
    Some(Interface {
        ipv4: ipv4(root, &name).iter().map(Ipv4Addr::to_string).collect(),
        ipv6: ipv6(root, &name).iter().map(Ipv6Addr::to_string).collect(),
        is_connected: up == "up",
        is_wireless: root.has(&format!("{CLASS}/{name}/wireless"))
            || root.has(&format!("{CLASS}/{name}/phy80211")),
    })
}

fn interfaces(root: &Root) -> Vec<String> {
    let all: Vec<String> = root
        .names(CLASS)
        .into_iter()
        .filter(|name| mac(root, name).is_some())
        .collect();
    let devices: Vec<String> = all
        .iter()
        .filter(|name| root.has(&format!("{CLASS}/{name}/device")))
        .cloned()
        .collect();
    if devices.is_empty() { all } else { devices }
}

/// The address of an Ethernet-like interface (`ARPHRD_ETHER`).
fn mac(root: &Root, name: &str) -> Option<String> {
    if root.number(&format!("{CLASS}/{name}/type"))? != 1 {
        return None;
    }
    let mac = root
        .text(&format!("{CLASS}/{name}/address"))?
        .replace(':', "")
        .to_uppercase();
    let sound = mac.len() == 12 && mac.chars().all(|digit| digit.is_ascii_hexdigit());
    (sound && mac != "000000000000").then_some(mac)
}

/// `/proc/net/if_inet6`: 32 hex digits, four numbers, the interface's name.
fn ipv6(root: &Root, name: &str) -> Vec<Ipv6Addr> {
    let text = root.text("/proc/net/if_inet6").unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let address = u128::from_str_radix(fields.next()?, 16).ok()?;
            (fields.nth(4)? == name).then(|| Ipv6Addr::from(address))
        })
        .collect()
}

/// `/proc/net/fib_trie` has the machine's own addresses, without interfaces; `/proc/net/route` has the networks of each
/// interface. An address belongs to the interface in whose network it lies.
fn ipv4(root: &Root, name: &str) -> Vec<Ipv4Addr> {
    let networks = networks(root, name);
    let mut found: Vec<Ipv4Addr> = own_addresses(root)
        .into_iter()
        .filter(|address| {
            networks
                .iter()
                .any(|(network, mask)| address.to_bits() & mask == *network)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Networks without a gateway, as network and mask.
fn networks(root: &Root, name: &str) -> Vec<(u32, u32)> {
    let text = root.text("/proc/net/route").unwrap_or_default();
    // The kernel prints the numbers as they lie in memory.
    let number = |text: &str| u32::from_str_radix(text, 16).ok().map(u32::to_be);
    text.lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [interface, network, gateway, _, _, _, _, mask, ..] = fields.as_slice() else {
                return None;
            };
            let (network, mask) = (number(network)?, number(mask)?);
            (*interface == name && number(gateway)? == 0 && mask != 0).then_some((network, mask))
        })
        .collect()
}

fn own_addresses(root: &Root) -> Vec<Ipv4Addr> {
    let text = root.text("/proc/net/fib_trie").unwrap_or_default();
    let mut found = Vec::new();
    let mut last = None;
    for line in text.lines() {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL"
            && let Some(address) = last
        {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::super::test::{Machine, uri};
    use super::*;

    const TRIE: &str = "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.1.2.0\n        /24 link UNICAST\n     |-- 10.1.2.3\n        /32 host LOCAL\n     |-- 10.1.2.255\n        /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.168.7.9\n        /32 host LOCAL\n";
    const ROUTE: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
        eth0\t00000000\t0102010A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
        eth0\t0002010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
        wlan0\t0007A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n";

    fn machine() -> Machine {
        let machine = Machine::new()
            .with("/proc/net/fib_trie", TRIE)
            .with("/proc/net/route", ROUTE)
            .with(
                "/proc/net/if_inet6",
                "fe80000000000000021122fffe334455 02 40 20 80     eth0\n\
                 00000000000000000000000000000001 01 80 10 80       lo\n",
            );
        for (name, mac, kind, state) in [
            ("lo", "00:00:00:00:00:00", "772", "unknown"),
            ("eth0", "00:11:22:33:44:55", "1", "up"),
            ("wlan0", "aa:bb:cc:dd:ee:ff", "1", "down"),
            ("docker0", "02:42:00:00:00:01", "1", "down"),
        ] {
            machine.put(&format!("{CLASS}/{name}/address"), mac);
            machine.put(&format!("{CLASS}/{name}/type"), kind);
            machine.put(&format!("{CLASS}/{name}/operstate"), state);
        }
        machine.put(&format!("{CLASS}/eth0/device/vendor"), "");
        machine.put(&format!("{CLASS}/wlan0/device/vendor"), "");
        machine.put(&format!("{CLASS}/wlan0/phy80211/name"), "");
        machine
    }

    /// The devices, not the bridge; each with its own addresses.
    #[test]
    fn interfaces_are_told_by_their_hardware_address() {
        let machine = machine();
        let mut tree = machine.tree();
        let at = "./Vendor/MSFT/DeviceStatus/NetworkIdentifiers";
        let Ok(Value::Node(macs)) = tree.get(&uri(at)) else {
            panic!("no interfaces");
        };
        assert_eq!(macs, ["001122334455", "AABBCCDDEEFF"]);
        let mut get = |path: &str| tree.get(&uri(&format!("{at}/{path}"))).unwrap().data();
        assert_eq!(get("001122334455/IPAddressV4"), "10.1.2.3");
        assert_eq!(get("001122334455/IPAddressV6"), "fe80::211:22ff:fe33:4455");
        assert_eq!(get("001122334455/IsConnected"), "true");
        assert_eq!(get("001122334455/Type"), "1");
        assert_eq!(get("aabbccddeeff/Type"), "2");
        assert_eq!(get("aabbccddeeff/IPAddressV4"), "192.168.7.9");
        assert_eq!(get("aabbccddeeff/IPAddressV6"), "");
    }

    /// A container shows no devices; then its interfaces are told.
    #[test]
    fn without_devices_every_interface_counts() {
        let machine = Machine::new()
            .with(&format!("{CLASS}/eth0/address"), "02:00:00:00:00:01")
            .with(&format!("{CLASS}/eth0/type"), "1");
        assert_eq!(macs(&machine.root()), ["020000000001"]);
    }
}
