//! `join.begin`: a nonce for the sign-in, and keys made ahead while the person signs in.

use std::sync::Arc;
use std::time::Instant;

use dovetail_shared::encode::b64url;
use dovetail_shared::id::well_known::DRS_RESOURCE;
use dovetail_shared::id::{CorrelationId, JoinId};
use dovetail_shared::link::{Began, Begin, CodeSource, StepState, StepView};
use dovetail_shared::{Code, Report, Step};

use super::record::JoinRecord;
use super::secrets::{Pkce, Secrets};
use super::state::State;
use crate::Daemon;
use crate::front::Peer;

/// Starts a join, or the sign-in of the same user's join anew.
pub fn begin(daemon: &Arc<Daemon>, peer: &Peer, begin: &Begin) -> Result<Began, Report> {
    let nonce = nonce();
    let join = daemon.change(|record| {
        if record.device.is_some() {
            return Err(daemon.report(Code::ALREADY_JOINED));
        }
        if record.leaving.is_some() {
            return Err(daemon
                .report(Code::WRONG_STATE)
                .with_detail("this device is leaving its tenant"));
        }
        let old = record.join.take().filter(|join| !join.is_over());
        if old.as_ref().is_some_and(|join| join.uid != peer.uid) {
            return Err(daemon.report(Code::PEER_REFUSED));
        }
        if old.as_ref().is_some_and(|join| {
            join.report.is_none() && join.state.word() == dovetail_shared::link::JoinState::Running
        }) {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        if let Some(join) = &old {
            super::confirm::orphan(record, join);
        }
        let mut join = JoinRecord {
            id: old.map_or_else(|| JoinId(uuid::Uuid::new_v4()), |join| join.id),
            uid: peer.uid,
            join_type: begin.join_type,
            mode: begin.mode,
            device_name: begin
                .device_name
                .as_ref()
                .map_or_else(host_name, ToString::to_string),
            started: daemon.now(),
            state: State::SignIn {
                nonce: nonce.clone(),
            },
            steps: Step::ALL
                .iter()
                .map(|step| StepView {
                    step: *step,
                    state: StepState::Pending,
                    ms: None,
                })
                .collect(),
            account: None,
            mdm: None,
            report: None,
            attempt: 0,
            correlation: CorrelationId(uuid::Uuid::new_v4()),
        };
        join.mark(Step::PreCheck, StepState::Done, Some(0));
        join.mark(Step::Keys, StepState::Running, None);
        join.mark(Step::SignIn, StepState::Running, None);
        record.join = Some(join.clone());
        record.management = None;
        Ok(join)
    })?;
    *daemon.token() = None;
    let mut secrets = Secrets::default();
    let code = source(daemon, join.id, &nonce, &mut secrets);
    *daemon.secrets() = secrets;
    tokio::spawn(ahead(Arc::clone(daemon), join.id));
    Ok(Began {
        join: join.view(daemon),
        nonce,
        authority: daemon.config.tenant.authority.clone(),
        client_id: daemon.config.tenant.client(),
        code,
    })
}

/// What the page needs to ask for a code, where that is how this tenant answers.
fn source(daemon: &Daemon, join: JoinId, nonce: &str, secrets: &mut Secrets) -> CodeSource {
    let Some(redirect_uri) = daemon.config.tenant.redirect() else {
        return CodeSource::default();
    };
    let pkce = Pkce {
        nonce: nonce.to_owned(),
        ..Pkce::new(join)
    };
    let source = CodeSource {
        code_challenge: Some(pkce.challenge()),
        resource: Some(DRS_RESOURCE.to_owned()),
        redirect_uri: Some(redirect_uri),
    };
    secrets.pkce = Some(pkce);
    source
}

/// What needs no token: keys, and the authority's metadata (which also opens its connection).
async fn ahead(daemon: Arc<Daemon>, id: JoinId) {
    let begun = Instant::now();
    let correlation = uuid::Uuid::new_v4().to_string();
    let metadata = async {
        let fetched = daemon
            .provider
            .lock()
            .await
            .fetch(&daemon.net, &daemon.config.tenant, &correlation)
            .await;
        if let Err((code, _)) = fetched {
            tracing::debug!("the authority could not be asked ahead: {code}");
        }
    };
    let keys = async {
        let made = daemon.vault.ensure().await;
        let ms = u32::try_from(begun.elapsed().as_millis()).ok();
        let saved = daemon.change(|record| {
            if let Some(join) = record.join.as_mut().filter(|join| join.id == id) {
                match &made {
                    Ok(()) => join.mark(Step::Keys, StepState::Done, ms),
                    // The runner will meet the same error and stop there, with the report.
                    Err(_) => join.mark(Step::Keys, StepState::Failed, ms),
                }
            }
            Ok(())
        });
        if let Err(report) = saved {
            tracing::warn!("the record could not be saved: {}", report.code);
        }
    };
    tokio::join!(metadata, keys);
}

/// 256 random bits.
pub(crate) fn nonce() -> String {
    let (one, two) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let mut bytes = [0_u8; 32];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        let (head, tail) = bytes.split_at_mut(16);
        head.copy_from_slice(one.as_bytes());
        tail.copy_from_slice(two.as_bytes());
    }
    b64url(bytes)
}

fn host_name() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    name.parse::<dovetail_shared::name::DisplayName>()
        .map_or_else(|_| "linux".into(), |name| name.to_string())
}
