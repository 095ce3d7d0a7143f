//! What this machine says of itself on enrollment (reference §1.7). The type is the one that every server knows; the
//! rest is true of this Linux.

use super::node;

/// `DeviceType`: servers refuse values they do not know (reference §1.5).
pub const DEVICE_TYPE: &str = "CIMClient_Windows";
/// `OSEdition`: 4, "Enterprise".
pub const EDITION: &str = "4";

/// The kernel's version as a dotted quad, `6.1.0.0`: `ApplicationVersion` and `OSVersion`.
pub fn version() -> String {
    quad(&rustix::system::uname().release().to_string_lossy())
}

fn quad(release: &str) -> String {
    let mut numbers: Vec<&str> = release
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .take(3)
        .collect();
    numbers.resize(4, "0");
    numbers.join(".")
}

/// `HWDevID`, as the tree tells it too: the same for this installation each time, and of no use to find it by anything else.
pub fn hardware_id() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    node::hidden(id.trim())
}

/// `Locale`: `de-DE` out of `LANG=de_DE.UTF-8`, else `en-US`.
pub fn locale() -> String {
    let lang = std::env::var("LANG").unwrap_or_default();
    let name = lang.split('.').next().unwrap_or_default().replace('_', "-");
    let good = name.len() == 5 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    if good { name } else { "en-US".into() }
}

/// `MAC`, once for each interface that has one: `00-11-22-33-44-55`.
pub fn macs() -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.ok()?.path().join("address")).ok()?;
            let text = text.trim().replace(':', "-").to_ascii_uppercase();
            (text.len() == 17 && text != "00-00-00-00-00-00").then_some(text)
        })
        .take(8)
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_versions_become_quads() {
        for (release, quad_) in [
            ("6.1.0-18-amd64", "6.1.0.0"),
            ("6.8", "6.8.0.0"),
            ("5.15.167.4-microsoft-standard-WSL2", "5.15.167.0"),
            ("", "0.0.0.0"),
        ] {
            assert_eq!(quad(release), quad_);
        }
        assert_eq!(hardware_id().len(), 64);
    }
}
