//! Where the tenant's registration service is; meanwhile the keys are finished.

use dovetail_shared::name::Upn;
use dovetail_shared::status::KeyProtection;
use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Attest, Register};
use crate::Daemon;
use crate::drs;
use crate::join::record::JoinRecord;
use crate::join::state::State;
use crate::net::{Ask, NetError};

/// Needs nothing but the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discover {}

impl Discover {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        daemon
            .vault
            .ensure()
            .await
            .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
        let domain = join
            .account
            .as_ref()
            .and_then(|account| account.upn.parse::<Upn>().ok())
            .ok_or_else(|| daemon.report(Code::NO_CONNECTION_POINT))?;
        let base = daemon.config.tenant.drs.trim_end_matches('/');
        let url = format!(
            "{base}/{}/EnrollmentServer/contract?api-version=1.2",
            domain.domain()
        );
        let url = Url::parse(&url).map_err(|_| daemon.report(Code::NO_CONNECTION_POINT))?;
        let ask = Ask::get(&url, join.correlation.to_string());
        let answer = daemon.net.ask(ask).await.map_err(|error| {
            let code = match error {
                NetError::Unreachable { .. } | NetError::Cut { .. } => Code::DISCOVERY_UNREACHABLE,
                ref other => other.code(),
            };
            daemon.report(code).with_detail(error.to_string())
        })?;
        if answer.status != 200 {
            return Err(daemon
                .report(Code::DISCOVERY_FAILED)
                .with_detail(format!("the contract document: HTTP {}", answer.status)));
        }
        let discovery = drs::read(&answer.body, base).map_err(|code| daemon.report(code))?;
        let announced = discovery
            .device_join_service
            .as_ref()
            .is_some_and(|service| service.attestation_endpoint.is_some());
        let provable = announced && daemon.vault.protection() == KeyProtection::Tpm;
        Ok(if provable {
            State::Attest(Attest { discovery })
        } else {
            State::Register(Register {
                discovery,
                attestation: None,
            })
        })
    }
}
