//! `dovetail-tenant policy terms …`

use std::path::PathBuf;

use clap::Subcommand;

use super::args::Failure;
use super::out::{json, line};
use crate::mdm::{acceptances, current_terms, keep_terms};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Terms {
    /// Put a new version in force
    Set {
        /// Plain text: blank lines part paragraphs, "# " begins a heading, "- " an item
        #[arg(long)]
        file: PathBuf,
        #[arg(long)]
        title: String,
    },
    /// Show the version in force
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Who accepted which version, when and for which device
    Accepted {
        #[arg(long)]
        json: bool,
    },
}

impl Terms {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Set { file, title } => {
                let text = std::fs::read_to_string(&file)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
                line(&keep_terms(store, &title, &text).await?.to_string());
                Ok(())
            }
            Self::Accepted { json: true } => json(&acceptances(store).await?),
            Self::Accepted { json: false } => {
                for accepted in acceptances(store).await? {
                    line(&format!(
                        "{}  version {}  {}  {}",
                        accepted.upn,
                        accepted.version,
                        accepted.accepted,
                        accepted.device_id.as_deref().unwrap_or("no device yet")
                    ));
                }
                Ok(())
            }
            Self::Show { json: true } => json(&current_terms(store).await?),
            Self::Show { json: false } => {
                if let Some(terms) = current_terms(store).await? {
                    line(&format!("{} (version {})", terms.title, terms.version));
                    line(&terms.text);
                }
                Ok(())
            }
        }
    }
}
