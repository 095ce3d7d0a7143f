//! Where a join stands, with exactly what the rest of it needs. Never a token.

use dovetail_shared::Step;
use dovetail_shared::drs::Discovery;
use dovetail_shared::id::DeviceId;
use dovetail_shared::link::JoinState;
use serde::{Deserialize, Serialize};

use super::step::{
    Attest, Discover, Enroll, Install, Probe, Redeem, Register, SignOn, Sync, Verify,
};

/// A state of the join; on disk by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum State {
    /// For the person to sign in with this nonce.
    SignIn {
        /// Ours, single use.
        nonce: String,
    },
    /// Runs.
    Probe(Probe),
    /// For the person to answer the terms of use.
    Terms,
    /// For the person to confirm on the page.
    Confirm,
    /// For a yes outside the browser.
    Approval,
    /// Runs.
    Discover(Discover),
    /// Runs.
    Attest(Attest),
    /// Runs.
    Register(Register),
    /// Runs.
    Verify(Verify),
    /// Runs.
    Install(Install),
    /// Joined; for the page to fetch a code for the management service.
    Manage,
    /// Runs.
    Redeem(Redeem),
    /// Runs.
    Enroll(Enroll),
    /// Runs.
    Sync(Sync),
    /// Runs.
    SignOn(SignOn),
    /// The end.
    Joined {
        /// As which device.
        device_id: DeviceId,
    },
    /// The end.
    Cancelled,
}

impl State {
    /// The word in a view, leaving failure aside.
    pub fn word(&self) -> JoinState {
        match self {
            Self::SignIn { .. } => JoinState::WaitingForSignIn,
            Self::Terms => JoinState::WaitingForTerms,
            Self::Confirm => JoinState::WaitingForConfirmation,
            Self::Approval => JoinState::WaitingForApproval,
            Self::Manage => JoinState::WaitingForManagement,
            Self::Probe(_)
            | Self::Discover(_)
            | Self::Attest(_)
            | Self::Register(_)
            | Self::Verify(_)
            | Self::Install(_)
            | Self::Redeem(_)
            | Self::Enroll(_)
            | Self::Sync(_)
            | Self::SignOn(_) => JoinState::Running,
            Self::Joined { .. } => JoinState::Joined,
            Self::Cancelled => JoinState::Cancelled,
        }
    }

    /// The line of the progress list.
    pub fn step(&self) -> Step {
        match self {
            Self::SignIn { .. } => Step::SignIn,
            Self::Probe(_) | Self::Terms => Step::Terms,
            Self::Confirm | Self::Approval | Self::Cancelled => Step::Confirm,
            Self::Discover(_) => Step::Discover,
            Self::Attest(_) => Step::Attest,
            Self::Register(_) => Step::Register,
            Self::Verify(_) => Step::Verify,
            Self::Manage | Self::Redeem(_) | Self::Enroll(_) => Step::Enroll,
            Self::Sync(_) => Step::Sync,
            Self::SignOn(_) => Step::SignOn,
            Self::Install(_) | Self::Joined { .. } => Step::Install,
        }
    }

    /// A device that the tenant may know by now, with its certificate.
    pub fn device(&self) -> Option<(&Discovery, &str)> {
        match self {
            Self::Verify(verify) => Some((&verify.discovery, &verify.certificate)),
            Self::Install(install) => Some((&install.discovery, &install.certificate)),
            _ => None,
        }
    }
}
