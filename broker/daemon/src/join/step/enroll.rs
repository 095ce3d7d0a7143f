//! The device comes under management.

use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::state::State;

/// Needs tokens in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enroll {}

impl Enroll {
    #[expect(clippy::unused_async, reason = "asks the management service")]
    pub(super) async fn run(self, daemon: &Daemon, _join: &JoinRecord) -> Result<State, Report> {
        Err(daemon.report(Code::UNSUPPORTED))
    }
}
