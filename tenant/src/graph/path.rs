//! What a path names. Paths arrive in lower case (`router.rs`).

use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

/// Which form of the API the path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `/v1.0/…`, `/beta/…`
    Graph(&'static str),
    /// `/{tenant}/…?api-version=…` on graph.windows.net.
    Legacy,
}

/// How a device is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeviceKey {
    /// `/devices/{id}`
    Object(ObjectId),
    /// `/devices(deviceId='{id}')`
    Device(DeviceId),
}

/// Whose things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// The caller's.
    Mine,
    /// Of a user, by object id or name.
    Of(String),
}

/// What somebody is to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Owner,
    User,
}

impl Relation {
    /// The word in the store.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::User => "user",
        }
    }
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Person(Whose),
    PersonDevices(Whose, Relation),
    MemberOf(Whose),
    /// `…/authentication/windowsHelloForBusinessMethods`
    HelloKeys(Whose),
    HelloKey(Whose, Uuid),
    /// Nobody here has a picture.
    Photo,
    Devices,
    DevicesCount,
    Device(DeviceKey),
    DevicePeople(DeviceKey, Relation),
    /// `…/registeredOwners/$ref`
    References(DeviceKey, Relation),
    /// `…/registeredOwners/{user}/$ref`
    Reference(DeviceKey, Relation, ObjectId),
    /// `/servicePrincipals/appId=…/endpoints`
    Endpoints,
    /// Well-formed, but there is no such thing.
    Nothing(String),
}

/// A person's Hello keys, as paths have it.
const HELLO: &str = "windowshelloforbusinessmethods";
/// Most segments that mean anything.
const MOST_SEGMENTS: usize = 8;

/// Reads a path; the word that is wrong when it names nothing of this API.
pub(super) fn parse(path: &str) -> Result<(Dialect, Target), String> {
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(decode)
        .collect();
    if segments.len() > MOST_SEGMENTS {
        return Err("/".to_owned());
    }
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["v1.0", "myorganization", rest @ ..] | ["v1.0", rest @ ..] => {
            Ok((Dialect::Graph("v1.0"), target(rest)?))
        }
        ["beta", "myorganization", rest @ ..] | ["beta", rest @ ..] => {
            Ok((Dialect::Graph("beta"), target(rest)?))
        }
        [_tenant, rest @ ..] if !rest.is_empty() => Ok((Dialect::Legacy, legacy(rest)?)),
        _ => Err(words.first().copied().unwrap_or("/").to_owned()),
    }
}

/// The words behind the version.
fn target(words: &[&str]) -> Result<Target, String> {
    let unknown = || Err(words.last().copied().unwrap_or("/").to_owned());
    match words {
        ["me", rest @ ..] => person(Whose::Mine, rest),
        ["users", id, rest @ ..] => person(Whose::Of((*id).to_owned()), rest),
        ["devices"] => Ok(Target::Devices),
        ["devices", "$count"] => Ok(Target::DevicesCount),
        ["devices", id, rest @ ..] => match id.parse() {
            Ok(id) => device(DeviceKey::Object(id), rest),
            Err(_) => Ok(Target::Nothing((*id).to_owned())),
        },
        ["serviceprincipals", app, "endpoints"] if app.starts_with("appid=") => {
            Ok(Target::Endpoints)
        }
        [key, rest @ ..] => {
            let quoted = key
                .strip_prefix("devices(deviceid='")
                .and_then(|key| key.strip_suffix("')"));
            match quoted.map(|id| bare(id).parse()) {
                Some(Ok(id)) => device(DeviceKey::Device(id), rest),
                Some(Err(_)) => Ok(Target::Nothing((*key).to_owned())),
                None => unknown(),
            }
        }
        [] => unknown(),
    }
}

/// Some clients write the GUID with its braces.
fn bare(id: &str) -> &str {
    id.strip_prefix('{')
        .and_then(|id| id.strip_suffix('}'))
        .unwrap_or(id)
}

fn person(whose: Whose, words: &[&str]) -> Result<Target, String> {
    match words {
        [] => Ok(Target::Person(whose)),
        ["owneddevices"] | ["owneddevices", "microsoft.graph.device"] => {
            Ok(Target::PersonDevices(whose, Relation::Owner))
        }
        ["registereddevices"] | ["registereddevices", "microsoft.graph.device"] => {
            Ok(Target::PersonDevices(whose, Relation::User))
        }
        ["memberof" | "transitivememberof"]
        | ["memberof" | "transitivememberof", "microsoft.graph.group"] => {
            Ok(Target::MemberOf(whose))
        }
        ["photo" | "photos", ..] => Ok(Target::Photo),
        ["authentication", HELLO] => Ok(Target::HelloKeys(whose)),
        ["authentication", HELLO, id] => Ok(match id.parse() {
            Ok(id) => Target::HelloKey(whose, id),
            Err(_) => Target::Nothing((*id).to_owned()),
        }),
        [.., last] => Err((*last).to_owned()),
    }
}

