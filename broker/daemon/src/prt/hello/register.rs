//! The directory gets the key (registration reference §5.1 to §5.3): by a token for the registration service that says that the person
//! gave their second factor just now.

use std::sync::Arc;

use dovetail_shared::Secret;
use dovetail_shared::encode::b64;
use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, DRS_RESOURCE};
use serde::Serialize;

use super::super::account::Account;
use super::super::ask::Endpoint;
use super::super::error::PrtError;
use super::super::renew::current;
use super::super::token::{Wanted, by_prt};
use super::error::PinError;
use crate::Daemon;
use crate::drs::endpoint;
use crate::join::record::Device;
use crate::net::{Ask, Body, NetError};
use crate::oidc::RedeemError;

/// What makes the sign-in service look at how the person signed in.
const CLAIMS: &str = r#"{"access_token":{"amr":{"values":["ngcmfa"]}}}"#;
/// Path of the service where its description names none.
const PATH: &str = "/EnrollmentServer/key/";

/// A token to register a key with. [`PinError::Stale`] where the person has to sign in first.
pub(super) async fn proof(
    daemon: &Daemon,
    account: &Arc<Account>,
) -> Result<Secret<String>, PrtError> {
    let (prt, _) = current(account)?;
    let client = AUTHENTICATION_BROKER.to_string();
    let mut wanted = Wanted::of(Endpoint::V1, &client, DRS_RESOURCE);
    wanted.claims = Some(CLAIMS);
    match by_prt(daemon, account, &prt, wanted).await {
        Ok(tokens) => Ok(tokens.access_token),
        Err(error) if wants_the_person(&error) => Err(PinError::Stale.into()),
        Err(error) => Err(error),
    }
}

/// The refusals that a sign-in with the second factor mends.
fn wants_the_person(error: &PrtError) -> bool {
    match error {
        PrtError::Redeem(RedeemError::Refused(_, told)) => {
            matches!(
                told.error.as_str(),
                "interaction_required" | "login_required"
            ) || matches!(
                told.aadsts(),
                Some(50_072 | 50_074 | 50_076 | 50_078 | 50_079)
            )
        }
        _ => false,
    }
}

/// Hands the key in.
pub(super) async fn register(
    daemon: &Daemon,
    device: &Device,
    proof: &Secret<String>,
    public: &[u8],
) -> Result<(), PrtError> {
    #[derive(Serialize)]
    struct Key {
        kngc: String,
    }
    let announced = device.discovery.key_provisioning_service.as_ref();
    let address = announced.map_or_else(
        || format!("{}{PATH}", daemon.config.tenant.drs.trim_end_matches('/')),
        |service| service.key_provision_endpoint.clone(),
    );
    let mut url = endpoint(&address, &daemon.config.tenant.drs)
        .map_err(|_| NetError::Setup("the key service is on another host".into()))?;
    url.query_pairs_mut().append_pair("api-version", "1.0");
    let key = Key { kngc: b64(public) };
    let ask = Ask {
        method: reqwest::Method::POST,
        url: &url,
        bearer: Some(proof),
        body: Some(Body::Json(serde_json::to_vec(&key).unwrap_or_default())),
        correlation: uuid::Uuid::new_v4().to_string(),
    };
    let answer = daemon.net.ask(ask).await?;
    match answer.status {
        200..300 => Ok(()),
        // The token said what was asked for, and grew too old on the way.
        401 => Err(PinError::Stale.into()),
        status => Err(PinError::Refused(status).into()),
    }
}
