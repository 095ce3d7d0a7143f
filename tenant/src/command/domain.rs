//! `dovetail-tenant domain …`

use clap::Subcommand;
use dovetail_shared::name::DomainName;
use url::Url;

use super::args::Failure;
use super::out::{json, line};
use crate::account::{self, DomainKind, domains, keep_domain};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Domain {
    /// Add a domain, or change one
    Add {
        name: DomainName,
        /// Its accounts sign in at another service
        #[arg(long, requires = "passive_url")]
        federated: bool,
        /// Where they sign in
        #[arg(long)]
        passive_url: Option<Url>,
        /// Who signs their assertions
        #[arg(long)]
        issuer: Option<String>,
        /// What people call the organisation
        #[arg(long)]
        brand: Option<String>,
    },
    /// List domains
    List {
        #[arg(long)]
        json: bool,
    },
}

impl Domain {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add {
                name,
                federated,
                passive_url,
                issuer,
                brand,
            } => {
                let kind = if federated {
                    DomainKind::Federated
                } else {
                    DomainKind::Managed
                };
                let brand = brand.unwrap_or_else(|| name.to_string());
                let domain = account::Domain {
                    name: name.to_string(),
                    kind,
                    brand,
                    passive_url: passive_url.map(String::from),
                    issuer,
                };
                Ok(keep_domain(store, &domain).await?)
            }
            Self::List { json: true } => json(&domains(store).await?),
            Self::List { json: false } => {
                for domain in domains(store).await? {
                    line(&format!(
                        "{}  {:?}  {}",
                        domain.name, domain.kind, domain.brand
                    ));
                }
                Ok(())
            }
        }
    }
}
