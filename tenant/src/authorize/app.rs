//! Registered applications and where their answers may go.

use serde::Serialize;

use crate::store::{Store, StoreError, query};

/// An application.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) name: String,
    /// Whether it may be handed ID tokens at the authorize endpoint.
    pub(crate) id_token: bool,
    pub(crate) redirect_uris: Vec<String>,
}

/// The application of that id.
pub(crate) async fn app(store: &Store, client_id: &str) -> Result<Option<App>, StoreError> {
    let Some(row) = query("SELECT * FROM app WHERE client_id = $1")
        .bind(client_id)
        .fetch_optional(store)
        .await?
    else {
        return Ok(None);
    };
    let uris = query("SELECT uri FROM app_redirect WHERE client_id = $1 ORDER BY uri")
        .bind(client_id)
        .fetch_all(store)
        .await?;
    Ok(Some(App {
        client_id: row.try_get("client_id")?,
        name: row.try_get("name")?,
        id_token: row.try_get("id_token")?,
        redirect_uris: uris
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?,
    }))
}

/// All applications.
pub(crate) async fn apps(store: &Store) -> Result<Vec<App>, StoreError> {
    let mut found = Vec::new();
    for row in query("SELECT client_id FROM app ORDER BY name")
        .fetch_all(store)
        .await?
    {
        let client_id: String = row.try_get(0)?;
        found.extend(app(store, &client_id).await?);
    }
    Ok(found)
}

/// Adds an application, or adds addresses to the one of that id.
pub(crate) async fn keep_app(store: &Store, app: &App) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    query("INSERT INTO app (client_id, name, id_token) VALUES ($1, $2, $3) ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, id_token = excluded.id_token")
        .bind(&app.client_id)
        .bind(&app.name)
        .bind(app.id_token)
        .execute(&mut *transaction)
        .await?;
    for uri in &app.redirect_uris {
        query("INSERT INTO app_redirect (client_id, uri) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&app.client_id)
            .bind(uri)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
