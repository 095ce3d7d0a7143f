//! The first talk with the management service: what it wants comes into force.

use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use crate::Daemon;
use crate::join::state::State;
use crate::mdm::session::Occasion;
use crate::mdm::sync;

/// Needs the enrollment, which is in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {}

impl Sync {
    pub(super) async fn run(self, daemon: &Daemon) -> Result<State, Report> {
        let device = daemon
            .record()
            .device
            .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
        sync::act(&sync::sync(daemon, Occasion::Person).await?);
        Ok(State::Joined {
            device_id: device.device_id,
        })
    }
}
