//! `dovetail-tenant app …`

use clap::Subcommand;
use dovetail_shared::id::ClientId;

use super::args::Failure;
use super::out::{json, line};
use crate::client::{Platform, Registration, allow_tokens, keep, registrations};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Register an application, or add addresses to one
    Add {
        #[arg(long)]
        client_id: ClientId,
        /// Where its answers may go, to the letter
        #[arg(long, required = true)]
        redirect_uri: Vec<String>,
        #[arg(long)]
        name: Option<String>,
        /// It may be handed ID tokens at the authorize endpoint
        #[arg(long)]
        id_token: bool,
        /// It may be handed access tokens there
        #[arg(long)]
        access_token: bool,
    },
    /// List applications
    List {
        #[arg(long)]
        json: bool,
    },
}

impl App {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add {
                client_id,
                redirect_uri,
                name,
                id_token,
                access_token,
            } => {
                let client_id = client_id.to_string();
                let name = name.unwrap_or_else(|| client_id.clone());
                let mut app = Registration::new(&client_id, &name);
                for uri in &redirect_uri {
                    app = app.with(uri, Platform::Native);
                }
                app.id_token = id_token;
                keep(store, &app).await?;
                if access_token {
                    allow_tokens(store, &client_id).await?;
                }
                Ok(())
            }
            Self::List { json: true } => json(&registrations(store).await?),
            Self::List { json: false } => {
                for app in registrations(store).await? {
                    line(&format!("{}  {}", app.client_id, app.name));
                }
                Ok(())
            }
        }
    }
}
