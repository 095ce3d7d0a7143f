//! The names this tenant answers to, and what each is for.

use std::net::SocketAddr;

/// What a host name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Sign-in, tokens, discovery of realms.
    Login,
    /// Device registration; asks for a client certificate.
    Drs,
    /// The page.
    Portal,
    /// Device authentication; asks for a client certificate.
    DeviceLogin,
    /// Directory API.
    Graph,
    /// Device management by machines; asks for a client certificate.
    Manage,
    /// Device management for people: terms of use, compliance.
    ManagePortal,
}

impl Role {
    /// Its name in the audit log.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Drs => "drs",
            Self::Portal => "portal",
            Self::DeviceLogin => "device_login",
            Self::Graph => "graph",
            Self::Manage => "manage",
            Self::ManagePortal => "manage_portal",
        }
    }
}

/// The lab's own domain: browsers resolve it to loopback by themselves.
pub(crate) const LAB_DOMAIN: &str = "dovetail.localhost";

/// Microsoft's names, for clients that cannot be told others.
const MICROSOFT: &[(&str, Role)] = &[
    ("login.microsoftonline.com", Role::Login),
    ("login.microsoft.com", Role::Login),
    ("login.windows.net", Role::Login),
    ("sts.windows.net", Role::Login),
    ("odc.officeapps.live.com", Role::Login),
    ("autologon.microsoftazuread-sso.com", Role::Login),
    ("enterpriseregistration.windows.net", Role::Drs),
    ("device.login.microsoftonline.com", Role::DeviceLogin),
    ("graph.microsoft.com", Role::Graph),
    ("graph.windows.net", Role::Graph),
    ("enrollment.manage.microsoft.com", Role::Manage),
    ("r.manage.microsoft.com", Role::Manage),
    ("portal.manage.microsoft.com", Role::ManagePortal),
];

/// All names, and the base URL of each role.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    names: Vec<(String, Role)>,
    /// `https://login.…[:port]`, without a final slash.
    pub(crate) login: String,
    /// Base URL of the registration service.
    pub(crate) drs: String,
    /// Base URL of the page's host.
    pub(crate) portal: String,
    /// Base URL of device authentication.
    pub(crate) device_login: String,
    /// Base URL of the directory API.
    pub(crate) graph: String,
    /// Base URL of device management.
    pub(crate) manage: String,
    /// Base URL of device management's pages for people.
    pub(crate) manage_portal: String,
}

impl Hosts {
    /// The lab's names, or Microsoft's, on the port of `address`.
    pub(crate) fn new(impersonate: bool, address: SocketAddr) -> Self {
        let port = if address.port() == 443 {
            String::new()
        } else {
            format!(":{}", address.port())
        };
        let base = |name: &str| format!("https://{name}{port}");
        let lab = |label: &str| format!("{label}.{LAB_DOMAIN}");
        if impersonate {
            return Self {
                names: MICROSOFT
                    .iter()
                    .map(|(name, role)| ((*name).to_owned(), *role))
                    .collect(),
                login: base("login.microsoftonline.com"),
                drs: base("enterpriseregistration.windows.net"),
                portal: base("login.microsoftonline.com"),
                device_login: base("device.login.microsoftonline.com"),
                graph: base("graph.microsoft.com"),
                manage: base("enrollment.manage.microsoft.com"),
                manage_portal: base("portal.manage.microsoft.com"),
            };
        }
        Self {
            names: vec![
                (lab("login"), Role::Login),
                (lab("enterpriseregistration"), Role::Drs),
                (lab("portal"), Role::Portal),
                (lab("device.login"), Role::DeviceLogin),
                (lab("graph"), Role::Graph),
                (lab("manage"), Role::Manage),
                (lab("portal.manage"), Role::ManagePortal),
            ],
            login: base(&lab("login")),
            drs: base(&lab("enterpriseregistration")),
            portal: base(&lab("portal")),
            device_login: base(&lab("device.login")),
            graph: base(&lab("graph")),
            manage: base(&lab("manage")),
            manage_portal: base(&lab("portal.manage")),
        }
    }

    /// The role of a host name (without port), in any case; `None` for a name that is not ours.
    pub(crate) fn role(&self, name: &str) -> Option<Role> {
        self.names
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, role)| *role)
    }

    /// The names of the sign-in host that clients take for one: with the port that this tenant is on.
    pub(crate) fn aliases(&self) -> Vec<String> {
        let base = self.login.trim_start_matches("https://");
        let port = base.split_once(':').map(|(_, port)| format!(":{port}"));
        let login = self.names.iter().filter(|(_, role)| *role == Role::Login);
        login
            .map(|(name, _)| format!("{name}{}", port.as_deref().unwrap_or_default()))
            .collect()
    }

    /// Every name, for the TLS certificate.
    pub(crate) fn names(&self) -> Vec<String> {
        self.names.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The sign-in host under another of its names, on the same port.
    pub(crate) fn under_name(&self, name: &str) -> String {
        let port = self
            .login
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or_else(String::new, |(_, port)| format!(":{port}"));
        format!("https://{name}{port}")
    }

    /// Whether the page stands on the sign-in host (Microsoft has no name for it).
    pub(crate) fn portal_on_login(&self) -> bool {
        self.portal == self.login
    }

    /// The management service as a resource of access tokens: scheme and host of the discovery address, with a final slash.
    pub(crate) fn mdm_resource(&self) -> String {
        format!("{}/", self.manage)
    }

    /// Where people come back to the management's pages from signing in.
    pub(crate) fn management_sign_in(&self) -> String {
        format!("{}{}", self.manage_portal, crate::mdm::SIGN_IN)
    }

    /// Where native programs let their codes go: an address of the sign-in host.
    pub(crate) fn native_client(&self) -> String {
        format!("{}/common/oauth2/nativeclient", self.login)
    }

    /// Where people type codes of other devices: an address of the sign-in host.
    pub(crate) fn device_code_page(&self) -> String {
        format!("{}/common/oauth2/deviceauth", self.login)
    }

    /// Where the page is.
    pub(crate) fn page(&self) -> String {
        format!("{}{}", self.portal, crate::portal::PATH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-24] Whatever port a client writes behind our name, addresses that we make carry our own.
    #[test]
    fn another_name_of_the_sign_in_host_keeps_our_port() {
        let at = |port| Hosts::new(false, SocketAddr::from(([127, 0, 0, 1], port)));
        assert_eq!(
            at(8443).under_name("login.windows.net"),
            "https://login.windows.net:8443"
        );
        assert_eq!(
            at(443).under_name("login.windows.net"),
            "https://login.windows.net"
        );
    }
}
