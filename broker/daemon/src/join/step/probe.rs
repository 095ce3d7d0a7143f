//! Asks the terms page once, before the person is sent there: a page that does not answer is a report, never a blank tab.

use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::state::State;
use crate::mdm::address;
use crate::net::{Ask, NetError};

/// Needs the offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {}

impl Probe {
    /// No token goes along, no redirect is followed, and what the page says is not read.
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        let failed = |detail: String| daemon.report(Code::TERMS_FAILED).with_detail(detail);
        let url = join
            .mdm
            .as_ref()
            .and_then(|offer| offer.terms_url.as_deref())
            .and_then(|text| address::announced(text, &daemon.config.management).ok())
            .ok_or_else(|| failed("the address of the terms of use is not trusted".into()))?;
        let ask = Ask::get(&url, join.correlation.to_string());
        match daemon.net.ask(ask).await {
            Ok(answer) if answer.status < 400 || answer.status == 401 => Ok(State::Terms),
            Ok(answer) => Err(failed(format!("the terms of use: HTTP {}", answer.status))),
            // A page, or the way to one, is what was hoped for.
            Err(NetError::Redirected(_) | NetError::WebPage(_) | NetError::TooLarge(_)) => {
                Ok(State::Terms)
            }
            Err(error) => Err(daemon
                .report(Code::TERMS_UNREACHABLE)
                .with_detail(error.to_string())),
        }
    }
}
