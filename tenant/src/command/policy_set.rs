//! `dovetail-tenant policy mdm …`

use clap::{Args, Subcommand};

use super::args::Failure;
use super::out::{json, line};
use crate::mdm::{Assignment, Options, assign, create, delete, set, sets, unassign};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicySets {
    /// Add a policy set
    Create {
        name: String,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Show one
    Show {
        name: String,
        #[arg(long)]
        json: bool,
    },
    /// List them
    List {
        #[arg(long)]
        json: bool,
    },
    /// Take one away, with its assignments
    Delete { name: String },
    /// Let one apply to a user, a group or all
    Assign {
        name: String,
        #[command(flatten)]
        to: To,
    },
    /// No longer
    Unassign {
        name: String,
        #[command(flatten)]
        to: To,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct To {
    /// someone@domain
    #[arg(long, value_name = "UPN")]
    user: Option<String>,
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Everybody who is managed
    #[arg(long)]
    all: bool,
}

impl To {
    fn assignment(self) -> Assignment {
        match (self.user, self.group) {
            (Some(upn), _) => Assignment::User(upn),
            (_, Some(name)) => Assignment::Group(name),
            _ => Assignment::All,
        }
    }
}

impl PolicySets {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Create { name, options } => Ok(create(store, &name, &options).await?),
            Self::Show { name, json: true } => json(&set(store, &name).await?),
            Self::Show { name, json: false } => {
                let set = set(store, &name).await?;
                line(&set.name);
                let options = serde_json::to_value(&set.options)?;
                for (name, value) in options.as_object().into_iter().flatten() {
                    line(&format!("  {name:<24} {value}"));
                }
                for to in &set.assigned {
                    line(&format!("  for {}", word(to)));
                }
                Ok(())
            }
            Self::List { json: true } => json(&sets(store).await?),
            Self::List { json: false } => {
                for set in sets(store).await? {
                    let to: Vec<String> = set.assigned.iter().map(word).collect();
                    line(&format!("{}  {}", set.name, to.join(", ")));
                }
                Ok(())
            }
            Self::Delete { name } => Ok(delete(store, &name).await?),
            Self::Assign { name, to } => Ok(assign(store, &name, &to.assignment()).await?),
            Self::Unassign { name, to } => Ok(unassign(store, &name, &to.assignment()).await?),
        }
    }
}

fn word(to: &Assignment) -> String {
    match to {
        Assignment::User(upn) => upn.clone(),
        Assignment::Group(name) => format!("group {name}"),
        Assignment::All => "all".to_owned(),
    }
}
