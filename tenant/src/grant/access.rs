//! Conditional access at the token endpoint: a rule that was made after the sign-in holds for everything made of it.

use super::origin::Origin;
use super::refusal::{Refusal, Version};
use crate::app::App;
use crate::clock;
use crate::rule::{Facts, decide, rules};

/// Whether the rules let a sign-in become tokens of this client for this audience.
pub(crate) async fn access_allowed(
    app: &App,
    version: Version,
    origin: &Origin,
    client_id: &str,
    audience: &str,
) -> Result<(), Refusal> {
    let rules = rules(&app.store).await?;
    let facts = Facts {
        user: origin.user,
        client_id,
        resource: audience,
        amr: &rules.standing(&origin.amr, origin.auth_time, clock::now()),
        device: origin.device,
    };
    decide(app, &facts)
        .await?
        .map_err(|denied| Refusal::Access(version, denied))
}