fn device(key: DeviceKey, words: &[&str]) -> Result<Target, String> {
    let relation = |word: &str| match word {
        "registeredowners" => Ok(Relation::Owner),
        "registeredusers" => Ok(Relation::User),
        other => Err(other.to_owned()),
    };
    match words {
        [] => Ok(Target::Device(key)),
        [word] => Ok(Target::DevicePeople(key, relation(word)?)),
        [word, "$ref"] => Ok(Target::References(key, relation(word)?)),
        [word, user, "$ref"] => match user.parse() {
            Ok(user) => Ok(Target::Reference(key, relation(word)?, user)),
            Err(_) => Ok(Target::Nothing((*user).to_owned())),
        },
        [.., last] => Err((*last).to_owned()),
    }
}

/// Azure AD Graph: people, and devices by `deviceId_{id}` or object id.
fn legacy(words: &[&str]) -> Result<Target, String> {
    match words {
        ["devices", id] => Ok(
            match (id.strip_prefix("deviceid_").map(str::parse), id.parse()) {
                (Some(Ok(id)), _) => Target::Device(DeviceKey::Device(id)),
                (None, Ok(id)) => Target::Device(DeviceKey::Object(id)),
                _ => Target::Nothing((*id).to_owned()),
            },
        ),
        ["devices"] => Ok(Target::Devices),
        ["me"] => Ok(Target::Person(Whose::Mine)),
        ["users", id] => Ok(Target::Person(Whose::Of((*id).to_owned()))),
        _ => Err(words.last().copied().unwrap_or("/").to_owned()),
    }
}

/// Percent-decodes one segment; the marks of forms are plain characters here.
fn decode(segment: &str) -> String {
    let escaped = segment
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26");
    form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ID: &str = "6a1c3a2f-3a35-4f4c-9a41-7c5b1d9b5f10";

    #[test]
    fn every_form_of_a_device_is_read() {
        let device = Target::Device(DeviceKey::Device(ID.parse().unwrap()));
        for path in [
            format!("/v1.0/devices(deviceid='{{{ID}}}')"),
            format!("/v1.0/devices(deviceid='{ID}')"),
            format!("/v1.0/devices(deviceid=%27%7b{ID}%7d%27)"),
            format!("/v1.0/myorganization/devices(deviceid='{ID}')"),
        ] {
            assert_eq!(
                parse(&path).unwrap(),
                (Dialect::Graph("v1.0"), device.clone()),
                "{path}"
            );
        }
        let object = Target::Device(DeviceKey::Object(ID.parse().unwrap()));
        assert_eq!(
            parse(&format!("/beta/devices/{ID}/")).unwrap(),
            (Dialect::Graph("beta"), object)
        );
        assert_eq!(
            parse(&format!("/contoso.com/devices/deviceid_{ID}")).unwrap(),
            (Dialect::Legacy, device)
        );
    }

    #[test]
    fn people_and_their_things_are_read() {
        let read = |path: &str| parse(path).map(|(_, target)| target);
        assert_eq!(read("/v1.0/me"), Ok(Target::Person(Whose::Mine)));
        assert_eq!(
            read("/v1.0/users/a+b%40contoso.com/owneddevices"),
            Ok(Target::PersonDevices(
                Whose::Of("a+b@contoso.com".into()),
                Relation::Owner
            ))
        );
        assert_eq!(read("/v1.0/me/photos/48x48/$value"), Ok(Target::Photo));
        assert_eq!(read("/v1.0/me/memberof"), Ok(Target::MemberOf(Whose::Mine)));
        assert_eq!(
            read(
                "/v1.0/myorganization/serviceprincipals/appid=0000000a-0000-0000-c000-000000000000/endpoints"
            ),
            Ok(Target::Endpoints)
        );
        let keys = "/beta/me/authentication/windowshelloforbusinessmethods";
        assert_eq!(read(keys), Ok(Target::HelloKeys(Whose::Mine)));
        assert_eq!(
            read(&format!("/v1.0/users/x/authentication/{HELLO}/{ID}")),
            Ok(Target::HelloKey(Whose::Of("x".into()), ID.parse().unwrap()))
        );
        assert_eq!(read(&format!("{keys}/x")), Ok(Target::Nothing("x".into())));
        assert_eq!(read("/v1.0/devices/x"), Ok(Target::Nothing("x".into())));
        for wrong in [
            "/",
            "/v1.0",
            "/v2.0",
            "/v1.0/groups",
            "/v1.0/me/x",
            "/v1.0/me/authentication",
            "/v1.0/me/authentication/methods",
            "/v1.0/devices(x)",
            "/a/b/c/d/e/f/g/h/i/j",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
