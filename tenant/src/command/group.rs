//! `dovetail-tenant group …`

use clap::Subcommand;
use dovetail_shared::name::Upn;

use super::args::Failure;
use super::out::{json, line};
use crate::account::{add_group, add_member, delete_group, groups, is_group, remove_member};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Add a group
    Add { name: String },
    /// List groups and who is in them
    List {
        #[arg(long)]
        json: bool,
    },
    /// Delete a group
    Delete { name: String },
    /// Put a person into a group
    MemberAdd { name: String, upn: Upn },
    /// Take a person out of a group
    MemberRemove { name: String, upn: Upn },
}

impl Group {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add { name } => {
                if name.trim().is_empty() {
                    return Err("a group needs a name".into());
                }
                if is_group(store, &name).await? {
                    return Err(format!("there is a group {name} already").into());
                }
                line(&add_group(store, &name).await?.to_string());
                Ok(())
            }
            Self::List { json: true } => json(&groups(store).await?),
            Self::List { json: false } => {
                for group in groups(store).await? {
                    line(&format!(
                        "{}  {}  {}",
                        group.id,
                        group.name,
                        group.members.join(" ")
                    ));
                }
                Ok(())
            }
            Self::Delete { name } => done(
                delete_group(store, &name).await?,
                &format!("there is no group {name}"),
            ),
            Self::MemberAdd { name, upn } => done(
                add_member(store, &name, upn.as_str()).await?,
                &format!("there is no group {name}, or no user {upn}"),
            ),
            Self::MemberRemove { name, upn } => done(
                remove_member(store, &name, upn.as_str()).await?,
                &format!("{upn} is not in {name}"),
            ),
        }
    }
}

fn done(happened: bool, otherwise: &str) -> Result<(), Failure> {
    if happened {
        Ok(())
    } else {
        Err(otherwise.to_owned().into())
    }
}
