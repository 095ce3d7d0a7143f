//! The sign-in that a request to the service carries.

use axum::http::{HeaderMap, header};

use crate::account::Directory;
use crate::app::App;
use crate::token::{TokenError, Verified, verify};
use crate::{audit, clock};

/// The bearer's claims, when they hold; why not otherwise. Whether the person is still there is for the caller to look up.
pub(super) async fn proved(
    app: &App,
    directory: &Directory,
    headers: &HeaderMap,
) -> Result<Verified, &'static str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = bearer
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let token = token.ok_or("there is none")?;
    let verified =
        verify(app, directory, token, clock::now())
            .await
            .map_err(|error| match error {
                TokenError::Time => "it has expired",
                TokenError::Tenant => "it is another tenant's",
                TokenError::Audience => "it is meant for somebody else",
                TokenError::Form | TokenError::Signature | TokenError::Claims => {
                    "it is not this tenant's"
                }
            })?;
    audit::is_user(verified.claims().oid);
    Ok(verified)
}
