//! The device comes under management. The tenant's side remembers it from the answer on; a lost answer is asked for again with
//! the same key.

use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use super::{Outcome, Sync};
use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::state::State;
use crate::mdm::enter;

/// Needs tokens in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enroll {}

impl Enroll {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<Outcome, Report> {
        let wrong = || daemon.report(Code::MDM_WRONG_STATE);
        let device = daemon.record().device.ok_or_else(wrong)?;
        let offer = join.mdm.as_ref().ok_or_else(wrong)?;
        let correlation = join.correlation.to_string();
        let enrollment = enter::enter(daemon, &device, offer, &correlation).await?;
        let mut outcome = Outcome::from(State::Sync(Sync {}));
        outcome.enrollment = Some(enrollment);
        Ok(outcome)
    }
}
