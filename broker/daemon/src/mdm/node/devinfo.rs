//! `./DevInfo`: who this device is (OMA-DM standardized objects §5.3.2). Sent in each session; nobody sets it.

use super::leaf::{Leaf, Source, text};
use super::{Root, Value};

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "DevInfo/DevId",
        source: Source::Read(|view, _| Ok(Value::Text(view.facts.device_id.clone()))),
    },
    Leaf {
        path: "DevInfo/Man",
        source: Source::Read(|view, _| Ok(Value::Text(maker(view.root)))),
    },
    Leaf {
        path: "DevInfo/Mod",
        source: Source::Read(|view, _| Ok(Value::Text(model(view.root)))),
    },
    Leaf {
        path: "DevInfo/DmV",
        source: Source::Read(|_, _| text(Some("1.3".into()))),
    },
    Leaf {
        path: "DevInfo/Lang",
        source: Source::Read(|view, _| Ok(Value::Text(language(view.root)))),
    },
];

/// Who made it, as the firmware says; `Unknown` where there is no such firmware (ARM boards, containers).
pub(super) fn maker(root: &Root) -> String {
    root.word("/sys/class/dmi/id/sys_vendor")
        .or_else(|| root.word("/sys/class/dmi/id/board_vendor"))
        .unwrap_or_else(|| "Unknown".into())
}

/// Its model: from DMI, or from the device tree.
pub(super) fn model(root: &Root) -> String {
    root.word("/sys/class/dmi/id/product_name")
        .or_else(|| root.word("/sys/class/dmi/id/board_name"))
        .or_else(|| root.word("/proc/device-tree/model"))
        .unwrap_or_else(|| "Unknown".into())
}

/// The system's language as a tag: `de_DE.UTF-8` is `de-DE`; `C` is taken for American English.
fn language(root: &Root) -> String {
    ["/etc/locale.conf", "/etc/default/locale"]
        .iter()
        .find_map(|file| root.assigned(file, "LANG"))
        .and_then(|lang| Some(lang.split(['.', '@']).next()?.replace('_', "-")))
        .filter(|tag| !matches!(tag.as_str(), "" | "C" | "POSIX"))
        .unwrap_or_else(|| "en-US".into())
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, chr, uri};

    /// A laptop with its firmware's words, in German; and a board that has a device tree only.
    #[test]
    fn the_firmware_names_the_device() {
        let laptop = Machine::new()
            .with("/sys/class/dmi/id/sys_vendor", "LENOVO\n")
            .with("/sys/class/dmi/id/product_name", "21HMCTO1WW\n")
            .with("/etc/default/locale", "LANG=\"de_DE.UTF-8\"\n");
        let board = Machine::new()
            .with("/sys/class/dmi/id/sys_vendor", "To Be Filled By O.E.M.\n")
            .with("/proc/device-tree/model", "Raspberry Pi 5\0")
            .with("/etc/locale.conf", "LANG=C.UTF-8\n");
        for (machine, man, model, lang) in [
            (&laptop, "LENOVO", "21HMCTO1WW", "de-DE"),
            (&board, "Unknown", "Raspberry Pi 5", "en-US"),
            (&Machine::new(), "Unknown", "Unknown", "en-US"),
        ] {
            let mut tree = machine.tree();
            assert_eq!(tree.get(&uri("./DevInfo/Man")), Ok(chr(man)));
            assert_eq!(tree.get(&uri("./DevInfo/Mod")), Ok(chr(model)));
            assert_eq!(tree.get(&uri("./DevInfo/Lang")), Ok(chr(lang)));
            assert_eq!(tree.get(&uri("./DevInfo/DmV")), Ok(chr("1.3")));
        }
    }
}
