//! The order: realm, then the tenant or the organisation's own service, then tokens.

use dovetail_shared::Secret;
use dovetail_shared::name::Upn;
use dovetail_shared::oidc::TokenResponse;
use url::Url;

use crate::Daemon;
use crate::net::{Ask, Body};

use super::realm::Realm;
use super::{DirectError, mex, realm, redeem, rst, rstr};

/// Who signs in.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// The account.
    pub upn: &'a Upn,
    /// Goes to the sign-in service of the account's domain, nowhere else.
    pub password: &'a Secret<String>,
}

/// Tokens for the registration service, as the broker's client.
pub async fn sign_in(
    daemon: &Daemon,
    credentials: Credentials<'_>,
    correlation: &str,
) -> Result<TokenResponse, DirectError> {
    match realm::look_up(daemon, credentials.upn, correlation).await? {
        Realm::Managed => redeem::password(daemon, credentials, correlation).await,
        Realm::Federated(description) => {
            let token = assertion(daemon, credentials, &description, correlation).await?;
            redeem::assertion(daemon, &token, correlation).await
        }
    }
}

/// What the organisation's own service says of the account, byte for byte.
async fn assertion(
    daemon: &Daemon,
    credentials: Credentials<'_>,
    description: &Url,
    correlation: &str,
) -> Result<rstr::Token, DirectError> {
    let hosts = &daemon.config.tenant.federation_hosts;
    let ask = Ask::get(description, correlation.to_owned());
    let answer = daemon.net.ask(ask).await.map_err(DirectError::Service)?;
    if answer.status != 200 {
        return Err(DirectError::Status(answer.status));
    }
    let endpoint = mex::choose(&answer.body, description, hosts)?;
    let envelope = rst::envelope(&endpoint, credentials, daemon.now());
    let body = Body::Trust {
        action: endpoint.version.action(),
        envelope,
    };
    let ask = Ask::post(&endpoint.url, body, correlation.to_owned());
    let answer = daemon.net.ask(ask).await.map_err(DirectError::Service)?;
    rstr::read(&answer, endpoint.version)
}
