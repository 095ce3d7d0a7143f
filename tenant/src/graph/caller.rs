//! Who asks: a person, and what token and person allow together; or an application on its own behalf, and what its roles allow.

use axum::http::{HeaderMap, header};
use dovetail_shared::id::ObjectId;

use super::error::Refusal;
use crate::account::{DirectoryRole, User, directory, user_by_id};
use crate::app::App;
use crate::audit;
use crate::client::registration;
use crate::clock;
use crate::device::device;
use crate::token::{AccessClaims, AppClaims, TokenError, verify_access, verify_app_access};

/// Names under which this API is a resource: Microsoft Graph, and its forerunner.
const AUDIENCES: &[&str] = &[
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
    "https://graph.windows.net",
    "00000002-0000-0000-c000-000000000000",
];

/// Permissions that let a person's own things be read.
const OWN: &[&str] = &[
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "User.ReadBasic.All",
    "User.ReadWrite.All",
    "Device.Read",
    "Device.Read.All",
    "user_impersonation",
    "UserProfile.Read",
];
/// Permissions that let everything be read.
const READ: &[&str] = &["Device.Read.All", "Directory.Read.All"];
/// Permissions that let devices be changed; they let everything be read, too.
const WRITE: &[&str] = &["Device.ReadWrite.All", "Directory.ReadWrite.All", AS_USER];
/// What the person may do, the bearer may.
const AS_USER: &str = "Directory.AccessAsUser.All";

