//! `POST /common/GetCredentialType`: what to ask a user for (registration reference §1.7).

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::{domain_of, user_by_upn};
use crate::app::Tenant;
use crate::error::Fault;
use crate::federation::{Want, address};
use crate::random;

/// The members that matter; the rest is ignored.
#[derive(Debug, Deserialize)]
pub(super) struct Question {
    #[serde(alias = "Username")]
    username: String,
}

/// Unlike the realm, this one says whether the user exists: the real service does, and clients build on it.
pub(super) async fn credential_type(
    State(app): State<Tenant>,
    Json(question): Json<Question>,
) -> Result<Json<Value>, Fault> {
    let name = question.username;
    let known = domain_of(&app.store, &name).await?;
    let exists = user_by_upn(&app.store, &name).await?.is_some();
    let federated = known.and_then(|domain| domain.federation);
    let redirect = federated
        .as_ref()
        .map(|federation| address(federation, Some(&name), "", Want::Anything));
    Ok(Json(json!({
        "Username": name,
        "Display": name,
        "IfExistsResult": u8::from(!exists && federated.is_none()),
        "IsUnmanaged": false,
        "ThrottleStatus": 0,
        "Credentials": {
            "PrefCredential": if federated.is_some() { 4 } else { 1 },
            "HasPassword": true,
            "RemoteNgcParams": null,
            "FidoParams": null,
            "SasParams": null,
            "HasRemoteNGC": false,
            "HasFido": false,
            "HasAccessPass": false,
            "FederationRedirectUrl": redirect,
        },
        "EstsProperties": { "UserTenantBranding": null, "DomainType": if federated.is_some() { 4 } else { 3 }, "DesktopSsoEnabled": false },
        "FlowToken": random::token()?,
        "apiCanary": random::token()?,
    })))
}
