//! `./Device/Vendor/MSFT/DeviceManageability/Capabilities`: which subtrees are here.

use std::fmt::Write;

use super::Value;
use super::leaf::{Leaf, Source};

/// Subtrees with the version of what was built.
const SUBTREES: &[&str] = &[
    "./DevInfo",
    "./DevDetail",
    "./Device/Vendor/MSFT/BitLocker",
    "./Device/Vendor/MSFT/DeviceManageability",
    "./Device/Vendor/MSFT/DeviceStatus",
    "./Device/Vendor/MSFT/DMClient",
    "./Device/Vendor/MSFT/Firewall",
    "./Device/Vendor/MSFT/NodeCache",
    "./Device/Vendor/MSFT/PassportForWork",
    "./Device/Vendor/MSFT/Policy",
    "./Device/Vendor/MSFT/Reboot",
    "./Device/Vendor/MSFT/RemoteLock",
    "./Device/Vendor/Dovetail",
];

pub(super) const LEAVES: &[Leaf] = &[Leaf {
    path: "Vendor/MSFT/DeviceManageability/Capabilities/CSPVersions",
    source: Source::Read(|_, _| Ok(Value::Xml(versions()))),
}];

fn versions() -> String {
    let mut xml = String::from(r#"<?xml version="1.0" encoding="utf-8"?><CSPVersions>"#);
    for subtree in SUBTREES {
        // Writing to a string does not fail.
        write!(xml, r#"<CSP Node="{subtree}" Version="1.0"/>"#).ok();
    }
    xml.push_str("</CSPVersions>");
    xml
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, uri};
    use super::*;

    /// What is said to be here is here.
    #[test]
    fn each_subtree_is_there() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        for subtree in SUBTREES {
            assert!(
                matches!(tree.get(&uri(subtree)), Ok(Value::Node(children)) if !children.is_empty()),
                "{subtree}"
            );
        }
    }
}
