//! The first talk with the management service: what it wants comes into force.

use dovetail_shared::Report;
use serde::{Deserialize, Serialize};

use super::SignOn;
use crate::Daemon;
use crate::join::state::State;
use crate::mdm::session::Occasion;
use crate::mdm::sync;

/// Needs the enrollment, which is in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {}

impl Sync {
    pub(super) async fn run(self, daemon: &Daemon) -> Result<State, Report> {
        sync::act(&sync::sync(daemon, Occasion::Person).await?);
        Ok(State::SignOn(SignOn {}))
    }
}
