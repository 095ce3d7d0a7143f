//! The table. Sources: the browsers' documentation of native messaging, and the folders their packages make.

/// Which form of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `allowed_origins`
    Chromium,
    /// `allowed_extensions`
    Gecko,
}

/// What stands between the browser and a program outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sandbox {
    /// Nothing.
    None,
    /// The desktop's portal starts the host outside; manifests are the unconfined browser's.
    Portal,
    /// A wrapper beside the manifest asks the desktop to start the host outside.
    Flatpak {
        /// The application's id.
        app: &'static str,
    },
    /// No way out.
    Closed,
}

/// A folder of manifests below a person's home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserFolder {
    /// Below `$XDG_CONFIG_HOME`, or `~/.config`.
    Config(&'static str),
    /// Below the home folder.
    Home(&'static str),
}

/// One browser, or one channel of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Browser {
    /// For `--browser`.
    pub(crate) key: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    /// Which form of manifest.
    pub(crate) family: Family,
    /// Where a person's own manifests are.
    pub(crate) user: Option<UserFolder>,
    /// Where the machine's manifests are. Empty: it has no such place.
    pub(crate) system: &'static [&'static str],
    /// What stands in between.
    pub(crate) sandbox: Sandbox,
    /// What a person has to know, in sentences.
    pub(crate) note: Option<&'static str>,
}

impl Browser {
    /// The row with this key.
    pub(crate) fn by_key(key: &str) -> Option<&'static Self> {
        BROWSERS.iter().find(|browser| browser.key == key)
    }
}

const fn chromium(
    key: &'static str,
    title: &'static str,
    user: &'static str,
    system: &'static [&'static str],
) -> Browser {
    Browser {
        key,
        title,
        family: Family::Chromium,
        user: Some(UserFolder::Config(user)),
        system,
        sandbox: Sandbox::None,
        note: None,
    }
}

const fn flatpak(
    key: &'static str,
    title: &'static str,
    family: Family,
    app: &'static str,
    user: &'static str,
) -> Browser {
    Browser {
        key,
        title,
        family,
        user: Some(UserFolder::Home(user)),
        system: &[],
        sandbox: Sandbox::Flatpak { app },
        note: None,
    }
}

const CHROME: &[&str] = &["/etc/opt/chrome/native-messaging-hosts"];
const EDGE: &[&str] = &["/etc/opt/edge/native-messaging-hosts"];

