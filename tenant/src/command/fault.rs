//! `dovetail-tenant fault …`

use clap::{Subcommand, ValueEnum as _};

use super::args::Failure;
use super::out::{json, line};
use crate::fault::{self, Kind};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Fault {
    /// Misbehave from now on
    Set {
        kind: Kind,
        /// So many times
        #[arg(long, default_value_t = 1)]
        count: u32,
        /// After so many milliseconds
        #[arg(long, default_value_t = 0)]
        delay_ms: u32,
        /// Only for paths that begin so
        #[arg(long, default_value = "/")]
        path: String,
    },
    /// List what is set
    List {
        #[arg(long)]
        json: bool,
    },
    /// Behave again
    Clear,
}

impl Fault {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Set {
                kind,
                count,
                delay_ms,
                path,
            } => {
                let name = kind
                    .to_possible_value()
                    .map(|value| value.get_name().to_owned())
                    .unwrap_or_default();
                Ok(fault::set(
                    store,
                    &fault::Fault {
                        name,
                        path,
                        remaining: count.into(),
                        delay_ms: delay_ms.into(),
                    },
                )
                .await?)
            }
            Self::List { json: true } => json(&fault::list(store).await?),
            Self::List { json: false } => {
                for fault in fault::list(store).await? {
                    line(&format!(
                        "{}  {}  {} times  {} ms",
                        fault.name, fault.path, fault.remaining, fault.delay_ms
                    ));
                }
                Ok(())
            }
            Self::Clear => Ok(fault::clear(store).await?),
        }
    }
}
