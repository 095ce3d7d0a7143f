//! The resources, how they are named, and which client may have tokens for which.

use dovetail_shared::id::well_known::{DEVICE_REGISTRATION, DRS_RESOURCE};

use super::refusal::Refusal;
use super::resource_error::ResourceError;
use super::scope::words;
use crate::app::App;
use crate::client::{IdTokenAlg, Registration, registration};
use crate::hosts::Hosts;
use crate::store::StoreError;

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Becomes `aud`.
    pub(crate) audience: String,
    /// Becomes `scp`: permissions, separated by blanks.
    pub(crate) scope: String,
    /// What it wants its tokens signed with: an application that has ES256 ID tokens gets access tokens of that kind, too.
    pub(crate) alg: IdTokenAlg,
}

impl Resource {
    /// A service's, whose clients and own program know RS256 alone.
    fn of_service(audience: String, scope: String) -> Self {
        Self {
            audience,
            scope,
            alg: IdTokenAlg::Rs256,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    Registration,
    Management,
    /// Microsoft Graph.
    Graph,
    /// Its forerunner.
    DirectoryGraph,
    /// What first-party clients ask for because the real service has it; nothing here takes such tokens.
    Named,
}

/// Everybody may ask for Graph; these may ask for more.
const MORE: &[(&str, &[Service])] = &[
    // Microsoft Authentication Broker
    (BROKER, &[Service::Registration, Service::Management]),
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
    // Azure AD PowerShell
    (
        "1b730954-1685-4b74-9bfd-dac224a7b894",
        &[Service::Registration],
    ),
    // Bulk enrollment
    (
        "b90d5b8f-5503-4153-b545-b31cecfaece2",
        &[Service::Registration],
    ),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", &[]),
    ("1950a258-227b-4e31-a9cf-717495945fc2", &[]),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", &[]),
    ("d7b530a4-7680-4c23-a8bf-c52c121d2e87", &[]),
    ("ecd6b820-32c2-49b6-98a6-444530e5a77a", &[]),
];

/// Who may do in the directory whatever the person may: the brokers, and Azure CLI.
const DIRECTORY: &[&str] = &[
    BROKER,
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    "b743a22d-6705-4147-8670-d92fa515ee2b",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "1b730954-1685-4b74-9bfd-dac224a7b894",
];

/// Permissions that touch nothing but the person who is asked: every application may have them.
const FREE: &[&str] = &["User.Read", "User.ReadBasic.All", "Device.Read"];
/// What [`DIRECTORY`] may ask for by name.
const KNOWN: &[&str] = &[
    "Directory.AccessAsUser.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Device.Read.All",
    "User.Read.All",
    "User.ReadWrite",
    "Group.Read.All",
    "GroupMember.Read.All",
    "user_impersonation",
    "UserProfile.Read",
    "UserAuthenticationMethod.Read",
    "UserAuthenticationMethod.ReadWrite",
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];

const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
const GRAPH_NAME: &str = "https://graph.microsoft.com";
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";
const DIRECTORY_GRAPH_NAME: &str = "https://graph.windows.net";
const DIRECTORY_GRAPH_ID: &str = "00000002-0000-0000-c000-000000000000";
/// Management as the real service names it.
const MANAGEMENT: &[&str] = &[
    "0000000a-0000-0000-c000-000000000000",
    "d4ebce55-015a-49b5-a083-c84d1797ae8c",
    "b8066b99-6e67-41be-abfa-75db1a2c8809",
];
/// The portal, and resource management.
const NAMED: &[&str] = &[
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "https://management.core.windows.net",
    "https://management.azure.com",
];

/// The resource that a request means: by `resource` (v1.0), or by the words of `scope` (v2.0). Graph where neither says anything.
pub(crate) async fn resolve(
    app: &App,
    client: &Registration,
    resource: Option<&str>,
    scope: Option<&str>,
) -> Result<Result<Resource, ResourceError>, StoreError> {
    let Ok(found) = words(scope.unwrap_or_default()) else {
        return Ok(Err(ResourceError::Several));
    };
    // Where the resource is named by itself, the words of `scope` are not its permissions.
    let permissions = if resource.is_some() {
        Vec::new()
    } else {
        found.permissions
    };
    let name = resource.or(found.resource).unwrap_or(GRAPH_NAME);
    match find(&app.hosts, name) {
        Some((service, audience)) => Ok(permitted(service, client, &permissions)
            .map(|scope| Resource::of_service(audience, scope))),
        None => offered(app, name, &permissions).await,
    }
}

/// The same for a client that is known by its id. Permissions are named by scope only behind a resource's name.
pub(crate) async fn resolve_for(
    app: &App,
    client_id: &str,
    resource: Option<&str>,
    scope: Option<&str>,
) -> Result<Resource, Refusal> {
    let client = registration(&app.store, client_id)
        .await?
        .ok_or(Refusal::NoClient)?;
    let scope = scope.filter(|scope| scope.contains('/'));
    Ok(resolve(app, &client, resource, scope).await??)
}

/// A resource without a person and so without permissions of theirs: what may be done there says `roles`.
pub(super) async fn named(
    app: &App,
    name: &str,
) -> Result<Result<Resource, ResourceError>, StoreError> {
    match find(&app.hosts, name) {
        Some((_, audience)) => Ok(Ok(Resource::of_service(audience, String::new()))),
        None => offered(app, name, &[]).await,
    }
}

/// What a client gets of a service.
fn permitted(
    service: Service,
    client: &Registration,
    asked: &[&str],
) -> Result<String, ResourceError> {
    let more = MORE
        .iter()
        .find(|(known, _)| *known == client.client_id)
        .map(|(_, services)| *services);
    let allowed = match service {
        Service::Graph => true,
        Service::DirectoryGraph | Service::Named => more.is_some(),
        Service::Registration | Service::Management => {
            more.is_some_and(|services| services.contains(&service))
        }
    };
    if !allowed {
        return Err(ResourceError::NotForClient);
    }
    match service {
        Service::Registration | Service::Named => Ok("user_impersonation".to_owned()),
        Service::Management => Ok("mdm_delegation".to_owned()),
        Service::Graph | Service::DirectoryGraph => graph(client, asked),
    }
}

fn graph(client: &Registration, asked: &[&str]) -> Result<String, ResourceError> {
    let broad = DIRECTORY.contains(&client.client_id.as_str());
    let own = || client.permissions.iter().map(String::as_str);
    let mut given: Vec<&str> = Vec::new();
    for word in asked.iter().filter(|word| **word != ".default") {
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        let known = FREE.iter().copied().find(is).or_else(|| own().find(is));
        let known = known.or_else(|| KNOWN.iter().copied().filter(|_| broad).find(is));
        given.push(known.ok_or(ResourceError::NoConsent)?);
    }
    if given.is_empty() || asked.contains(&".default") {
        given.extend(broad.then_some("Directory.AccessAsUser.All"));
        given.push("User.Read");
        given.extend(own());
    }
    given.sort_unstable();
    given.dedup();
    Ok(given.join(" "))
}

/// A registered application as a resource: `api://{id}`, or its id.
async fn offered(
    app: &App,
    name: &str,
    asked: &[&str],
) -> Result<Result<Resource, ResourceError>, StoreError> {
    let bare = name.strip_suffix('/').unwrap_or(name).to_ascii_lowercase();
    let id = bare.strip_prefix("api://").unwrap_or(&bare);
    let Some(offering) = registration(&app.store, id).await? else {
        return Ok(Err(ResourceError::Unknown));
    };
    let mut given: Vec<&str> = Vec::new();
    for word in asked.iter().filter(|word| **word != ".default") {
        let known = offering.exposes.iter().find(|known| known == word);
        match known {
            Some(known) => given.push(known),
            None => return Ok(Err(ResourceError::NoSuchScope)),
        }
    }
    if given.is_empty() || asked.contains(&".default") {
        given = offering.exposes.iter().map(String::as_str).collect();
    }
    let scope = given.join(" ");
    Ok(Ok(Resource {
        audience: bare,
        scope,
        alg: offering.id_token_alg,
    }))
}

/// Service and audience. A final slash does not count; letter case does not either, as names are host names, GUIDs and URNs.
fn find(hosts: &Hosts, name: &str) -> Option<(Service, String)> {
    let bare = name.strip_suffix('/').unwrap_or(name);
    let is = |other: &str| bare.eq_ignore_ascii_case(other);
    let among = |list: &[&str]| {
        list.iter()
            .copied()
            .find(|known| is(known))
            .map(str::to_owned)
    };
    if is(DRS_RESOURCE) {
        Some((Service::Registration, DRS_RESOURCE.to_owned()))
    } else if is(&DEVICE_REGISTRATION.to_string()) {
        Some((Service::Registration, DEVICE_REGISTRATION.to_string()))
    } else if is(&hosts.manage) {
        Some((Service::Management, hosts.mdm_resource()))
    } else if is(&hosts.graph) || is(GRAPH_NAME) || is(GRAPH_ID) {
        Some((Service::Graph, GRAPH_NAME.to_owned()))
    } else if is(DIRECTORY_GRAPH_NAME) || is(DIRECTORY_GRAPH_ID) {
        Some((Service::DirectoryGraph, DIRECTORY_GRAPH_NAME.to_owned()))
    } else if let Some(audience) = among(MANAGEMENT) {
        Some((Service::Management, audience))
    } else {
        among(NAMED).map(|audience| (Service::Named, audience))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts::new(false, std::net::SocketAddr::from(([127, 0, 0, 1], 8443)))
    }

    /// Audience and permissions of a first-party client.
    fn resource(
        hosts: &Hosts,
        client_id: &str,
        name: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Resource, ResourceError> {
        let found = words(scope.unwrap_or_default()).map_err(|_| ResourceError::Several)?;
        let name = name.or(found.resource).unwrap_or(GRAPH_NAME);
        let (service, audience) = find(hosts, name).ok_or(ResourceError::Unknown)?;
        let client = Registration::new(client_id, "");
        permitted(service, &client, &[]).map(|scope| Resource::of_service(audience, scope))
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
        let scope = "openid offline_access urn:ms-drs:enterpriseregistration.windows.net/.default";
        assert_eq!(found(None, Some(scope)).unwrap(), DRS_RESOURCE);
        assert_eq!(found(None, Some("openid")).unwrap(), GRAPH_NAME);
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
        let foreign = "00000000-0000-0000-0000-000000000009";
        for (client, name) in [
            (cli, DRS_RESOURCE),
            (cli, hosts.manage.as_str()),
            (foreign, DIRECTORY_GRAPH_NAME),
            (foreign, "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"),
        ] {
            let got = resource(&hosts, client, Some(name), None);
            assert_eq!(got, Err(ResourceError::NotForClient), "{name}");
        }
    }

    /// [ID-30] Nobody consents by asking: what an application may have beyond the person's own profile, the administrator said.
    #[test]
    fn permissions_are_what_the_administrator_gave() {
        let mut client = Registration::new("00000000-0000-0000-0000-000000000009", "");
        let none = Err(ResourceError::NoConsent);
        assert_eq!(graph(&client, &["Directory.Read.All"]), none);
        assert_eq!(graph(&client, &["*"]), none);
        assert_eq!(graph(&client, &[".default"]).unwrap(), "User.Read");
        assert_eq!(graph(&client, &["user.read"]).unwrap(), "User.Read");
        client.permissions = vec!["Device.Read.All".to_owned()];
        assert_eq!(
            graph(&client, &[".default"]).unwrap(),
            "Device.Read.All User.Read"
        );
        assert_eq!(
            graph(&client, &["Device.Read.All"]).unwrap(),
            "Device.Read.All"
        );
        assert_eq!(graph(&client, &["Directory.Read.All"]), none);
    }
}
