//! `dovetail-tenant mdm …`

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::args::Failure;
use super::out::{json, line};
use crate::clock;
use crate::mdm::{
    Managed, NewCommand, RetiredBy, Verb, all, change, commands, find, nodes, policies, queue,
    queue_unenroll, retire, settings,
};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Mdm {
    /// Managed devices
    #[command(subcommand)]
    Device(Device),
    /// What devices are told to do
    #[command(subcommand)]
    Command(Command),
    /// Limits and times
    #[command(subcommand)]
    Settings(Change),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// List them
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one, with what it said of itself and what it made of its policies
    Show {
        /// Its id in the directory or in the management
        id: Uuid,
        #[arg(long)]
        json: bool,
    },
    /// Tell one to end its management, at its next session
    Unenroll {
        id: Uuid,
        /// At once: its certificate is refused from now on, whatever the device does
        #[arg(long)]
        now: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Queue a command
    Add(Add),
    /// List the commands of a device
    List {
        id: Uuid,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    id: Uuid,
    verb: Verb,
    /// ./…
    uri: String,
    /// chr, int, bool, b64, xml
    #[arg(long)]
    format: Option<String>,
    #[arg(long)]
    value: Option<String>,
    /// Carried out together with the others of that name, or not at all
    #[arg(long)]
    batch: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Show them
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Change one: `device_limit`, `certificate_life_secs`, `renew_days`, `poll_minutes`, `session_limit`
    Set { name: String, value: i64 },
}

impl Mdm {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Device(device) => device.run(store).await,
            Self::Command(command) => command.run(store).await,
            Self::Settings(Change::Show { json: true }) => json(&settings(store).await?),
            Self::Settings(Change::Show { json: false }) => {
                let value = serde_json::to_value(settings(store).await?)?;
                for (name, value) in value.as_object().into_iter().flatten() {
                    line(&format!("{name:<22} {value}"));
                }
                Ok(())
            }
            Self::Settings(Change::Set { name, value }) => Ok(change(store, &name, value).await?),
        }
    }
}

impl Device {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::List { json: true } => json(&all(store).await?),
            Self::List { json: false } => {
                for device in all(store).await? {
                    line(&format!(
                        "{}  {}  {}  {}",
                        device.id,
                        device.device,
                        device.name,
                        verdict(&device)
                    ));
                }
                Ok(())
            }
            Self::Show { id, json: whole } => {
                let device = known(store, id).await?;
                let mut value = serde_json::to_value(&device)?;
                if let Some(members) = value.as_object_mut() {
                    let nodes = serde_json::to_value(nodes(store, device.id).await?)?;
                    members.insert("nodes".to_owned(), nodes);
                    let policies = serde_json::to_value(policies(store, device.id).await?)?;
                    members.insert("policies".to_owned(), policies);
                }
                if whole {
                    return json(&value);
                }
                for (name, value) in value.as_object().into_iter().flatten() {
                    line(&format!("{name:<14} {value}"));
                }
                Ok(())
            }
            Self::Unenroll { id, now: false } => {
                let device = alive(store, id).await?;
                queue_unenroll(store, device.id).await?;
                Ok(())
            }
            Self::Unenroll { id, now: true } => {
                let device = alive(store, id).await?;
                let mut transaction = store.begin().await?;
                retire(
                    &mut transaction,
                    device.device,
                    RetiredBy::Server,
                    clock::now(),
                )
                .await?;
                Ok(transaction.commit().await?)
            }
        }
    }
}

impl Command {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add(add) => {
                let device = alive(store, add.id).await?;
                let new = NewCommand {
                    verb: add.verb,
                    uri: add.uri,
                    format: add.format,
                    data: add.value,
                    batch: add.batch,
                };
                line(&queue(store, device.id, &new).await?.to_string());
                Ok(())
            }
            Self::List { id, json: whole } => {
                let device = known(store, id).await?;
                let commands = commands(store, device.id).await?;
                if whole {
                    return json(&commands);
                }
                for command in commands {
                    line(&format!(
                        "{}  {:?}  {}  {}  {}",
                        command.id,
                        command.verb,
                        command.uri,
                        command.state,
                        command
                            .status
                            .map(|status| status.to_string())
                            .unwrap_or_default()
                    ));
                }
                Ok(())
            }
        }
    }
}

async fn known(store: &Store, id: Uuid) -> Result<Managed, Failure> {
    let device = find(store, id).await?;
    device.ok_or_else(|| format!("there is no managed device {id}").into())
}

async fn alive(store: &Store, id: Uuid) -> Result<Managed, Failure> {
    let device = known(store, id).await?;
    if device.retired.is_some() {
        return Err(format!("the device {id} is not managed any more").into());
    }
    Ok(device)
}

fn verdict(device: &Managed) -> &'static str {
    match (device.retired, device.compliant) {
        (Some(_), _) => "retired",
        (None, Some(true)) => "compliant",
        (None, Some(false)) => "noncompliant",
        (None, None) => "not judged",
    }
}
