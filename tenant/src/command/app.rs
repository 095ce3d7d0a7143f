//! `dovetail-tenant app …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dovetail_shared::id::ClientId;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::args::Failure;
use super::out::{json, line};
use crate::client::{
    IdTokenAlg, Platform, Registration, add_key, add_secret, allow_tokens, keep, registration,
    registrations,
};
use crate::clock;
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Register an application, or add addresses and credentials to one
    Add(Box<Add>),
    /// List applications
    List {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(long)]
    client_id: ClientId,
    /// Where its answers may go, to the letter; on this machine any port may be asked for
    #[arg(long)]
    redirect_uri: Vec<String>,
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    kind: Kind,
    /// What it proves itself with
    #[arg(long)]
    secret: Vec<String>,
    /// Certificate (PEM) of the key that it signs assertions with
    #[arg(long, value_name = "FILE")]
    certificate: Vec<PathBuf>,
    /// It may be handed ID tokens at the authorize endpoint
    #[arg(long)]
    id_token: bool,
    /// It may be handed access tokens there
    #[arg(long)]
    access_token: bool,
    /// What its ID tokens are signed with, and access tokens for it
    #[arg(long, default_value = "RS256", ignore_case = true)]
    id_token_signed_response_alg: IdTokenAlg,
    /// Where the browser is sent, unseen, when the person signs out
    #[arg(long, value_name = "URL")]
    logout_uri: Option<String>,
    /// Scopes that it offers to others as a resource [default: user_impersonation]
    #[arg(long, value_name = "SCOPE")]
    expose: Vec<String>,
    /// What it may do in the directory on a person's behalf
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<String>,
    /// What it may do in the directory on its own behalf
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
}

/// What kind of client the addresses belong to [default: web with a credential, native without]
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Kind {
    /// They are a page's
    #[arg(long)]
    spa: bool,
    /// They are a program's on somebody's machine
    #[arg(long)]
    native: bool,
    /// They are a server's
    #[arg(long)]
    web: bool,
}

impl App {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(store).await,
            Self::List { json: true } => json(&registrations(store).await?),
            Self::List { json: false } => {
                for app in registrations(store).await? {
                    line(&format!("{}  {}", app.client_id, app.name));
                }
                Ok(())
            }
        }
    }
}

impl Add {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        let client_id = self.client_id.to_string();
        let known = registration(store, &client_id).await?;
        let proves = !self.secret.is_empty()
            || !self.certificate.is_empty()
            || known.as_ref().is_some_and(|known| known.confidential);
        if self.redirect_uri.is_empty() && !proves && known.is_none() {
            return Err("an application needs an address or a credential".into());
        }
        let platform = if self.kind.spa {
            Platform::Spa
        } else if self.kind.web || (proves && !self.kind.native) {
            Platform::Web
        } else {
            Platform::Native
        };
        let name = self.name.or_else(|| known.map(|known| known.name.clone()));
        let mut app = Registration::new(&client_id, name.as_deref().unwrap_or(&client_id));
        for uri in &self.redirect_uri {
            app = app.with(uri, platform);
        }
        app.id_token = self.id_token;
        app.id_token_alg = self.id_token_signed_response_alg;
        app.logout_uri = self.logout_uri;
        app.permissions = words(self.permission)?;
        app.roles = words(self.role)?;
        if !self.expose.is_empty() {
            app.exposes = words(self.expose)?;
        }
        // Read before anything is kept.
        let certificates: Vec<CertificateDer<'_>> = self
            .certificate
            .iter()
            .map(CertificateDer::from_pem_file)
            .collect::<Result<_, _>>()?;
        keep(store, &app).await?;
        if self.access_token {
            allow_tokens(store, &client_id).await?;
        }
        let now = clock::now();
        for secret in &self.secret {
            add_secret(store, &client_id, secret, now).await?;
        }
        for certificate in &certificates {
            add_key(store, &client_id, certificate, now).await?;
        }
        Ok(())
    }
}

/// Words of a scope (RFC 6749 §3.3): they are kept in one text.
fn words(words: Vec<String>) -> Result<Vec<String>, Failure> {
    let fits = |word: &String| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'/')
    };
    match words.iter().find(|word| !fits(word)) {
        Some(word) => Err(format!("{word} is no scope").into()),
        None => Ok(words),
    }
}
