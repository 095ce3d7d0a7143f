//! Who asks: the bearer, and what the token and the person allow together.

use axum::http::{HeaderMap, header};

use super::error::Refusal;
use crate::account::{DirectoryRole, User, directory, user_by_id};
use crate::app::App;
use crate::clock;
use crate::device::device;
use crate::token::{AccessClaims, TokenError, verify_access};

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
const WRITE: &[&str] = &[
    "Device.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
];

/// A person with a token.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) user: User,
    scopes: Vec<String>,
}

impl Caller {
    /// The person behind a request's bearer: alive and enabled.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Refusal> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or(Refusal::Token("Access token is empty."))?;
        let claims = claims(app, token).await?;
        let user = user_by_id(&app.store, claims.oid)
            .await?
            .filter(|user| user.enabled)
            .ok_or(Refusal::Token("The user of the token is gone or disabled."))?;
        // What a device vouched for ends with the device.
        if let Some(id) = claims.deviceid {
            let device = device(&app.store, id).await?;
            device
                .filter(|device| device.enabled)
                .ok_or(Refusal::Token(
                    "The device of the token is gone or disabled.",
                ))?;
        }
        Ok(Self {
            user,
            scopes: claims.scp.split(' ').map(str::to_owned).collect(),
        })
    }

    /// Whether the token lets this person's own things be read.
    pub(super) fn reads_own(&self) -> Result<(), Refusal> {
        self.has(OWN)
            .or_else(|_| self.has(READ))
            .or_else(|_| self.has(WRITE))
    }

    /// Whether token and person let everything be read.
    pub(super) fn reads_all(&self) -> bool {
        self.administers() && (self.has(READ).is_ok() || self.has(WRITE).is_ok())
    }

    /// Whether token and person let every device be changed.
    pub(super) fn writes_all(&self) -> bool {
        self.administers() && self.has(WRITE).is_ok()
    }

    fn administers(&self) -> bool {
        self.user.role == DirectoryRole::Administrator
    }

    fn has(&self, any: &[&str]) -> Result<(), Refusal> {
        let given = self
            .scopes
            .iter()
            .any(|scope| any.contains(&scope.as_str()));
        given.then_some(()).ok_or(Refusal::Denied)
    }
}

async fn claims(app: &App, token: &str) -> Result<AccessClaims, Refusal> {
    let directory = directory(&app.store).await?;
    let now = clock::now();
    let mut why = TokenError::Audience;
    for audience in AUDIENCES.iter().copied().chain([app.hosts.graph.as_str()]) {
        match verify_access(&app.signer, &directory, token, audience, now) {
            Ok(claims) => return Ok(claims),
            Err(TokenError::Audience) => {}
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
