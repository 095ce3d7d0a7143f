//! Arguments, and which command they mean.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use super::noted::{Noted, noted};
use super::{
    account, app, audit, backup, device, device_code, domain, fault, group, hello, mdm, policy,
    serve,
};
use crate::signer::{KeyWrap, Rotation, rotate};
use crate::store::{Store, open, seen_everywhere};
use crate::tls::lab_ca_path;
use crate::vault::{Alone, Vault};

/// A command's failure: printed as one line.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// An Entra-compatible tenant for labs and tests
#[derive(Debug, Parser)]
#[command(name = "dovetail-tenant", version)]
pub(crate) struct Args {
    /// Where everything is kept
    #[arg(long, env = "DOVETAIL_TENANT_DATA", global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of a file there: postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        env = "DOVETAIL_TENANT_DATABASE",
        hide_env_values = true,
        global = true,
        value_name = "URL"
    )]
    database: Option<String>,
    /// Key (32 bytes or more) that seals the key files at rest [default: systemd's credential dovetail-tenant.key, if there]
    #[arg(
        long,
        env = "DOVETAIL_TENANT_KEY_FILE",
        global = true,
        value_name = "FILE"
    )]
    key_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer
    Serve(serve::Serve),
    /// Print the path of the lab CA's certificate (PEM)
    Ca,
    /// People
    #[command(subcommand)]
    User(account::User),
    /// Groups of people
    #[command(subcommand)]
    Group(group::Group),
    /// Domains
    #[command(subcommand)]
    Domain(domain::Domain),
    /// Applications
    #[command(subcommand)]
    App(app::App),
    /// Devices
    #[command(subcommand)]
    Device(device::Device),
    /// Keys that people unlock on one device
    #[command(subcommand)]
    Hello(hello::Hello),
    /// Sign-ins by a code that is typed on another device
    #[command(subcommand)]
    DeviceCode(device_code::DeviceCode),
    /// Who may join, how often, and what must be proved
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Managed devices
    #[command(subcommand)]
    Mdm(mdm::Mdm),
    /// Trust TPMs certified by this CA (PEM)
    EkRootAdd {
        /// The CA's certificate
        file: PathBuf,
    },
    /// What was refused and granted
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the database into a file, while the server goes on
    Backup(backup::Backup),
    /// Sign tokens with the next key from now on
    KeyRotate {
        /// Somebody else may have the keys: withdraw all of them at once, and whatever they signed
        #[arg(long)]
        now: bool,
    },
    /// Misbehave on request (labs only)
    #[command(subcommand)]
    Fault(fault::Fault),
}

impl Args {
    /// Runs the command, and writes down what is `noted` of it. What it changed is so for every server when it ends.
    pub(crate) async fn run(self, about: Noted) -> Result<(), Failure> {
        let serves = matches!(self.command, Command::Serve(_));
        self.command(about).await?;
        if !serves {
            seen_everywhere().await;
        }
        Ok(())
    }

    async fn command(self, about: Noted) -> Result<(), Failure> {
        let data = self
            .data
            .ok_or("say where the tenant is kept: --data DIR or DOVETAIL_TENANT_DATA")?;
        std::fs::create_dir_all(&data)?;
        let address = self.database.as_deref();
        let key_file = self.key_file.as_deref();
        let Some(about) = about.0 else {
            return Box::pin(self.command.run(&data, address, key_file, None)).await;
        };
        let store = store(&data, address).await?;
        let run = self.command.run(&data, address, key_file, Some(&store));
        noted(&data, &store, about, Box::pin(run)).await
    }
}

impl Command {
    async fn run(
        self,
        data: &Path,
        address: Option<&str>,
        key_file: Option<&Path>,
        opened: Option<&Store>,
    ) -> Result<(), Failure> {
        let store = async || match opened {
            Some(store) => Ok(store.clone()),
            None => store(data, address).await,
        };
        match self {
            Self::Serve(serve) => serve.run(data, address, key_file).await,
            Self::Ca => {
                super::out::line(&lab_ca_path(data).display().to_string());
                Ok(())
            }
            Self::EkRootAdd { file } => Ok(crate::drs::add_ek_root(data, &file)?),
            Self::User(user) => user.run(&store().await?).await,
            Self::Group(group) => group.run(&store().await?).await,
            Self::Domain(domain) => domain.run(&store().await?).await,
            Self::App(app) => app.run(&store().await?).await,
            Self::Device(device) => device.run(&store().await?).await,
            Self::Hello(hello) => hello.run(&store().await?).await,
            Self::DeviceCode(code) => code.run(&store().await?).await,
            Self::Policy(policy) => policy.run(&store().await?).await,
            Self::Mdm(mdm) => mdm.run(&store().await?).await,
            Self::Audit(audit) => audit.run(data, &store().await?, address.is_some()).await,
            Self::Backup(backup) => backup.run(data, &store().await?).await,
            Self::KeyRotate { now } => {
                let store = store().await?;
                let vault = Vault::open(data, key_file)?;
                let wrap = KeyWrap::open(&vault, &store).await?;
                drop(vault);
                let rotation = if now {
                    Rotation::Now
                } else {
                    Rotation::Ordinary
                };
                Ok(rotate(&store, &wrap, rotation).await?)
            }
            Self::Fault(fault) => fault.run(&store().await?).await,
        }
    }
}

async fn store(data: &Path, address: Option<&str>) -> Result<Store, Failure> {
    let _alone = Alone::in_folder(data)?;
    let store = open(data, address).await?;
    serve::remember(data, crate::seed::seed(&store).await?)?;
    Ok(store)
}
