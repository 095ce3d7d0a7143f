//! What comes of a step, and which step a state is.

use dovetail_shared::link::StepState;
use dovetail_shared::{Code, Report};

use crate::Daemon;
use crate::join::record::{Device, JoinRecord};
use crate::join::state::State;
use crate::mdm::record::Enrollment;

/// What a step leads to.
#[derive(Debug)]
pub struct Outcome {
    /// The next state.
    pub next: State,
    /// What this machine now is, at the end.
    pub device: Option<Device>,
    /// Who manages it from now on.
    pub enrollment: Option<Enrollment>,
    /// How this step is over.
    pub ended: StepState,
}

impl From<State> for Outcome {
    fn from(next: State) -> Self {
        Self {
            next,
            device: None,
            enrollment: None,
            ended: StepState::Done,
        }
    }
}

impl State {
    /// Runs the step of this state.
    pub async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<Outcome, Report> {
        match self {
            Self::Probe(step) => step.run(daemon, join).await.map(Into::into),
            Self::Discover(step) => step.run(daemon, join).await.map(Into::into),
            Self::Attest(step) => step.run(daemon, join).await.map(Into::into),
            Self::Register(step) => step.run(daemon, join).await.map(Into::into),
            Self::Verify(step) => step.run(daemon, join).map(Into::into),
            Self::Install(step) => step.run(daemon, join),
            Self::Redeem(step) => step.run(daemon, join).await.map(Into::into),
            Self::Enroll(step) => step.run(daemon, join).await,
            Self::Sync(step) => step.run(daemon).await.map(Into::into),
            Self::SignOn(step) => step.run(daemon, join).await,
            Self::SignIn { .. }
            | Self::Terms
            | Self::Confirm
            | Self::Approval
            | Self::Manage
            | Self::Joined { .. }
            | Self::Cancelled => Err(daemon.report(Code::WRONG_STATE)),
        }
    }
}
