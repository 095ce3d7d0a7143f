//! Domains: how the accounts in them sign in.

use serde::Serialize;

use super::federation::{Federation, MfaBehavior, PromptLogin};
use crate::store::{Row, Store, StoreError, query};

/// Who holds the passwords of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainKind {
    Managed,
    Federated,
}

/// A verified domain of the tenant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) kind: DomainKind,
    pub(crate) brand: String,
    /// Federated: how it signs people in.
    #[serde(flatten)]
    pub(crate) federation: Option<Federation>,
}

impl Domain {
    /// A domain whose passwords are kept here.
    pub(crate) fn managed(name: &str, brand: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: DomainKind::Managed,
            brand: brand.to_owned(),
            federation: None,
        }
    }

    /// A domain whose people sign in elsewhere.
    pub(crate) fn federated(name: &str, brand: &str, federation: Federation) -> Self {
        Self {
            name: name.to_owned(),
            kind: DomainKind::Federated,
            brand: brand.to_owned(),
            federation: Some(federation),
        }
    }
}

/// The domain could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DomainError {
    #[error(
        "the issuer {0} belongs to another domain of this tenant already: every federated domain has its own"
    )]
    IssuerTaken(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn read(row: &Row) -> Result<Domain, StoreError> {
    let kind: String = row.try_get("kind")?;
    let (name, brand): (String, String) = (row.try_get("name")?, row.try_get("brand")?);
    if kind != "federated" {
        return Ok(Domain::managed(&name, &brand));
    }
    let (mfa, prompt): (String, String) = (row.try_get("mfa")?, row.try_get("prompt_login")?);
    let certificates: [Option<Vec<u8>>; 2] = [
        row.try_get("certificate")?,
        row.try_get("next_certificate")?,
    ];
    let federation = Federation {
        passive_url: row.try_get("passive_url")?,
        active_url: row.try_get("active_url")?,
        mex_url: row.try_get("mex_url")?,
        issuer: row.try_get("issuer")?,
        certificates: certificates.into_iter().flatten().collect(),
        mfa: MfaBehavior::named(&mfa),
        prompt_login: PromptLogin::named(&prompt),
    };
    Ok(Domain::federated(&name, &brand, federation))
}

/// The domain of that name, in any case.
pub(crate) async fn domain(store: &Store, name: &str) -> Result<Option<Domain>, StoreError> {
    let found = store.remember("domain", name, find(store, name));
    Ok(found.await?.as_ref().clone())
}

async fn find(store: &Store, name: &str) -> Result<Option<Domain>, StoreError> {
    let row = query("SELECT * FROM domain WHERE name = $1")
        .bind(name)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The domain of an account name; `None` when it names no domain of ours.
pub(crate) async fn domain_of(store: &Store, upn: &str) -> Result<Option<Domain>, StoreError> {
    match upn.rsplit_once('@') {
        Some((_, name)) => domain(store, name).await,
        None => Ok(None),
    }
}

/// All domains by name.
pub(crate) async fn domains(store: &Store) -> Result<Vec<Domain>, StoreError> {
    query("SELECT * FROM domain ORDER BY name")
        .fetch_all(store)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds a domain, or changes the one of that name.
pub(crate) async fn keep_domain(store: &Store, domain: &Domain) -> Result<(), DomainError> {
    let kind = match domain.kind {
        DomainKind::Managed => "managed",
        DomainKind::Federated => "federated",
    };
    let federation = domain.federation.as_ref();
    let certificate = |place: usize| federation.and_then(|it| it.certificates.get(place));
    let kept = query(
        "INSERT INTO domain (name, tenant_id, kind, brand, passive_url, active_url, mex_url, issuer, certificate, next_certificate, mfa, prompt_login)
         VALUES ($1, (SELECT id FROM tenant), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, brand = excluded.brand, passive_url = excluded.passive_url,
            active_url = excluded.active_url, mex_url = excluded.mex_url, issuer = excluded.issuer, certificate = excluded.certificate,
            next_certificate = excluded.next_certificate, mfa = excluded.mfa, prompt_login = excluded.prompt_login",
    )
    .bind(&domain.name)
    .bind(kind)
    .bind(&domain.brand)
    .bind(federation.map(|it| &it.passive_url))
    .bind(federation.and_then(|it| it.active_url.as_ref()))
    .bind(federation.and_then(|it| it.mex_url.as_ref()))
    .bind(federation.map(|it| &it.issuer))
    .bind(certificate(0))
    .bind(certificate(1))
    .bind(federation.map_or(MfaBehavior::Accept, |it| it.mfa).word())
    .bind(federation.map_or(PromptLogin::FreshPassword, |it| it.prompt_login).word())
    .execute(store)
    .await;
    match kept {
        Ok(_) => Ok(()),
        Err(StoreError::Taken(_)) => Err(DomainError::IssuerTaken(
            federation.map(|it| it.issuer.clone()).unwrap_or_default(),
        )),
        Err(error) => Err(error.into()),
    }
}
