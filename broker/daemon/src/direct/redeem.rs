//! What was proved becomes tokens for the registration service, at the tenant's token endpoint.

use dovetail_shared::Secret;
use dovetail_shared::encode::b64;
use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, DRS_RESOURCE};
use dovetail_shared::oidc::TokenResponse;

use super::Credentials;
use super::error::DirectError;
use super::rstr::{Saml, Token};
use crate::Daemon;
use crate::oidc::{self, Grant};

/// A managed account's name and password (RFC 6749 §4.3).
pub(super) async fn password(
    daemon: &Daemon,
    credentials: Credentials<'_>,
    correlation: &str,
) -> Result<TokenResponse, DirectError> {
    let grant = [
        ("grant_type", "password"),
        ("username", credentials.upn.as_str()),
        ("password", credentials.password.expose()),
    ];
    redeem(daemon, &grant, correlation).await
}

/// An assertion (RFC 7522 for SAML 2.0, its like for 1.1).
pub(super) async fn assertion(
    daemon: &Daemon,
    token: &Token,
    correlation: &str,
) -> Result<TokenResponse, DirectError> {
    let encoded = Secret::new(b64(token.xml.expose()));
    let kind = match token.saml {
        Saml::One => "urn:ietf:params:oauth:grant-type:saml1_1-bearer",
        Saml::Two => "urn:ietf:params:oauth:grant-type:saml2-bearer",
    };
    let grant = [("grant_type", kind), ("assertion", encoded.expose())];
    redeem(daemon, &grant, correlation).await
}

async fn redeem(
    daemon: &Daemon,
    grant: &[(&str, &str)],
    correlation: &str,
) -> Result<TokenResponse, DirectError> {
    let client = AUTHENTICATION_BROKER.to_string();
    let mut fields = grant.to_vec();
    fields.extend([
        ("client_id", client.as_str()),
        ("resource", DRS_RESOURCE),
        ("scope", "openid"),
        ("windows_api_version", "2.0"),
    ]);
    let answer = oidc::redeem(daemon, Grant(&fields), correlation.to_owned()).await?;
    Ok(answer)
}
