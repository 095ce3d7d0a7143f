//! `dovetail-tenant policy access …`: conditional access.

use clap::{Args, Subcommand};
use dovetail_shared::name::Upn;

use super::args::Failure;
use super::out::{json, line};
use crate::rule::{Demand, Subject, access_rules, add_access_rule, remove_access_rule};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// Add a rule, and print its id
    Add(Add),
    /// List rules
    List {
        #[arg(long)]
        json: bool,
    },
    /// Take a rule away
    Remove { id: String },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Client or resource that it is for, by its id, or `all`
    #[arg(long, value_name = "ID|all")]
    app: String,
    /// What it takes
    #[arg(
        long,
        value_name = "WHAT",
        required_unless_present = "block",
        conflicts_with = "block"
    )]
    require: Option<Demand>,
    /// Nobody gets in
    #[arg(long)]
    block: bool,
    /// Only this person
    #[arg(long, conflicts_with = "group")]
    user: Option<Upn>,
    /// Only members of this group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
}

impl Access {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(store).await,
            Self::List { json: true } => json(access_rules(store).await?.as_ref()),
            Self::List { json: false } => {
                for rule in access_rules(store).await?.iter() {
                    let subject = match &rule.subject {
                        Subject::Everybody => "everybody".to_owned(),
                        Subject::User(id) => format!("user {id}"),
                        Subject::Group(name) => format!("group {name}"),
                    };
                    line(&format!(
                        "{}  {}  {:?}  {subject}",
                        rule.id, rule.app, rule.demand
                    ));
                }
                Ok(())
            }
            Self::Remove { id } => {
                if remove_access_rule(store, &id).await? {
                    Ok(())
                } else {
                    Err(format!("there is no rule {id}").into())
                }
            }
        }
    }
}

impl Add {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        let demand = self.require.unwrap_or(Demand::Block);
        let subject = match (&self.user, &self.group) {
            (Some(upn), _) => Subject::User(upn.to_string()),
            (None, Some(name)) => Subject::Group(name.clone()),
            (None, None) => Subject::Everybody,
        };
        match add_access_rule(store, &self.app, demand, &subject).await? {
            Some(id) => {
                line(&id);
                Ok(())
            }
            None => Err("there is no such user or group".into()),
        }
    }
}
