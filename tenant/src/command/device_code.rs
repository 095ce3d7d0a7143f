//! `dovetail-tenant device-code …`

use clap::Subcommand;
use dovetail_shared::name::Upn;

use super::args::Failure;
use super::out::{json, line};
use crate::account::user_by_upn;
use crate::clock;
use crate::device_code::{approve_as, list};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCode {
    /// Approve a code as somebody, without a browser (labs only)
    Approve {
        /// As the device shows it
        code: String,
        /// Whom the device is signed in as
        #[arg(long)]
        upn: Upn,
        /// With a second factor
        #[arg(long)]
        mfa: bool,
    },
    /// List the codes that wait for somebody
    List {
        #[arg(long)]
        json: bool,
    },
}

impl DeviceCode {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        let now = clock::now();
        match self {
            Self::Approve { code, upn, mfa } => {
                let user = user_by_upn(store, &upn.to_string()).await?;
                let user = user.ok_or_else(|| format!("there is no user {upn}"))?;
                let amr: &[&str] = if mfa { &["pwd", "mfa"] } else { &["pwd"] };
                Ok(approve_as(store, &code, &user, amr, now).await?)
            }
            Self::List { json: true } => json(&list(store, now).await?),
            Self::List { json: false } => {
                for waiting in list(store, now).await? {
                    line(&format!(
                        "{}  {}  {}",
                        waiting.user_code, waiting.app, waiting.place
                    ));
                }
                Ok(())
            }
        }
    }
}
