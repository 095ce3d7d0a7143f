//! `dovetail-tenant domain …`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use dovetail_shared::name::DomainName;
use url::{Host, Url};

use super::args::Failure;
use super::out::{json, line};
use crate::account::{self, Federation, MfaBehavior, PromptLogin, domains, keep_domain};
use crate::clock;
use crate::federation::{self, Metadata};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Domain {
    /// Add a domain, or change one
    Add(Box<Add>),
    /// List domains
    List {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    name: DomainName,
    /// What people call the organisation
    #[arg(long)]
    brand: Option<String>,
    /// Its accounts sign in at another service (WS-Federation)
    #[arg(long)]
    federated: bool,
    /// That service's metadata document: issuer, address and certificates are taken from it
    #[arg(long, value_name = "FILE", requires = "federated")]
    metadata: Option<PathBuf>,
    /// Where browsers are sent
    #[arg(long, value_name = "URL", requires = "federated")]
    passive_url: Option<Url>,
    /// Where programs sign in (WS-Trust usernamemixed)
    #[arg(long, value_name = "URL", requires = "federated")]
    active_url: Option<Url>,
    /// Where the service describes itself (MEX)
    #[arg(long, value_name = "URL", requires = "federated")]
    mex_url: Option<Url>,
    /// Who issues its assertions; no other domain may have the same
    #[arg(long, value_name = "URI", requires = "federated")]
    issuer: Option<String>,
    /// The certificate it signs with (PEM or DER)
    #[arg(long, value_name = "FILE", requires = "federated")]
    certificate: Option<PathBuf>,
    /// The one that it will sign with next
    #[arg(long, value_name = "FILE", requires = "federated")]
    next_certificate: Option<PathBuf>,
    /// Whether a second factor asked for there counts here
    #[arg(long, default_value = "accept", requires = "federated")]
    mfa: MfaBehavior,
    /// What becomes of `prompt=login`
    #[arg(long, default_value = "fresh-password", requires = "federated")]
    prompt_login: PromptLogin,
}

impl Domain {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add(add) => {
                let name = add.name.to_string();
                let brand = add.brand.clone().unwrap_or_else(|| name.clone());
                let domain = if add.federated {
                    account::Domain::federated(&name, &brand, add.federation()?)
                } else {
                    account::Domain::managed(&name, &brand)
                };
                Ok(keep_domain(store, &domain).await?)
            }
            Self::List { json: true } => json(&domains(store).await?),
            Self::List { json: false } => {
                for domain in domains(store).await? {
                    let sts = domain
                        .federation
                        .map(|it| format!("  {}", it.passive_url))
                        .unwrap_or_default();
                    line(&format!(
                        "{}  {:?}  {}{sts}",
                        domain.name, domain.kind, domain.brand
                    ));
                }
                Ok(())
            }
        }
    }
}

impl Add {
    /// The settings: what is said here, else what the metadata say.
    fn federation(self) -> Result<Federation, Failure> {
        let found = match &self.metadata {
            Some(file) => federation::metadata(&read(file)?, clock::now())
                .map_err(|error| format!("{}: {error}", file.display()))?,
            None => Metadata::default(),
        };
        let mut certificates = found.certificates;
        if let Some(file) = &self.certificate {
            certificates = vec![certificate(file)?];
        }
        if let Some(file) = &self.next_certificate {
            certificates.truncate(1);
            certificates.push(certificate(file)?);
        }
        if certificates.is_empty() {
            return Err("say what it signs with: --certificate or --metadata".into());
        }
        let passive_url = match self.passive_url {
            Some(url) => url,
            None => found
                .passive_url
                .ok_or("say where browsers are sent: --passive-url or --metadata")?,
        };
        let issuer = self
            .issuer
            .or(found.issuer)
            .filter(|issuer| !issuer.trim().is_empty())
            .ok_or("say who issues its assertions: --issuer or --metadata")?;
        let optional = |url: Option<Url>| url.map(safe).transpose();
        Ok(Federation {
            passive_url: safe(passive_url)?,
            active_url: optional(self.active_url.or(found.active_url))?,
            mex_url: optional(self.mex_url.or(found.mex_url))?,
            issuer,
            certificates,
            mfa: self.mfa,
            prompt_login: self.prompt_login,
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()).into())
}

fn certificate(file: &Path) -> Result<Vec<u8>, Failure> {
    federation::certificate(&read(file)?, clock::now())
        .map_err(|error| format!("{}: {error}", file.display()).into())
}

/// People type their passwords there: https, or this machine itself in a lab.
fn safe(url: Url) -> Result<String, Failure> {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => {
            return Err(
                format!("{url} is not safe: https (or http on this machine itself)").into(),
            );
        }
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(format!("{url} holds a name, a password or a fragment").into());
    }
    Ok(url.into())
}
