//! `dovetail-tenant hello …`

use clap::Subcommand;
use dovetail_shared::id::DeviceId;
use dovetail_shared::name::Upn;
use serde_json::json;

use super::args::Failure;
use super::out::{self, line};
use crate::clock::{self, graph_form};
use crate::hello::{Listed, all, remove};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Hello {
    /// List keys: their ids, whose they are, on which device
    List {
        /// One person's
        #[arg(long)]
        upn: Option<Upn>,
        /// One device's
        #[arg(long)]
        device: Option<DeviceId>,
        #[arg(long)]
        json: bool,
    },
    /// Remove a key; what it gave ends
    Remove {
        /// Its id, or its name in assertions (base64 SHA-256)
        key: String,
    },
}

impl Hello {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::List {
                upn,
                device,
                json: as_json,
            } => {
                let mut keys = all(store).await?;
                keys.retain(|key| {
                    let of = |upn: &Upn| key.upn.eq_ignore_ascii_case(upn.as_str());
                    upn.as_ref().is_none_or(of) && device.is_none_or(|id| key.device == id)
                });
                if as_json {
                    return out::json(&keys.iter().map(shown).collect::<Vec<_>>());
                }
                for key in keys {
                    line(&format!(
                        "{}  {}  {}  {}  {}",
                        key.id,
                        key.upn,
                        key.device,
                        key.device_name,
                        graph_form(key.created)
                    ));
                }
                Ok(())
            }
            Self::Remove { key } => {
                let keys = all(store).await?;
                let named = |known: &&Listed| {
                    known.kid == key || known.id.to_string() == key.to_ascii_lowercase()
                };
                let gone = || format!("there is no Hello key {key}");
                let known = keys.iter().find(named).ok_or_else(gone)?;
                if remove(store, known.id, clock::now()).await? {
                    Ok(())
                } else {
                    Err(gone().into())
                }
            }
        }
    }
}

fn shown(key: &Listed) -> serde_json::Value {
    json!({
        "id": key.id,
        "kid": key.kid,
        "upn": key.upn,
        "device": key.device,
        "device_name": key.device_name,
        "created": graph_form(key.created),
    })
}
