//! `join.device_code`: the person signs in on another machine; here a code is shown, and asked after (RFC 8628).
//!
//! There is no nonce in this flow. What ties the sign-in to this join is the device code: it is made for this request, never leaves this
//! process, and is good once. So the nonce of the waiting join is nobody's but the waiting task's, and tells it whether it is still waited for.

use std::sync::Arc;

use dovetail_shared::id::{CorrelationId, JoinId};
use dovetail_shared::link::{Begin, CodeShown, DeviceCode, Mode, StepState};
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::{Code, Report, Step};

use super::begin::begin;
use super::state::State;
use super::token::{SignedIn, Source, adopt, check};
use crate::Daemon;
use crate::direct::DeviceFlow;
use crate::front::Peer;

/// Asks for a code, and only then begins the join: where none is given out, nothing is left behind.
pub async fn device_code(
    daemon: &Arc<Daemon>,
    peer: &Peer,
    ask: DeviceCode,
) -> Result<CodeShown, Report> {
    if daemon.record().device.is_some() {
        return Err(daemon.report(Code::ALREADY_JOINED));
    }
    let correlation = CorrelationId(uuid::Uuid::new_v4());
    let flow = DeviceFlow::begin(daemon, &correlation.to_string())
        .await
        .map_err(|error| failed(error.report(daemon), correlation))?;
    let begun = begin(
        daemon,
        peer,
        &Begin {
            join_type: ask.join_type,
            mode: Mode::Settings,
            device_name: ask.device_name,
        },
    )?;
    let shown = CodeShown {
        user_code: flow.user_code.clone(),
        verification_uri: flow.address.clone(),
        verification_uri_complete: flow.complete.clone(),
        message: flow.message.clone(),
        expires_in: flow.expires_in,
        join: begun.join,
    };
    let waiting = Waiting {
        id: shown.join.join_id,
        nonce: begun.nonce,
        correlation,
    };
    tokio::spawn(waiting.until_used(Arc::clone(daemon), flow));
    Ok(shown)
}

fn failed(mut report: Report, correlation: CorrelationId) -> Report {
    report.correlation_id = correlation;
    report.in_step(Step::SignIn)
}

/// The join that waits for a code to be used.
struct Waiting {
    id: JoinId,
    nonce: String,
    correlation: CorrelationId,
}

impl Waiting {
    /// Asks at the service's pace, until there is an answer or nobody waits for it any more.
    async fn until_used(self, daemon: Arc<Daemon>, mut flow: DeviceFlow) {
        let mut events = daemon.events.subscribe();
        while self.stands(&daemon) {
            tokio::select! {
                () = tokio::time::sleep_until(flow.next()) => {}
                // Something has changed: maybe the join was given up. An event that was missed makes no difference.
                _ = events.recv() => continue,
            }
            let ended = match flow.ask(&daemon, &self.correlation.to_string()).await {
                Ok(None) => continue,
                Ok(Some(tokens)) => self.signed_in(&daemon, tokens).await,
                Err(error) => Err(error.report(&daemon)),
            };
            if let Err(report) = ended {
                self.give_up(&daemon, failed(report, self.correlation));
            }
            return;
        }
    }

    /// Whether the join still waits for this very sign-in.
    fn stands(&self, daemon: &Daemon) -> bool {
        daemon.record().join.is_some_and(|join| {
            join.id == self.id
                && matches!(&join.state, State::SignIn { nonce } if *nonce == self.nonce)
        })
    }

    async fn signed_in(&self, daemon: &Arc<Daemon>, tokens: TokenResponse) -> Result<(), Report> {
        let id_token = tokens
            .id_token
            .ok_or_else(|| daemon.report(Code::NONSENSE))?;
        let verified = check(daemon, id_token.expose(), Source::Grant).await?;
        let signed_in = SignedIn {
            verified: &verified,
            bearer: tokens.access_token,
        };
        adopt(daemon, self.id, &self.nonce, signed_in)?;
        daemon.secrets().refresh = tokens.refresh_token;
        Ok(())
    }

    /// A code that led to nothing ends the join, with the reason. Nothing stays behind.
    fn give_up(&self, daemon: &Daemon, report: Report) {
        let ours = daemon.change(|record| {
            let join = record.join.as_mut().filter(|join| {
                join.id == self.id
                    && matches!(&join.state, State::SignIn { nonce } if *nonce == self.nonce)
            });
            let Some(join) = join else {
                return Ok(false);
            };
            join.state = State::Cancelled;
            join.mark(Step::SignIn, StepState::Failed, None);
            join.report = Some(report);
            Ok(true)
        });
        let forgotten = match ours {
            Ok(true) => super::confirm::forget(daemon),
            Ok(false) => Ok(()),
            Err(report) => Err(report),
        };
        if let Err(report) = forgotten {
            tracing::warn!(
                "a join that was given up is not cleaned up: {}",
                report.code
            );
        }
    }
}
