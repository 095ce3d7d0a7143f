//! `dovetail-tenant serve`: everything is opened, then it listens, then the ready file appears.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::args::Failure;
use crate::account::directory;
use crate::app::App;
use crate::ca::DeviceCa;
use crate::caretaker::{caretaker, keep_anchor};
use crate::hosts::Hosts;
use crate::mdm::MdmCa;
use crate::open::open;
use crate::router::Front;
use crate::seed::Seeded;
use crate::tls::{lab_ca_path, serve, server_configs, server_identity};
use crate::vault::{Vault, write_private};

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8443 and [::1]:8443]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Vec<SocketAddr>,
    /// Certificate chain (PEM) instead of the lab CA's
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Answer under Microsoft's host names
    #[arg(long)]
    impersonate_microsoft: bool,
    /// Appears, with addresses and accounts as JSON, when it answers
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// The built page [default: web/dist of the checkout, if there]
    #[arg(long, value_name = "DIR")]
    portal_assets: Option<PathBuf>,
}

impl Serve {
    pub(super) async fn run(
        self,
        data: &Path,
        database: Option<&str>,
        key_file: Option<&Path>,
    ) -> Result<(), Failure> {
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_env_filter(
                tracing_subscriber::EnvFilter::try_from_default_env()
                    .unwrap_or_else(|_| "info".into()),
            )
            .init();
        as_many_files_as_allowed();
        let listeners = self.bind().await?;
        let address = listeners
            .first()
            .ok_or("nothing to listen on")?
            .local_addr()?;
        let hosts = Hosts::new(self.impersonate_microsoft, address);
        // From here to the end of the keys' opening no other process makes anything in the folder.
        let page = self.portal_assets.clone().or_else(checkout_page);
        let opened = open(data, database, key_file, hosts.clone(), page).await?;
        let (app, vault) = (opened.app, opened.vault);
        let seeded = remember(data, opened.seeded)?;
        let (chain, key) = self.identity(&vault, &hosts)?;
        drop(vault);
        let configs = server_configs(chain, key)?;
        let (stop, stopped) = watch::channel(false);
        let names = Arc::new(hosts);
        let front = Front::new(app.clone());
        let servers: Vec<_> = listeners
            .into_iter()
            .map(|listener| {
                tokio::spawn(serve(
                    listener,
                    configs.clone(),
                    names.clone(),
                    front.clone(),
                    stopped.clone(),
                ))
            })
            .collect();
        let caretaker = tokio::spawn(caretaker(app.clone(), stopped.clone()));
        if let Some(file) = &self.ready_file {
            write_ready(file, data, &app, address, &seeded).await?;
        }
        tracing::info!(%address, portal = app.hosts.page(), "answering");
        let (mut terminate, mut interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        stop.send(true)?;
        for server in servers {
            server.await?;
        }
        caretaker.await?;
        if let Err(error) = app.own_pages.leave(&app.store).await {
            tracing::warn!(%error, "this server's addresses stay until its lease ends");
        }
        let closing = app.clone();
        tokio::task::spawn_blocking(move || closing.audit.close()).await?;
        keep_anchor(&app).await;
        app.store.close().await;
        Ok(())
    }

    async fn bind(&self) -> Result<Vec<TcpListener>, Failure> {
        let given = !self.listen.is_empty();
        let addresses = if given {
            self.listen.clone()
        } else {
            vec![
                SocketAddr::from(([127, 0, 0, 1], 8443)),
                SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 8443)),
            ]
        };
        let mut listeners: Vec<TcpListener> = Vec::new();
        for mut address in addresses {
            // Port 0 means one free port for all addresses.
            if let (0, Some(first)) = (address.port(), listeners.first()) {
                address.set_port(first.local_addr()?.port());
            }
            match TcpListener::bind(address).await {
                Ok(listener) => listeners.push(listener),
                // A machine without IPv6 is served by IPv4 alone, unless somebody insisted.
                Err(_) if !given && address.is_ipv6() => {}
                Err(error) => return Err(format!("cannot listen on {address}: {error}").into()),
            }
        }
        Ok(listeners)
    }

    fn identity(
        &self,
        vault: &Vault,
        hosts: &Hosts,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Failure> {
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let chain =
                CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
            return Ok((chain, PrivateKeyDer::from_pem_file(key)?));
        }
        Ok(server_identity(vault, &hosts.names())?)
    }
}

/// Each connection is a file. Systems start programs with 1,024 and let them have more.
fn as_many_files_as_allowed() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "no more files may be open than at the start");
    }
}

/// `web/dist`, when this program was built in a checkout that has it.
fn checkout_page() -> Option<PathBuf> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()?
        .join("web/dist");
    dist.join("index.html").exists().then_some(dist)
}

/// The invented people's passwords, kept for the lab's owner: 0600, beside the store.
pub(super) fn remember(data: &Path, seeded: Vec<Seeded>) -> Result<serde_json::Value, Failure> {
    let file = data.join("people.json");
    if seeded.is_empty() {
        return Ok(std::fs::read(&file)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or(json!([])));
    }
    let value = serde_json::to_value(seeded)?;
    write_private(&file, &serde_json::to_vec_pretty(&value)?)?;
    Ok(value)
}

async fn write_ready(
    file: &Path,
    data: &Path,
    app: &App,
    address: SocketAddr,
    people: &serde_json::Value,
) -> Result<(), Failure> {
    let directory = directory(&app.store).await?;
    let ready = json!({
        "address": address.to_string(),
        "login": app.hosts.login,
        "drs": app.hosts.drs,
        "portal": app.hosts.portal,
        "device_login": app.hosts.device_login,
        "graph": app.hosts.graph,
        "manage": app.hosts.manage,
        "manage_portal": app.hosts.manage_portal,
        "mdm_resource": app.hosts.mdm_resource(),
        "page": app.hosts.page(),
        "ca": lab_ca_path(data),
        "device_ca": DeviceCa::path(data),
        "mdm_ca": MdmCa::path(data),
        "tenant_id": directory.id,
        "tenant_name": directory.display_name,
        "people": people,
        "version": env!("CARGO_PKG_VERSION"),
    });
    let new = file.with_extension("new");
    write_private(&new, &serde_json::to_vec_pretty(&ready)?)?;
    std::fs::rename(&new, file)?;
    Ok(())
}