/// Permissions that let Hello keys be read: a person's own, or for administrators and applications everybody's.
const READ_KEYS: &[&str] = &[
    "UserAuthenticationMethod.Read",
    "UserAuthenticationMethod.ReadWrite",
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
const READ_ALL_KEYS: &[&str] = &[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
/// Permissions that let them be removed. What a person may do otherwise ([`AS_USER`]) is not enough for their credentials.
const WRITE_KEYS: &[&str] = &[
    "UserAuthenticationMethod.ReadWrite",
    "UserAuthenticationMethod.ReadWrite.All",
];
const WRITE_ALL_KEYS: &[&str] = &["UserAuthenticationMethod.ReadWrite.All"];

/// Roles that let an application read every person.
const READ_PEOPLE: &[&str] = &[
    "User.Read.All",
    "User.ReadBasic.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Roles that let an application read whom groups hold.
const READ_GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Who has the token.
#[derive(Debug)]
enum Bearer {
    Person(Box<User>),
    /// An application on its own behalf, by its client id. What it may do is what the administrator gave it.
    Application(String),
}

/// Somebody with a token.
#[derive(Debug)]
pub(super) struct Caller {
    bearer: Bearer,
    /// A person's token's scopes, or an application's roles.
    given: Vec<String>,
}

impl Caller {
    /// Whoever is behind a request's bearer: a person who is enabled, or an application that is registered.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Refusal> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or(Refusal::Token("Access token is empty."))?;
        match claims(app, token).await? {
            Claims::Person(claims) => Self::person_of(app, *claims).await,
            Claims::Application(claims) => Self::application_of(app, claims).await,
        }
    }

    async fn person_of(app: &App, claims: AccessClaims) -> Result<Self, Refusal> {
        audit::is_user(claims.oid);
        audit::says_client(&claims.appid);
        let user = user_by_id(&app.store, claims.oid)
            .await?
            .filter(|user| user.enabled)
            .ok_or(Refusal::Token("The user of the token is gone or disabled."))?;
        // What a device vouched for ends with the device.
        if let Some(id) = claims.deviceid {
            audit::is_device(id);
            let device = device(&app.store, id).await?;
            device
                .filter(|device| device.enabled)
                .ok_or(Refusal::Token(
                    "The device of the token is gone or disabled.",
                ))?;
        }
        Ok(Self {
            bearer: Bearer::Person(Box::new(user)),
            given: claims.scp.split(' ').map(str::to_owned).collect(),
        })
    }

    async fn application_of(app: &App, claims: AppClaims) -> Result<Self, Refusal> {
        audit::is_client(&claims.appid);
        let known = registration(&app.store, &claims.appid)
            .await?
            .ok_or(Refusal::Token("The application of the token is gone."))?;
        // What was taken from it since the token was made is gone at once; and it can be nobody's user.
        let mut given = claims.roles;
        given.retain(|role| known.roles.contains(role) && role != AS_USER);
        Ok(Self {
            bearer: Bearer::Application(claims.appid),
            given,
        })
    }

    /// The person, where there is one.
    pub(super) fn person(&self) -> Option<&User> {
        match &self.bearer {
            Bearer::Person(user) => Some(user),
            Bearer::Application(_) => None,
        }
    }

    /// The person who says "me".
    pub(super) fn me(&self) -> Result<&User, Refusal> {
        self.person().ok_or(Refusal::NoMe)
    }

    /// Whether the caller is that person.
    pub(super) fn is(&self, user: ObjectId) -> bool {
        self.person().is_some_and(|person| person.id == user)
    }

    /// Name for logs, and what continued lists are bound to.
    pub(super) fn name(&self) -> String {
        match &self.bearer {
            Bearer::Person(user) => user.id.to_string(),
            Bearer::Application(id) => format!("application {id}"),
        }
    }

    /// Whether the token lets this person's own things be read, or lets an application read devices.
    pub(super) fn reads_own(&self) -> Result<(), Refusal> {
        let own = self.person().is_some() && self.has(OWN);
        (own || self.has(READ) || self.has(WRITE))
            .then_some(())
            .ok_or(Refusal::Denied)
    }

    /// Whether every device may be read: by token and person, or by the application's roles.
    pub(super) fn reads_all(&self) -> bool {
        self.administers() && (self.has(READ) || self.has(WRITE))
    }

    /// Whether every device may be changed.
    pub(super) fn writes_all(&self) -> bool {
        self.administers() && self.has(WRITE)
    }

    /// Whether every person may be read.
    pub(super) fn reads_people(&self) -> bool {
        match self.bearer {
            Bearer::Person(_) => self.reads_all(),
            Bearer::Application(_) => self.has(READ_PEOPLE),
        }
    }

    /// Whether the groups of every person may be read.
    pub(super) fn reads_groups(&self) -> bool {
        match self.bearer {
            Bearer::Person(_) => self.reads_all(),
            Bearer::Application(_) => self.has(READ_GROUPS),
        }
    }

    /// Whether the token lets this person's own Hello keys be read.
    pub(super) fn reads_own_keys(&self) -> Result<(), Refusal> {
        self.has(READ_KEYS).then_some(()).ok_or(Refusal::Denied)
    }

    /// Whether everybody's Hello keys may be read.
    pub(super) fn reads_all_keys(&self) -> bool {
        self.administers() && self.has(READ_ALL_KEYS)
    }

    /// Whether the token lets this person's own Hello keys be removed.
    pub(super) fn removes_own_keys(&self) -> Result<(), Refusal> {
        self.has(WRITE_KEYS).then_some(()).ok_or(Refusal::Denied)
    }

    /// Whether everybody's Hello keys may be removed.
    pub(super) fn removes_all_keys(&self) -> bool {
        self.administers() && self.has(WRITE_ALL_KEYS)
    }

    /// A person with the role that administrates; an application's roles are given by one.
    fn administers(&self) -> bool {
        self.person()
            .is_none_or(|user| user.role == DirectoryRole::Administrator)
    }

    fn has(&self, any: &[&str]) -> bool {
        self.given.iter().any(|given| any.contains(&given.as_str()))
    }
}

/// What a token says.
enum Claims {
    Person(Box<AccessClaims>),
    Application(AppClaims),
}

async fn claims(app: &App, token: &str) -> Result<Claims, Refusal> {
    let directory = directory(&app.store).await?;
    let now = clock::now();
    let mut why = TokenError::Audience;
    for audience in AUDIENCES.iter().copied().chain([app.hosts.graph.as_str()]) {
        match verify_access(app, &directory, token, audience, now).await {
            Ok(claims) => return Ok(Claims::Person(Box::new(claims))),
            Err(TokenError::Audience) => {}
            // Signed by us, and not a person's.
            Err(TokenError::Claims) => {
                match verify_app_access(app, &directory, token, audience, now).await {
                    Ok(claims) => return Ok(Claims::Application(claims)),
                    Err(TokenError::Audience) => {}
                    Err(other) => {
                        why = other;
                        break;
                    }
                }
            }
            Err(other) => {
                why = other;
                break;
            }
        }
    }
    Err(Refusal::Token(match why {
        TokenError::Time => "Lifetime validation failed, the token is expired.",
        TokenError::Audience => "Access token validation failure. Invalid audience.",
        TokenError::Tenant => "Access token validation failure. Invalid issuer.",
        TokenError::Form | TokenError::Signature | TokenError::Claims => {
            "Access token validation failure. Invalid signature."
        }
    }))
}
