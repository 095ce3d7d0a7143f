//! How an account signs in: `GET {authority}/userrealm/?user=…&api-version=2.1`.

use super::fetch::json;
use super::{FetchError, Stop};
use crate::oidc::form::percent;
use crate::state::Realm;

/// Asks about one account.
pub(crate) async fn get(authority: &str, upn: &str, stop: &Stop) -> Result<Realm, FetchError> {
    let upn = percent(upn);
    json(
        &format!("{authority}/userrealm/?user={upn}&api-version=2.1"),
        stop,
    )
    .await
}
