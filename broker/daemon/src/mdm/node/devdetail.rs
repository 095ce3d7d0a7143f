//! `./DevDetail`: what this device is made of. Sent only when asked for; nobody sets it.

use std::path::Path;

use super::devinfo::{maker, model};
use super::leaf::{Leaf, Source, text};
use super::{Root, Status, Value, machine};

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "DevDetail/SwV",
        source: Source::Read(|view, _| text(machine::system_version(view.root))),
    },
    Leaf {
        path: "DevDetail/FwV",
        source: Source::Read(|view, _| text(view.root.word("/sys/class/dmi/id/bios_version"))),
    },
    Leaf {
        path: "DevDetail/HwV",
        source: Source::Read(|view, _| {
            text(
                view.root
                    .word("/sys/class/dmi/id/product_version")
                    .or_else(|| view.root.word("/sys/class/dmi/id/board_version")),
            )
        }),
    },
    Leaf {
        path: "DevDetail/OEM",
        source: Source::Read(|view, _| Ok(Value::Text(maker(view.root)))),
    },
    Leaf {
        path: "DevDetail/DevTyp",
        source: Source::Read(|view, _| Ok(Value::Text(kind(view.root)))),
    },
    Leaf {
        path: "DevDetail/LrgObj",
        source: Source::Read(|_, _| Ok(Value::Bool(false))),
    },
    Leaf {
        path: "DevDetail/URI/MaxDepth",
        source: Source::Read(|_, _| Ok(Value::Int(32))),
    },
    Leaf {
        path: "DevDetail/URI/MaxTotLen",
        source: Source::Read(|_, _| Ok(Value::Int(4096))),
    },
    Leaf {
        path: "DevDetail/URI/MaxSegLen",
        source: Source::Read(|_, _| Ok(Value::Int(0))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/MobileID",
        source: Source::Read(|_, _| text(Some("Not Present".into()))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/Resolution",
        source: Source::Read(|_, _| text(Some("Not Present".into()))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/LocalTime",
        source: Source::Read(|view, _| text(Some(view.facts.now.to_string()))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/DeviceName",
        source: Source::Read(|view, _| Ok(Value::Text(view.facts.device_name.clone()))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/DNSComputerName",
        source: Source::Read(|view, _| Ok(Value::Text(machine::host_name(view.root)))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/OSPlatform",
        source: Source::Read(|view, _| Ok(Value::Text(machine::system_name(view.root)))),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/ProcessorArchitecture",
        source: Source::Read(|_, _| {
            architecture(&machine::architecture()).map(|(number, _)| Value::Int(number))
        }),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/ProcessorType",
        source: Source::Read(|_, _| {
            architecture(&machine::architecture()).map(|(_, number)| Value::Int(number))
        }),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/TotalRAM",
        source: Source::Read(|view, _| memory(view.root).map(Value::Int).ok_or(Status::NOT_FOUND)),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/TotalStorage",
        source: Source::Read(|view, _| {
            storage(&view.root.at("/"))
                .map(Value::Int)
                .ok_or(Status::NOT_FOUND)
        }),
    },
    Leaf {
        path: "DevDetail/Ext/Microsoft/SMBIOSSerialNumber",
        // Readable by root only on most machines; then it is not told.
        source: Source::Read(|view, _| text(view.root.word("/sys/class/dmi/id/product_serial"))),
    },
];

/// Kind of the case (SMBIOS 3.6 §7.4.1), or a virtual machine by the name of its maker.
fn kind(root: &Root) -> String {
    const HYPERVISORS: &[&str] = &["QEMU", "VMware", "innotek", "Xen", "Amazon EC2", "Google"];
    let maker = maker(root);
    let virtual_by_model = ["Virtual Machine", "KVM", "VirtualBox"]
        .iter()
        .any(|word| model(root).contains(word));
    if virtual_by_model || HYPERVISORS.iter().any(|word| maker.starts_with(word)) {
        return "Virtual machine".into();
    }
    match root.number("/sys/class/dmi/id/chassis_type") {
        Some(8..=10 | 14 | 31 | 32) => "Laptop",
        Some(11 | 30) => "Tablet",
        Some(17 | 23 | 25 | 28) => "Server",
        Some(3..=7 | 13 | 15 | 16 | 24 | 35) => "Desktop",
        _ => "Unknown",
    }
    .into()
}

/// `PROCESSOR_ARCHITECTURE_…` and `PROCESSOR_…` of the Windows headers; 404 for what those do not know.
fn architecture(name: &str) -> Result<(i64, i64), Status> {
    match name {
        "x86_64" => Ok((9, 8664)),
        "i386" | "i586" | "i686" => Ok((0, 586)),
        "aarch64" => Ok((12, 0)),
        "armv6l" | "armv7l" | "armv8l" => Ok((5, 1824)),
        _ => Err(Status::NOT_FOUND),
    }
}

/// MB of memory.
fn memory(root: &Root) -> Option<i64> {
    let text = root.text("/proc/meminfo")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024)
}

/// MB of the file system of the root directory.
fn storage(root: &Path) -> Option<i64> {
    let stat = rustix::fs::statvfs(root).ok()?;
    let bytes = stat.f_frsize.checked_mul(stat.f_blocks)?;
    i64::try_from(bytes / (1024 * 1024)).ok()
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, chr, uri};
    use super::*;

    #[test]
    fn architectures_have_the_numbers_of_windows() {
        assert_eq!(architecture("x86_64"), Ok((9, 8664)));
        assert_eq!(architecture("aarch64").map(|pair| pair.0), Ok(12));
        assert_eq!(architecture("riscv64"), Err(Status::NOT_FOUND));
    }

    /// What the files of a machine say is what the service hears, in the format of each node.
    #[test]
    fn details_come_from_the_machine() {
        let machine = Machine::new()
            .with("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
            .with("/sys/class/dmi/id/product_name", "Latitude\n")
            .with("/sys/class/dmi/id/product_version", "Not Specified\n")
            .with("/sys/class/dmi/id/board_version", "A01\n")
            .with("/sys/class/dmi/id/bios_version", "1.20.1\n")
            .with("/sys/class/dmi/id/chassis_type", "10\n")
            .with(
                "/proc/meminfo",
                "MemTotal:       16123456 kB\nMemFree: 1 kB\n",
            )
            .with("/proc/sys/kernel/hostname", "lab-1.contoso.test\n")
            .with(
                "/etc/os-release",
                "PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nVERSION_ID=\"24.04\"\n",
            );
        let mut tree = machine.tree();
        let mut get = |name: &str| tree.get(&uri(&format!("./DevDetail/{name}")));
        for (name, value) in [
            ("SwV", chr("24.04")),
            ("FwV", chr("1.20.1")),
            ("HwV", chr("A01")),
            ("OEM", chr("Dell Inc.")),
            ("DevTyp", chr("Laptop")),
            ("LrgObj", Value::Bool(false)),
            ("URI/MaxTotLen", Value::Int(4096)),
            ("Ext/Microsoft/OSPlatform", chr("Ubuntu 24.04.1 LTS")),
            ("Ext/Microsoft/DNSComputerName", chr("lab-1.contoso.test")),
            ("Ext/Microsoft/DeviceName", chr("lab-1")),
            ("Ext/Microsoft/LocalTime", chr("2016-01-09T02:02:12Z")),
            ("Ext/Microsoft/TotalRAM", Value::Int(15745)),
            ("Ext/Microsoft/MobileID", chr("Not Present")),
        ] {
            assert_eq!(get(name), Ok(value), "{name}");
        }
        assert!(matches!(get("Ext/Microsoft/TotalStorage"), Ok(Value::Int(size)) if size > 0));
        assert_eq!(
            get("Ext/Microsoft/SMBIOSSerialNumber"),
            Err(Status::NOT_FOUND)
        );
    }

    /// A system that rolls has no version; a virtual machine is called one.
    #[test]
    fn systems_without_a_version_tell_what_they_have() {
        let rolling = Machine::new()
            .with("/etc/os-release", "ID=arch\nBUILD_ID=rolling\n")
            .with("/proc/sys/kernel/osrelease", "6.12.1-arch1-1\n")
            .with("/sys/class/dmi/id/sys_vendor", "QEMU\n");
        let mut tree = rolling.tree();
        assert_eq!(tree.get(&uri("./DevDetail/SwV")), Ok(chr("6.12.1-arch1-1")));
        assert_eq!(
            tree.get(&uri("./DevDetail/DevTyp")),
            Ok(chr("Virtual machine"))
        );
    }
}
