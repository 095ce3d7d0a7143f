//! The page's code becomes tokens for the management service (registration-and-prt reference §1.2 (b)); they stay in memory.

use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::{Code, Report, Secret};
use serde::{Deserialize, Serialize};

use super::Enroll;
use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::secrets::Tokens;
use crate::join::state::State;
use crate::mdm::address;
use crate::net::NetError;
use crate::oidc::{self, Grant};

/// Needs the code and its verifier, or the refresh token of a sign-in without a page, in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeem {}

impl Redeem {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        let (code, pkce, refresh) = {
            let secrets = daemon.secrets();
            (
                secrets.code.clone(),
                secrets.pkce.clone(),
                secrets.refresh.clone(),
            )
        };
        let again = || daemon.report(Code::MANAGEMENT_SIGN_IN);
        let offer = join.mdm.as_ref().ok_or_else(again)?;
        let resource = address::announced(&offer.enrollment_url, &daemon.config.management)
            .map(|url| address::resource(&url))
            .map_err(|code| daemon.report(code))?;
        if let Some(refresh) = refresh {
            return without_page(daemon, join, &refresh, &resource).await;
        }
        let (code, pkce) = code.zip(pkce).ok_or_else(again)?;
        let redirect_uri = daemon.config.redirect_uri();
        let client = AUTHENTICATION_BROKER.to_string();
        let grant = Grant(&[
            ("grant_type", "authorization_code"),
            ("client_id", &client),
            ("code", code.expose()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", pkce.verifier.expose()),
            ("resource", &resource),
        ]);
        let answer = oidc::redeem(daemon, grant, join.correlation.to_string()).await;
        // Nothing was asked of the server: the same code is good still.
        if !matches!(
            &answer,
            Err(oidc::RedeemError::Net(NetError::Unreachable { .. }))
        ) {
            daemon.secrets().code = None;
        }
        let answer = answer.map_err(|error| error.report(daemon))?;
        let id_token = answer.id_token.as_ref().map(Secret::expose);
        let account = join.account.as_ref().ok_or_else(again)?;
        oidc::accompanies(daemon, id_token, &client, &pkce.nonce, account)?;
        daemon.secrets().pkce = None;
        Ok(keep(daemon, answer))
    }
}

/// After a sign-in without a page: its refresh token is good for the management service, too.
async fn without_page(
    daemon: &Daemon,
    join: &JoinRecord,
    refresh: &Secret<String>,
    resource: &str,
) -> Result<State, Report> {
    let client = AUTHENTICATION_BROKER.to_string();
    let grant = Grant(&[
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", refresh.expose()),
        ("resource", resource),
    ]);
    let answer = oidc::redeem(daemon, grant, join.correlation.to_string()).await;
    // Used up, unless nothing was asked of the server. What is left then is the page's way.
    if !matches!(
        &answer,
        Err(oidc::RedeemError::Net(NetError::Unreachable { .. }))
    ) {
        daemon.secrets().refresh = None;
    }
    let answer = answer.map_err(|error| error.report(daemon))?;
    Ok(keep(daemon, answer))
}

fn keep(daemon: &Daemon, answer: TokenResponse) -> State {
    daemon.secrets().tokens = Some(Tokens {
        access: answer.access_token,
        expires: daemon
            .now()
            .plus(answer.expires_in.get().unwrap_or_default()),
        refresh: answer.refresh_token,
    });
    State::Enroll(Enroll {})
}
