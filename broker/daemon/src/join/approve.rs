//! The yes outside the browser.

use std::sync::Arc;

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Answer, Approval, Approvals, Done};
use dovetail_shared::{Code, Report, Step};

use super::confirm::approved;
use super::state::State;
use crate::Daemon;
use crate::front::Peer;

const PKCHECK: &str = "/usr/bin/pkcheck";
const ACTION: &str = "io.dovetail.join";

/// Lets polkit ask the person at the peer's session.
pub(super) async fn polkit(daemon: Arc<Daemon>, peer: Peer, id: JoinId) {
    let process = format!("{},{},{}", peer.pid, peer.start, peer.uid);
    let answer = tokio::process::Command::new(PKCHECK)
        .args([
            "--action-id",
            ACTION,
            "--process",
            &process,
            "--allow-user-interaction",
        ])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .status()
        .await;
    let yes = matches!(&answer, Ok(status) if status.success());
    let detail = answer.err().map(|error| format!("{PKCHECK}: {error}"));
    if let Err(report) = settle(&daemon, id, yes, detail) {
        tracing::info!("an approval came too late: {}", report.code);
    }
}

/// Those that wait and that this user may answer.
pub fn list(daemon: &Daemon, peer: &Peer) -> Approvals {
    let join = daemon.record().join.filter(|join| {
        matches!(join.state, State::Approval)
            && join.report.is_none()
            && (join.uid == peer.uid || peer.is_root())
    });
    let waiting = join.into_iter().map(|join| {
        let account = join.account.clone();
        Approval {
            join_id: join.id,
            tenant: account
                .as_ref()
                .and_then(|a| a.tenant_name.clone())
                .unwrap_or_default(),
            upn: account.map(|a| a.upn).unwrap_or_default(),
            device_name: join.device_name,
        }
    });
    Approvals {
        waiting: waiting.collect(),
    }
}

/// The answer in a terminal; pages never get here.
pub fn answer(daemon: &Arc<Daemon>, peer: &Peer, answer: Answer) -> Result<Done, Report> {
    let record = daemon.record();
    let join = record
        .join
        .filter(|join| join.id == answer.join_id)
        .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
    if join.uid != peer.uid && !peer.is_root() {
        return Err(daemon.report(Code::PEER_REFUSED));
    }
    // polkit's decision is polkit's: it is not to be gone round by the asking user.
    if daemon.config.daemon.approval != crate::config::Approval::Terminal && !peer.is_root() {
        return Err(daemon.report(Code::PEER_REFUSED));
    }
    settle(daemon, answer.join_id, answer.approve, None)?;
    Ok(Done {})
}

fn settle(
    daemon: &Arc<Daemon>,
    id: JoinId,
    yes: bool,
    detail: Option<String>,
) -> Result<(), Report> {
    daemon.change(|record| {
        let join = record
            .join
            .as_mut()
            .filter(|join| join.id == id)
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        if !matches!(join.state, State::Approval) || join.report.is_some() {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        if yes {
            approved(join);
        } else {
            let mut report = daemon.report(Code::NOT_APPROVED).in_step(Step::Confirm);
            report.detail = detail;
            join.report = Some(report);
        }
        Ok(())
    })?;
    super::runner::start(daemon);
    Ok(())
}
