//! `join.code`: for a join that waits for its sign-in, the sign-in's own code (design §5, the code source); else the management
//! service's.

use std::sync::Arc;

use dovetail_shared::id::CorrelationId;
use dovetail_shared::id::well_known::DRS_RESOURCE;
use dovetail_shared::link::{CodeAnswer, JoinView};
use dovetail_shared::{Code, Report, Step};

use super::record::JoinRecord;
use super::secrets::Pkce;
use super::state::State;
use super::token::{SignedIn, Source, adopt, check};
use crate::Daemon;
use crate::front::Peer;
use crate::oidc::{self, Grant};

/// Takes the code to where it is waited for.
pub async fn code(
    daemon: &Arc<Daemon>,
    peer: &Peer,
    answer: CodeAnswer,
) -> Result<JoinView, Report> {
    let join = super::confirm::own(daemon, &daemon.record(), peer, answer.join_id)?;
    match &join.state {
        State::SignIn { nonce } => sign_in(daemon, &join, nonce, answer).await,
        _ => super::manage::code(daemon, peer, answer),
    }
}

/// Redeems the sign-in's code, which is worth nothing without the verifier that never left this process, and verifies what comes.
async fn sign_in(
    daemon: &Arc<Daemon>,
    join: &JoinRecord,
    nonce: &str,
    answer: CodeAnswer,
) -> Result<JoinView, Report> {
    let correlation = CorrelationId(uuid::Uuid::new_v4());
    let failed = |mut report: Report| {
        report.correlation_id = correlation;
        report.in_step(Step::SignIn)
    };
    if let Some(error) = &answer.error {
        let description = answer.error_description.clone().unwrap_or_default();
        let mut report = super::manage::refused(daemon, error, description);
        if report.code == Code::MANAGEMENT_SIGN_IN {
            let said = report.server.take();
            report = daemon.report(Code::TOKEN_REJECTED);
            report.server = said;
        }
        return Err(failed(report));
    }
    let redirect_uri = daemon.config.tenant.redirect();
    let (Some(code), Some(redirect_uri)) = (answer.code, redirect_uri) else {
        return Err(daemon.report(Code::WRONG_STATE));
    };
    // Taken: each verifier is for one try. A restart has taken it, too, and then the person signs in once more.
    let ours = |pkce: &Pkce| pkce.join == join.id && !nonce.is_empty() && pkce.nonce == nonce;
    let pkce = daemon.secrets().pkce.take().filter(ours);
    let pkce = pkce.ok_or_else(|| failed(daemon.report(Code::NONCE_UNKNOWN)))?;
    let client = daemon.config.tenant.client();
    let grant = Grant(&[
        ("grant_type", "authorization_code"),
        ("client_id", &client),
        ("code", code.expose()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", pkce.verifier.expose()),
        ("resource", DRS_RESOURCE),
        ("windows_api_version", "2.0"),
    ]);
    let tokens = oidc::redeem(daemon, grant, correlation.to_string())
        .await
        .map_err(|error| failed(error.report_or(daemon, Code::TOKEN_REJECTED)))?;
    let id_token = tokens
        .id_token
        .ok_or_else(|| failed(daemon.report(Code::NONSENSE)))?;
    let verified = check(daemon, id_token.expose(), Source::Code(nonce))
        .await
        .map_err(failed)?;
    let signed_in = SignedIn {
        verified: &verified,
        bearer: tokens.access_token,
    };
    let view = adopt(daemon, join.id, nonce, signed_in)?;
    daemon.secrets().refresh = tokens.refresh_token;
    Ok(view)
}
