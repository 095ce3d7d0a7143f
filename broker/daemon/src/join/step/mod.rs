//! One state per file. A step does one thing, asks one party, and never saves the record.

mod attest;
mod discover;
mod enroll;
pub mod install;
mod probe;
mod redeem;
pub mod register;
mod sign_on;
mod sync;
mod verify;

use dovetail_shared::link::StepState;
use dovetail_shared::{Code, Report};

pub use attest::Attest;
pub use discover::Discover;
pub use enroll::Enroll;
pub use install::Install;
pub use probe::Probe;
pub use redeem::Redeem;
pub use register::Register;
pub use sign_on::SignOn;
pub use sync::Sync;
pub use verify::{Verify, certificate_device};

use super::record::{Device, JoinRecord};
use super::state::State;
use crate::Daemon;
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
