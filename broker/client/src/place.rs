//! Names and places that the small programs agree on. Source: `docs/protocol.md`, "Names and places".

/// The daemon's socket on an installed machine.
pub const SOCKET: &str = "/run/dovetail/dovetail.sock";

/// The user that the daemon runs as.
pub const DAEMON_USER: &str = "dovetail";

/// The native-messaging host's name: what extensions connect to and what manifests are called.
pub const HOST_NAME: &str = "dovetail.host";

/// The extension's id in Firefox and its kin.
pub const GECKO_ID: &str = "dovetail@extension";

/// The extension's id in Chromium and its kin, computed at build time from `key` in `extension/manifest.json`.
/// Empty, and so nobody's, in a tree without that file.
pub const CHROMIUM_ID: &str = env!("DOVETAIL_CHROMIUM_ID");

/// The name that the linux-entra-sso project's extension connects to.
pub const ENTRA_HOST_NAME: &str = "linux_entra_sso";

/// That extension's id in the Chrome Web Store.
pub const ENTRA_CHROMIUM_ID: &str = "jlnfnnolkbjieggibinobhkjdfbpcohn";

/// That extension's ids in Firefox and in Thunderbird.
pub const ENTRA_GECKO_IDS: [&str; 2] = ["linux-entra-sso@example.com", "@linux-entra-sso.tb"];

/// Further Chromium extensions that an administrator allows, one id a line. Believed only when root alone can write it.
pub const ALLOWED_EXTENSIONS: &str = "/etc/dovetail/allowed-extensions";

/// Whether `id` has the form of a Chromium extension id: 32 letters from `a` to `p`.
pub fn is_chromium_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| (b'a'..=b'p').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_id_is_one() {
        assert!(CHROMIUM_ID.is_empty() || is_chromium_id(CHROMIUM_ID));
    }

    #[test]
    fn an_id_is_32_letters_from_a_to_p() {
        assert!(is_chromium_id(&"ap".repeat(16)));
        for bad in ["", "*", &"a".repeat(31), &"q".repeat(32), &"A".repeat(32)] {
            assert!(!is_chromium_id(bad), "{bad}");
        }
    }
}
