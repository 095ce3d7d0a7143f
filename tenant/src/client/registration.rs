//! What is kept of an application.

use std::sync::Arc;

use clap::ValueEnum;
use serde::Serialize;

use super::redirect::{Platform, Redirect};
use crate::store::{Row, Store, StoreError, query};

/// How what an application reads is signed: its ID tokens (OIDC Registration §2, `id_token_signed_response_alg`), and access
/// tokens that are meant for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum IdTokenAlg {
    #[default]
    #[value(name = "RS256")]
    #[serde(rename = "RS256")]
    Rs256,
    #[value(name = "ES256")]
    #[serde(rename = "ES256")]
    Es256,
}

impl IdTokenAlg {
    /// JOSE name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// An application.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Registration {
    pub(crate) client_id: String,
    pub(crate) name: String,
    /// Whether it may be handed ID tokens at the authorize endpoint.
    pub(crate) id_token: bool,
    pub(crate) id_token_alg: IdTokenAlg,
    pub(crate) logout_uri: Option<String>,
    /// Whether it has a secret or a key, and so can prove who it is.
    pub(crate) confidential: bool,
    /// Scopes that it offers to others; all clients may ask for them.
    pub(crate) exposes: Vec<String>,
    /// What the administrator lets it do in the directory on a person's behalf.
    pub(crate) permissions: Vec<String>,
    /// The same on its own behalf.
    pub(crate) roles: Vec<String>,
    pub(crate) redirects: Vec<Redirect>,
}

impl Registration {
    /// One with nothing but a name; the rest is added to it.
    pub(crate) fn new(client_id: &str, name: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            id_token: false,
            id_token_alg: IdTokenAlg::Rs256,
            logout_uri: None,
            confidential: false,
            exposes: vec!["user_impersonation".to_owned()],
            permissions: Vec::new(),
            roles: Vec::new(),
            redirects: Vec::new(),
        }
    }

    /// Adds an address.
    pub(crate) fn with(mut self, uri: &str, platform: Platform) -> Self {
        self.redirects.push(Redirect {
            uri: uri.to_owned(),
            platform,
        });
        self
    }

    /// The kind of client behind an address; `None` when the address is not this application's.
    pub(crate) fn platform(&self, redirect_uri: &str) -> Option<Platform> {
        let exact = self
            .redirects
            .iter()
            .find(|known| known.uri == redirect_uri);
        exact
            .or_else(|| self.redirects.iter().find(|known| known.fits(redirect_uri)))
            .map(|known| known.platform)
    }
}

/// The application of that id (lower case).
pub(crate) async fn registration(
    store: &Store,
    client_id: &str,
) -> Result<Option<Arc<Registration>>, StoreError> {
    let found = store.remember("registration", client_id, read(store, client_id));
    Ok(found.await?.as_ref().clone())
}

async fn read(store: &Store, client_id: &str) -> Result<Option<Arc<Registration>>, StoreError> {
    let row = query(
        "SELECT client_id, name, id_token, id_token_alg, logout_uri,
           (SELECT count(*) FROM app_credential WHERE app_credential.client_id = app.client_id), exposes, permissions, roles
         FROM app WHERE client_id = $1",
    )
    .bind(client_id)
    .fetch_optional(store)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let rows = query(
        "SELECT uri, platform FROM app_redirect WHERE client_id = $1
         UNION SELECT uri, platform FROM server_redirect WHERE client_id = $1 ORDER BY uri, platform",
    )
        .bind(client_id)
        .fetch_all(store)
        .await?;
    let mut redirects = Vec::new();
    for row in rows {
        let platform: String = row.try_get(1)?;
        redirects.push(Redirect {
            uri: row.try_get(0)?,
            platform: Platform::of_word(&platform),
        });
    }
    let (id_token, alg): (i64, String) = (row.try_get(2)?, row.try_get(3)?);
    let credentials: i64 = row.try_get(5)?;
    Ok(Some(Arc::new(Registration {
        client_id: row.try_get(0)?,
        name: row.try_get(1)?,
        id_token: id_token != 0,
        id_token_alg: if alg == "ES256" {
            IdTokenAlg::Es256
        } else {
            IdTokenAlg::Rs256
        },
        logout_uri: row.try_get(4)?,
        confidential: credentials > 0,
        exposes: list(&row, 6)?,
        permissions: list(&row, 7)?,
        roles: list(&row, 8)?,
        redirects,
    })))
}

/// Words that are kept in one text.
fn list(row: &Row, column: usize) -> Result<Vec<String>, StoreError> {
    let words: String = row.try_get(column)?;
    Ok(words.split_ascii_whitespace().map(str::to_owned).collect())
}

/// Whether any application wants its ID tokens signed with ES256.
pub(crate) async fn any_es256(store: &Store) -> Result<bool, StoreError> {
    let row = query("SELECT client_id FROM app WHERE id_token_alg = 'ES256'")
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// All applications, by name.
pub(crate) async fn registrations(store: &Store) -> Result<Vec<Registration>, StoreError> {
    let mut found = Vec::new();
    for row in query("SELECT client_id FROM app ORDER BY name, client_id")
        .fetch_all(store)
        .await?
    {
        let client_id: String = row.try_get(0)?;
        let app = registration(store, &client_id).await?;
        found.extend(app.map(|app| app.as_ref().clone()));
    }
    Ok(found)
}

/// Adds an application, or adds addresses to the one of that id and takes over the rest. Credentials are kept apart.
pub(crate) async fn keep(store: &Store, app: &Registration) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    query(
        "INSERT INTO app (client_id, name, id_token, id_token_alg, logout_uri, exposes, permissions, roles) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, id_token = excluded.id_token, id_token_alg = excluded.id_token_alg,
           logout_uri = excluded.logout_uri, exposes = excluded.exposes, permissions = excluded.permissions, roles = excluded.roles",
    )
    .bind(&app.client_id)
    .bind(&app.name)
    .bind(i64::from(app.id_token))
    .bind(app.id_token_alg.word())
    .bind(&app.logout_uri)
    .bind(app.exposes.join(" "))
    .bind(app.permissions.join(" "))
    .bind(app.roles.join(" "))
    .execute(&mut *transaction)
    .await?;
    for redirect in &app.redirects {
        query(
            "INSERT INTO app_redirect (client_id, uri, platform) VALUES ($1, $2, $3)
             ON CONFLICT (client_id, uri) DO UPDATE SET platform = excluded.platform",
        )
        .bind(&app.client_id)
        .bind(&redirect.uri)
        .bind(redirect.platform.word())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}
