//! `join.direct`: name and password from a terminal instead of a page, where the configuration allows it.

use std::sync::Arc;

use dovetail_shared::id::CorrelationId;
use dovetail_shared::link::{Begin, Direct, JoinView, Mode};
use dovetail_shared::{Code, Report, Step};

use super::begin::begin;
use super::token::{SignedIn, Source, adopt, check};
use crate::Daemon;
use crate::direct::{Credentials, sign_in};
use crate::front::Peer;

/// Signs in, and only then begins the join: a wrong password leaves nothing behind. It goes on from the person's yes, as after a
/// page's sign-in.
pub async fn direct(daemon: &Arc<Daemon>, peer: &Peer, direct: Direct) -> Result<JoinView, Report> {
    if !daemon.config.tenant.direct_sign_in {
        return Err(daemon.report(Code::DIRECT_SIGN_IN_OFF));
    }
    if daemon.record().device.is_some() {
        return Err(daemon.report(Code::ALREADY_JOINED));
    }
    let correlation = CorrelationId(uuid::Uuid::new_v4());
    let failed = |mut report: Report| {
        report.correlation_id = correlation;
        report.in_step(Step::SignIn)
    };
    let credentials = Credentials {
        upn: &direct.upn,
        password: &direct.password,
    };
    let tokens = sign_in(daemon, credentials, &correlation.to_string())
        .await
        .map_err(|error| failed(error.report(daemon)))?;
    let id_token = tokens
        .id_token
        .ok_or_else(|| failed(daemon.report(Code::NONSENSE)))?;
    let verified = check(daemon, id_token.expose(), Source::Grant)
        .await
        .map_err(failed)?;
    if !verified
        .claims()
        .upn
        .eq_ignore_ascii_case(direct.upn.as_str())
    {
        let report = daemon
            .report(Code::TOKEN_REJECTED)
            .with_detail("the sign-in is another account's");
        return Err(failed(report));
    }
    let begun = begin(
        daemon,
        peer,
        &Begin {
            join_type: direct.join_type,
            mode: Mode::Settings,
            device_name: direct.device_name,
        },
    )?;
    let signed_in = SignedIn {
        verified: &verified,
        bearer: tokens.access_token,
    };
    daemon.secrets().refresh = tokens.refresh_token;
    adopt(daemon, begun.join.join_id, &begun.nonce, signed_in)
}
