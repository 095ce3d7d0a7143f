//! Conditional access at the token endpoint: a rule that was made after the sign-in holds for everything made of it.

use super::granted::Granted;
use super::refusal::{Refusal, Version};
use crate::app::App;
use crate::rule::{Facts, decide};

/// Whether the rules let this grant become tokens.
pub(crate) async fn access_allowed(
    app: &App,
    version: Version,
    granted: &Granted,
) -> Result<(), Refusal> {
    let facts = Facts {
        user: granted.user.id,
        client_id: &granted.client_id,
        resource: &granted.resource.audience,
        amr: &granted.origin.amr,
        device: granted.origin.device,
    };
    decide(app, &facts)
        .await?
        .map_err(|denied| Refusal::Access(version, denied))
}
