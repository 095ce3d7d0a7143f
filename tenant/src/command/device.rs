//! `dovetail-tenant device …`

use clap::Subcommand;
use dovetail_shared::id::DeviceId;

use super::args::Failure;
use super::out::{json, line};
use crate::device::{self, delete, devices, evidence, set_enabled};
use crate::store::Store;

/// What `Get-MsolDevice` prints, in its order.
const PRINT: &[&str] = &[
    "ExtensionData",
    "Enabled",
    "ObjectId",
    "DeviceId",
    "DisplayName",
    "DeviceObjectVersion",
    "DeviceOsType",
    "DeviceOsVersion",
    "DeviceTrustType",
    "DeviceTrustLevel",
    "DevicePhysicalIds",
    "ApproximateLastLogonTimestamp",
    "AlternativeSecurityIds",
    "DirSyncEnabled",
    "LastDirSyncTime",
    "RegisteredOwners",
    "GraphDeviceObject",
    "IsManaged",
    "IsCompliant",
    "ComplianceReasons",
];

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// List devices
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one, as Get-MsolDevice prints it
    Show {
        id: DeviceId,
        /// The whole object, with its keys and what is kept of its registration
        #[arg(long)]
        json: bool,
    },
    /// Disable one
    Disable { id: DeviceId },
    /// Enable it again
    Enable { id: DeviceId },
    /// Take one out of the directory
    Delete { id: DeviceId },
}

impl Device {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        let gone = |id: DeviceId| -> Failure { format!("there is no device {id}").into() };
        match self {
            Self::List { json: true } => {
                let mut list = Vec::new();
                for device in devices(store).await? {
                    list.push(device.to_json(evidence(store, device.id).await?.as_ref()));
                }
                json(&list)
            }
            Self::List { json: false } => {
                for device in devices(store).await? {
                    line(&format!(
                        "{}  {}  {}  {}",
                        device.id,
                        device.display_name,
                        device.trust_type(),
                        device.owner_upn
                    ));
                }
                Ok(())
            }
            Self::Show { id, json: whole } => {
                let device = device::device(store, id).await?;
                let kept = evidence(store, id).await?;
                let object = device.ok_or_else(|| gone(id))?.to_json(kept.as_ref());
                if whole {
                    return json(&object);
                }
                for name in PRINT {
                    let value = object.get(name).map_or_else(String::new, |value| {
                        value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned)
                    });
                    line(&format!("{name:<30}: {value}"));
                }
                Ok(())
            }
            Self::Disable { id } => set_enabled(store, id, false)
                .await?
                .then_some(())
                .ok_or_else(|| gone(id)),
            Self::Enable { id } => set_enabled(store, id, true)
                .await?
                .then_some(())
                .ok_or_else(|| gone(id)),
            Self::Delete { id } => delete(store, id)
                .await?
                .then_some(())
                .ok_or_else(|| gone(id)),
        }
    }
}
