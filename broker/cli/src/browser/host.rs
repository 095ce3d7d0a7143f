//! The names under which browsers can start the host, and for whom.

use dovetail_client::place::{
    CHROMIUM_ID, ENTRA_CHROMIUM_ID, ENTRA_GECKO_IDS, ENTRA_HOST_NAME, GECKO_ID, HOST_NAME,
};

/// A name of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// For our own extension.
    Dovetail,
    /// For that of the linux-entra-sso project.
    LinuxEntraSso,
}

impl Host {
    /// Each.
    pub(crate) const ALL: [Self; 2] = [Self::Dovetail, Self::LinuxEntraSso];

    /// What the extension connects to, and the manifest's file is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dovetail => HOST_NAME,
            Self::LinuxEntraSso => ENTRA_HOST_NAME,
        }
    }

    /// For people.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Dovetail => "Dovetail: joins this device to your organisation",
            Self::LinuxEntraSso => "Dovetail: single sign-on for the linux-entra-sso extension",
        }
    }

    /// The extension's id in Chromium; empty in a build that knows none.
    pub(crate) fn chromium_id(self) -> &'static str {
        match self {
            Self::Dovetail => CHROMIUM_ID,
            Self::LinuxEntraSso => ENTRA_CHROMIUM_ID,
        }
    }

    /// The extension's ids in Firefox and its kin.
    pub(crate) fn gecko_ids(self) -> Vec<String> {
        match self {
            Self::Dovetail => vec![GECKO_ID.to_owned()],
            Self::LinuxEntraSso => ENTRA_GECKO_IDS.map(ToOwned::to_owned).to_vec(),
        }
    }
}
