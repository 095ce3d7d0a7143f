//! OpenID provider metadata (OpenID Connect Discovery 1.0 §4).

use dovetail_shared::oidc::ProviderMetadata;

use super::fetch::json;
use super::{FetchError, Stop};

/// The metadata of the authority that the daemon named.
pub(crate) async fn get(authority: &str) -> Result<ProviderMetadata, FetchError> {
    let authority = authority.trim_end_matches('/');
    json(
        &format!("{authority}/.well-known/openid-configuration"),
        &Stop::new(),
    )
    .await
}
