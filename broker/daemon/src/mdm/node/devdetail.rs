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
    use super::*;

    #[test]
    fn architectures_have_the_numbers_of_windows() {
        assert_eq!(architecture("x86_64"), Ok((9, 8664)));
        assert_eq!(architecture("aarch64").map(|pair| pair.0), Ok(12));
        assert_eq!(architecture("riscv64"), Err(Status::NOT_FOUND));
    }
}
