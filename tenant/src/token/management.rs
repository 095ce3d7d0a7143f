//! What an ID token says about device management, by the scope of the user (mdm-federation-signin reference §1.2).

use crate::account::User;
use crate::hosts::Hosts;
use crate::rule::rules;
use crate::store::{Store, StoreError};

/// Addresses of the management service, as the claims carry them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Management {
    /// MS-MDE2 discovery.
    pub(crate) enrollment: String,
    /// Only where terms of use are set for the user.
    pub(crate) terms: Option<String>,
    pub(crate) compliance: String,
}

/// What is offered to `user`; `None` when they are out of scope. The addresses follow from the names that this tenant
/// answers to now, so that a store that moves to another port tells nobody the old one.
pub(crate) async fn management(
    store: &Store,
    hosts: &Hosts,
    user: &User,
) -> Result<Option<Management>, StoreError> {
    let rules = rules(store).await?;
    if !rules.mdm.covers(store, user.id).await? {
        return Ok(None);
    }
    let terms = rules.terms.covers(store, user.id).await?;
    Ok(Some(Management {
        enrollment: format!("{}/EnrollmentServer/Discovery.svc", hosts.manage),
        terms: terms.then(|| format!("{}/TermsOfUse", hosts.manage_portal)),
        compliance: format!("{}/Compliance", hosts.manage_portal),
    }))
}
