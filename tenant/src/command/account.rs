//! `dovetail-tenant user …`

use clap::Subcommand;
use dovetail_shared::name::Upn;

use super::args::Failure;
use super::out::{json, line};
use crate::account::{NewUser, add_user, domain, hash, set_enabled, users};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a person
    Add {
        /// someone@domain
        upn: Upn,
        #[arg(long)]
        password: String,
        /// Secret of the second factor, base32
        #[arg(long)]
        totp: Option<String>,
        #[arg(long)]
        given: Option<String>,
        #[arg(long)]
        family: Option<String>,
        /// Display name [default: given and family name, or the account name]
        #[arg(long)]
        name: Option<String>,
        /// SID of a synchronised user
        #[arg(long)]
        onprem_sid: Option<String>,
    },
    /// List people
    List {
        #[arg(long)]
        json: bool,
    },
    /// Disable an account; its sessions end
    Disable { upn: Upn },
    /// Enable it again
    Enable { upn: Upn },
}

impl User {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add {
                upn,
                password,
                totp,
                given,
                family,
                name,
                onprem_sid,
            } => {
                if domain(store, upn.domain()).await?.is_none() {
                    return Err(format!(
                        "{} is no domain of this tenant: add it with `domain add`",
                        upn.domain()
                    )
                    .into());
                }
                let both = [given.as_deref(), family.as_deref()]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" ");
                let name = name.unwrap_or(if both.is_empty() {
                    upn.to_string()
                } else {
                    both
                });
                let new = NewUser {
                    upn: upn.as_str(),
                    display_name: &name,
                    given_name: given.as_deref(),
                    family_name: family.as_deref(),
                    password_hash: &hash(&password)?,
                    totp_secret: totp.as_deref(),
                    onprem_sid: onprem_sid.as_deref(),
                };
                line(&add_user(store, &new).await?.to_string());
                Ok(())
            }
            Self::List { json: true } => json(&users(store).await?),
            Self::List { json: false } => {
                for user in users(store).await? {
                    let state = if user.enabled { "enabled" } else { "disabled" };
                    line(&format!(
                        "{}  {}  {state}  {} devices",
                        user.id, user.upn, user.device_count
                    ));
                }
                Ok(())
            }
            Self::Disable { upn } => switch(store, &upn, false).await,
            Self::Enable { upn } => switch(store, &upn, true).await,
        }
    }
}

async fn switch(store: &Store, upn: &Upn, enabled: bool) -> Result<(), Failure> {
    if set_enabled(store, upn.as_str(), enabled).await? {
        Ok(())
    } else {
        Err(format!("there is no user {upn}").into())
    }
}
