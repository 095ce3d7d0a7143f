//! The first-party resources, how they are named, and which client may have tokens for which.

use dovetail_shared::id::well_known::{DEVICE_REGISTRATION, DRS_RESOURCE};

use crate::hosts::Hosts;

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Becomes `aud`.
    pub(crate) audience: String,
    /// Becomes `scp`.
    pub(crate) scope: &'static str,
}

/// Why there is no token for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ResourceError {
    /// AADSTS500011
    #[error("The resource was not found in the directory.")]
    Unknown,
    /// AADSTS65002
    #[error("The application is not authorised for the resource.")]
    NotForClient,
}

impl ResourceError {
    /// RFC 6749 word and AADSTS number.
    pub(crate) fn words(self) -> (&'static str, u32) {
        match self {
            Self::Unknown => ("invalid_resource", 500_011),
            Self::NotForClient => ("invalid_client", 65_002),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    Registration,
    Management,
    Graph,
}

/// Everybody may ask for Graph; these may ask for more.
const MORE: &[(&str, &[Service])] = &[
    // Microsoft Authentication Broker
    (
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        &[Service::Registration, Service::Management],
    ),
    // Device Registration Client
    (
        "dd762716-544d-4aeb-a526-687b73838a22",
        &[Service::Registration],
    ),
    // AAD Broker Plug-in
    (
        "38aa3b87-a06d-4817-b275-7a316988d93b",
        &[Service::Registration],
    ),
    // Linux broker
    (
        "b743a22d-6705-4147-8670-d92fa515ee2b",
        &[Service::Registration, Service::Management],
    ),
    // Company Portal
    (
        "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223",
        &[Service::Registration, Service::Management],
    ),
];

/// Who may do in the directory whatever the person may: the brokers, and Azure CLI.
const DIRECTORY: &[&str] = &[
    "29d9ed98-a469-4536-ade2-f981bc1d605e",
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    "b743a22d-6705-4147-8670-d92fa515ee2b",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
];

const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";
const GRAPH_NAME: &str = "https://graph.microsoft.com";

/// The resource that a request means, by `resource` (v1.0) or by the first word of `scope` that is an address with a
/// permission behind it (v2.0: `01cb2876-…/.default`). Graph where neither says anything.
pub(crate) fn resource(
    hosts: &Hosts,
    client_id: &str,
    resource: Option<&str>,
    scope: Option<&str>,
) -> Result<Resource, ResourceError> {
    let asked = resource.or_else(|| {
        let words = scope?.split(' ');
        words
            .filter_map(|word| word.rsplit_once('/'))
            .map(|(name, _)| name)
            .next()
    });
    let (service, audience) = find(hosts, asked.unwrap_or(GRAPH_NAME))?;
    let allowed = service == Service::Graph
        || MORE
            .iter()
            .any(|(client, services)| *client == client_id && services.contains(&service));
    if !allowed {
        return Err(ResourceError::NotForClient);
    }
    let scope = match service {
        Service::Registration => "user_impersonation",
        Service::Management => "mdm_delegation",
        Service::Graph if DIRECTORY.contains(&client_id) => "Directory.AccessAsUser.All User.Read",
        Service::Graph => "User.Read",
    };
    Ok(Resource { audience, scope })
}

/// Service and audience. A final slash does not count; letter case does not either, as names are host names, GUIDs and URNs.
fn find(hosts: &Hosts, name: &str) -> Result<(Service, String), ResourceError> {
    let bare = name.strip_suffix('/').unwrap_or(name);
    let is = |other: &str| bare.eq_ignore_ascii_case(other);
    if is(DRS_RESOURCE) {
        Ok((Service::Registration, DRS_RESOURCE.to_owned()))
    } else if is(&DEVICE_REGISTRATION.to_string()) {
        Ok((Service::Registration, DEVICE_REGISTRATION.to_string()))
    } else if is(&hosts.manage) {
        Ok((Service::Management, hosts.mdm_resource()))
    } else if is(&hosts.graph) || is(GRAPH_NAME) || is(GRAPH_ID) {
        Ok((Service::Graph, GRAPH_NAME.to_owned()))
    } else {
        Err(ResourceError::Unknown)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";

    fn hosts() -> Hosts {
        Hosts::new(false, std::net::SocketAddr::from(([127, 0, 0, 1], 8443)))
    }

    #[test]
    fn a_resource_is_found_by_each_of_its_names() {
        let hosts = hosts();
        let found = |name: Option<&str>, scope: Option<&str>| {
            resource(&hosts, BROKER, name, scope).map(|found| found.audience)
        };
        let manage = "https://manage.dovetail.localhost:8443/";
        assert_eq!(found(Some(manage), None).unwrap(), manage);
        assert_eq!(
            found(Some("https://manage.dovetail.localhost:8443"), None).unwrap(),
            manage
        );
        assert_eq!(
            found(
                None,
                Some(
                    "openid offline_access urn:ms-drs:enterpriseregistration.windows.net/.default"
                )
            )
            .unwrap(),
            DRS_RESOURCE
        );
        assert_eq!(
            found(None, Some("openid")).unwrap(),
            "https://graph.microsoft.com"
        );
        for unknown in [
            "https://manage.dovetail.localhost:8444/",
            "https://manage.dovetail.localhost:8443//",
            "https://manage.dovetail.localhost.evil:8443/",
            "x",
        ] {
            assert_eq!(found(Some(unknown), None), Err(ResourceError::Unknown));
        }
    }

    #[test]
    fn a_client_gets_only_its_own_resources() {
        let (hosts, cli) = (hosts(), "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
        assert!(resource(&hosts, cli, None, None).is_ok());
        for name in [DRS_RESOURCE, hosts.manage.as_str()] {
            assert_eq!(
                resource(&hosts, cli, Some(name), None),
                Err(ResourceError::NotForClient)
            );
        }
    }
}