/// Every browser that is known here.
pub(crate) const BROWSERS: &[Browser] = &[
    chromium(
        "chromium",
        "Chromium",
        "chromium/NativeMessagingHosts",
        &["/etc/chromium/native-messaging-hosts"],
    ),
    chromium(
        "chrome",
        "Google Chrome",
        "google-chrome/NativeMessagingHosts",
        CHROME,
    ),
    chromium(
        "chrome-beta",
        "Google Chrome Beta",
        "google-chrome-beta/NativeMessagingHosts",
        CHROME,
    ),
    chromium(
        "chrome-unstable",
        "Google Chrome Unstable",
        "google-chrome-unstable/NativeMessagingHosts",
        CHROME,
    ),
    chromium(
        "edge",
        "Microsoft Edge",
        "microsoft-edge/NativeMessagingHosts",
        EDGE,
    ),
    chromium(
        "edge-beta",
        "Microsoft Edge Beta",
        "microsoft-edge-beta/NativeMessagingHosts",
        EDGE,
    ),
    chromium(
        "edge-dev",
        "Microsoft Edge Dev",
        "microsoft-edge-dev/NativeMessagingHosts",
        EDGE,
    ),
    chromium(
        "brave",
        "Brave",
        "BraveSoftware/Brave-Browser/NativeMessagingHosts",
        &["/etc/brave/native-messaging-hosts"],
    ),
    Browser {
        note: Some("For the whole machine Vivaldi reads what Chrome and Chromium read."),
        ..chromium("vivaldi", "Vivaldi", "vivaldi/NativeMessagingHosts", &[])
    },
    chromium(
        "opera",
        "Opera",
        "opera/NativeMessagingHosts",
        &["/etc/opt/opera/native-messaging-hosts"],
    ),
    Browser {
        key: "firefox",
        title: "Firefox",
        family: Family::Gecko,
        user: Some(UserFolder::Home(".mozilla/native-messaging-hosts")),
        system: &[
            "/usr/lib/mozilla/native-messaging-hosts",
            "/usr/lib64/mozilla/native-messaging-hosts",
        ],
        sandbox: Sandbox::None,
        note: None,
    },
    Browser {
        key: "librewolf",
        title: "LibreWolf",
        family: Family::Gecko,
        user: Some(UserFolder::Home(".librewolf/native-messaging-hosts")),
        system: &["/usr/lib/librewolf/native-messaging-hosts"],
        sandbox: Sandbox::None,
        note: None,
    },
    Browser {
        key: "firefox-snap",
        title: "Firefox (Snap)",
        family: Family::Gecko,
        user: Some(UserFolder::Home(".mozilla/native-messaging-hosts")),
        system: &[],
        sandbox: Sandbox::Portal,
        note: Some(
            "Firefox as a Snap reads Firefox's own manifest through the desktop: it needs xdg-desktop-portal with the \
             WebExtensions portal, or xdg-native-messaging-proxy.",
        ),
    },
    Browser {
        key: "chromium-snap",
        title: "Chromium (Snap)",
        family: Family::Chromium,
        user: None,
        system: &[],
        sandbox: Sandbox::Closed,
        note: Some(
            "Chromium as a Snap cannot work: its sandbox neither starts programs outside of the Snap nor reaches the \
             Dovetail service, and has no portal for it. Use a Chromium or Chrome from a Debian package.",
        ),
    },
    flatpak(
        "firefox-flatpak",
        "Firefox (Flatpak)",
        Family::Gecko,
        "org.mozilla.firefox",
        ".var/app/org.mozilla.firefox/.mozilla/native-messaging-hosts",
    ),
    flatpak(
        "librewolf-flatpak",
        "LibreWolf (Flatpak)",
        Family::Gecko,
        "io.gitlab.librewolf-community",
        ".var/app/io.gitlab.librewolf-community/.librewolf/native-messaging-hosts",
    ),
    flatpak(
        "chromium-flatpak",
        "Chromium (Flatpak)",
        Family::Chromium,
        "org.chromium.Chromium",
        ".var/app/org.chromium.Chromium/config/chromium/NativeMessagingHosts",
    ),
    flatpak(
        "chrome-flatpak",
        "Google Chrome (Flatpak)",
        Family::Chromium,
        "com.google.Chrome",
        ".var/app/com.google.Chrome/config/google-chrome/NativeMessagingHosts",
    ),
    flatpak(
        "edge-flatpak",
        "Microsoft Edge (Flatpak)",
        Family::Chromium,
        "com.microsoft.Edge",
        ".var/app/com.microsoft.Edge/config/microsoft-edge/NativeMessagingHosts",
    ),
    flatpak(
        "brave-flatpak",
        "Brave (Flatpak)",
        Family::Chromium,
        "com.brave.Browser",
        ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
    ),
    flatpak(
        "vivaldi-flatpak",
        "Vivaldi (Flatpak)",
        Family::Chromium,
        "com.vivaldi.Vivaldi",
        ".var/app/com.vivaldi.Vivaldi/config/vivaldi/NativeMessagingHosts",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_stands_once() {
        for browser in BROWSERS {
            let same = BROWSERS.iter().filter(|other| other.key == browser.key);
            assert_eq!(same.count(), 1, "{}", browser.key);
        }
    }

    /// Held to a table that others made, where both know the browser.
    #[test]
    fn the_table_agrees_with_that_of_native_messaging() {
        use native_messaging::install::paths::{Scope, manifest_path};
        let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap());
        for key in [
            "chrome",
            "chromium",
            "edge",
            "brave",
            "vivaldi",
            "firefox",
            "librewolf",
        ] {
            let ours = Browser::by_key(key).unwrap();
            let folder = match ours.user.unwrap() {
                UserFolder::Config(folder) => home.join(".config").join(folder),
                UserFolder::Home(folder) => home.join(folder),
            };
            let theirs = manifest_path(key, Scope::User, "dovetail.host").unwrap();
            assert_eq!(folder.join("dovetail.host.json"), theirs, "{key}");
        }
    }
}
