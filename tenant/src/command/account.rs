//! `dovetail-tenant user …`

use clap::{Args, Subcommand};
use dovetail_shared::name::Upn;

use super::args::Failure;
use super::out::{json, line};
use crate::account::{
    DirectoryRole, DomainKind, NewUser, add_user, domain, hash, revoke_sign_ins, set_enabled,
    set_password, set_role, users,
};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a person
    Add(Add),
    /// List people
    List {
        #[arg(long)]
        json: bool,
    },
    /// Disable an account; its sessions end
    Disable { upn: Upn },
    /// Enable it again
    Enable { upn: Upn },
    /// Give somebody another password; what the old one gave ends
    SetPassword {
        upn: Upn,
        #[arg(long)]
        password: String,
    },
    /// Sign somebody out everywhere
    Revoke { upn: Upn },
    /// Let somebody see and change everybody's devices
    AdminAdd { upn: Upn },
    /// Not any more
    AdminRemove { upn: Upn },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// someone@domain
    upn: Upn,
    /// Not for people of federated domains, who sign in elsewhere
    #[arg(long)]
    password: Option<String>,
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
    /// Who the person is at the federated domain's own sign-in service
    #[arg(long)]
    immutable_id: Option<String>,
}

/// Characters of an ImmutableID (federation reference §2.3).
const LONGEST_IMMUTABLE_ID: usize = 64;

impl User {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(store).await,
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
            Self::SetPassword { upn, password } => {
                let hash = hash(&password)?;
                known(set_password(store, upn.as_str(), &hash).await?, &upn)
            }
            Self::Revoke { upn } => known(revoke_sign_ins(store, upn.as_str()).await?, &upn),
            Self::AdminAdd { upn } => known(
                set_role(store, upn.as_str(), DirectoryRole::Administrator).await?,
                &upn,
            ),
            Self::AdminRemove { upn } => known(
                set_role(store, upn.as_str(), DirectoryRole::Member).await?,
                &upn,
            ),
        }
    }
}

impl Add {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        let Some(domain) = domain(store, self.upn.domain()).await? else {
            return Err(format!(
                "{} is no domain of this tenant: add it with `domain add`",
                self.upn.domain()
            )
            .into());
        };
        match (domain.kind, &self.password, &self.immutable_id) {
            (DomainKind::Managed, None, _) => {
                return Err("say the password: --password".into());
            }
            (DomainKind::Federated, _, None) => {
                return Err(format!(
                    "people of {} sign in elsewhere: say who this is there, --immutable-id",
                    domain.name
                )
                .into());
            }
            _ => {}
        }
        if let Some(id) = &self.immutable_id
            && (id.is_empty() || id.chars().count() > LONGEST_IMMUTABLE_ID)
        {
            return Err("an ImmutableID has 1 to 64 characters".into());
        }
        let both = [self.given.as_deref(), self.family.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let name = self.name.unwrap_or(if both.is_empty() {
            self.upn.to_string()
        } else {
            both
        });
        let password_hash = self.password.as_deref().map(hash).transpose()?;
        let new = NewUser {
            upn: self.upn.as_str(),
            display_name: &name,
            given_name: self.given.as_deref(),
            family_name: self.family.as_deref(),
            password_hash: password_hash.as_deref(),
            totp_secret: self.totp.as_deref(),
            onprem_sid: self.onprem_sid.as_deref(),
            immutable_id: self.immutable_id.as_deref(),
        };
        line(&add_user(store, &new).await?.to_string());
        Ok(())
    }
}

async fn switch(store: &Store, upn: &Upn, enabled: bool) -> Result<(), Failure> {
    known(set_enabled(store, upn.as_str(), enabled).await?, upn)
}

fn known(happened: bool, upn: &Upn) -> Result<(), Failure> {
    if happened {
        Ok(())
    } else {
        Err(format!("there is no user {upn}").into())
    }
}
