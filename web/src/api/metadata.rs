//! OpenID provider metadata (OpenID Connect Discovery 1.0 §4), as far as the page needs it.

use serde::Deserialize;

use super::fetch::json;
use super::{FetchError, Stop};

/// Of [`dovetail_shared::oidc::ProviderMetadata`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
}

/// The metadata of the authority that the daemon named.
pub(crate) async fn get(authority: &str) -> Result<Metadata, FetchError> {
    let authority = authority.trim_end_matches('/');
    json(
        &format!("{authority}/.well-known/openid-configuration"),
        &Stop::new(),
    )
    .await
}
