//! The joining user is signed on, where a refresh token is there for it. Whatever comes of it, the device has joined: a sign-on
//! that fails is told in the user's status, and tried again from the page or with `dovetail sign-in`.

use dovetail_shared::link::StepState;
use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::state::State;
use crate::prt;

/// Needs a refresh token in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOn {}

impl SignOn {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<Outcome, Report> {
        let device = daemon
            .record()
            .device
            .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
        let refresh = {
            let mut secrets = daemon.secrets();
            let of_management = secrets.tokens.as_mut().and_then(|kept| kept.refresh.take());
            of_management.or_else(|| secrets.refresh.take())
        };
        let ended = match refresh {
            // A restart took it, or there never was one.
            None => StepState::Skipped,
            Some(refresh) => {
                let (tenant, upn) = (device.tenant_id, &device.upn);
                if prt::sign_on(daemon, join.uid, tenant, upn, &refresh).await {
                    StepState::Done
                } else {
                    StepState::Failed
                }
            }
        };
        let mut outcome = Outcome::from(State::Joined {
            device_id: device.device_id,
        });
        outcome.ended = ended;
        Ok(outcome)
    }
}
