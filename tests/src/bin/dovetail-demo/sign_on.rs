//! Phase 6: the person is signed on to this device, and what that is good for: an access token and an SSO cookie.

use dovetail_shared::jose::Jws;
use dovetail_shared::status::{SsoState, Status};
use dovetail_tests::page::Outcome;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::wait::until_async;
use dovetail_tests::{Lab, talk};
use serde_json::{Value, json};
use url::Url;

use crate::phases::Phases;

/// What programs ask for most.
const GRAPH: &str = "https://graph.microsoft.com";
/// Azure CLI: an application like any other, with a loopback address of its own.
const APPLICATION: (&str, &str) = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "http://localhost");

/// Waits for the primary refresh token, and tries what `dovetail token` and `dovetail cookie` give. Gives what the report says of it.
pub(crate) async fn sign_on(lab: &Lab, phases: &mut Phases) -> Result<Value, String> {
    let status = signed_on(lab).await?;
    phases.over("phase 6: primary refresh token, session key in the TPM");
    let device = status
        .details
        .ok_or("the daemon says that it is not joined")?
        .device_id;
    let claims = token(lab, &device.to_string())?;
    phases.over("dovetail token: access token of this device");
    cookie(lab).await?;
    phases.over("dovetail cookie: taken by the tenant, no question asked");
    Ok(json!({
        "primary_refresh_token": status.sso,
        "access_token": { "aud": claims["aud"], "deviceid": claims["deviceid"], "amr": claims["amr"] },
    }))
}

async fn signed_on(lab: &Lab) -> Result<Status, String> {
    until_async("the person's primary refresh token", async || {
        let mut client = talk::connect(&lab.daemon).await;
        let status = talk::status(&mut client).await;
        let active = |sso: &dovetail_shared::status::SsoDetails| sso.state == SsoState::Active;
        status.sso.as_ref().is_some_and(active).then_some(status)
    })
    .await
}

/// An access token that says which device it was given to.
fn token(lab: &Lab, device: &str) -> Result<Value, String> {
    let (code, token, complaint) = lab.daemon.cli(&["token", "--resource", GRAPH]);
    if code != 0 {
        return Err(complaint);
    }
    let claims = Jws::split(token.trim()).map_err(|error| error.to_string())?;
    let claims: Value =
        serde_json::from_slice(&claims.payload).map_err(|error| error.to_string())?;
    if claims["deviceid"] != device {
        return Err(format!("the access token is not of this device: {claims}"));
    }
    Ok(claims)
}

/// An application's silent sign-in by the cookie alone ends with a code.
async fn cookie(lab: &Lab) -> Outcome {
    let mut address = Url::parse(&format!(
        "{}/common/oauth2/v2.0/authorize",
        lab.tenant.value("login")
    ))
    .map_err(|error| error.to_string())?;
    address.query_pairs_mut().extend_pairs([
        ("client_id", APPLICATION.0),
        ("redirect_uri", APPLICATION.1),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("prompt", "none"),
        // RFC 7636, appendix B
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ]);
    let (code, pair, complaint) = lab.daemon.cli(&["cookie", address.as_str()]);
    if code != 0 {
        return Err(complaint);
    }
    let visitor = Visitor::new(&lab.tenant);
    let answer = visitor
        .ask("GET", address, &[("cookie", pair.trim())], None)
        .await;
    let back = answer
        .headers()
        .get("location")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if back.starts_with(APPLICATION.1) && back.contains("code=") {
        Ok(())
    } else {
        Err(format!(
            "the cookie did not sign in: {} {back}",
            answer.status()
        ))
    }
}
