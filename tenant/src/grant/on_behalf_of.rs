//! `grant_type=…jwt-bearer` with `requested_token_use=on_behalf_of`: a service that was called with a person's token asks for
//! one of its own, to call another service as that person.

use dovetail_shared::UnixTime;

use super::endpoint::Ask;
use super::granted::Granted;
use super::origin::{Flow, Origin};
use super::refusal::Refusal;
use super::scope::has;
use crate::account::directory;
use crate::client::Platform;
use crate::token::{AccessClaims, TokenError, verify_access};

/// Takes an access token that was issued for this client as a resource.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let assertion = form.need("assertion")?;
    if form.need("requested_token_use")? != "on_behalf_of" {
        return Err(Refusal::TokenUse);
    }
    if ask.client.proved.is_none() {
        return Err(Refusal::NoProof);
    }
    let resource = ask.resource().await?;
    let claims = verified(ask, assertion).await?;
    let issued = UnixTime(claims.iat);
    let user = ask.user_since(claims.oid, issued).await?;
    let origin = Origin {
        client_id: ask.client_id.to_owned(),
        user: user.id,
        amr: claims.amr,
        auth_time: issued,
        device: claims.deviceid,
        hello_key: None,
        flow: match claims.flow {
            None => Flow::SignIn,
            Some(_) => Flow::DeviceCode,
        },
        platform: Platform::Web,
    };
    let scope = ask.meant();
    let lineage = if has(&scope, "offline_access") {
        Some(ask.lineage(&origin, &resource).await?)
    } else {
        None
    };
    Ok(Granted {
        user,
        origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope,
        nonce: None,
        windows: false,
        client_info: ask.client_info(),
        lineage,
    })
}

async fn verified(ask: &Ask<'_>, assertion: &str) -> Result<AccessClaims, Refusal> {
    let directory = directory(&ask.app.store).await?;
    let names = [ask.client_id.to_owned(), format!("api://{}", ask.client_id)];
    let mut why = TokenError::Audience;
    for name in names {
        match verify_access(ask.app, &directory, assertion, &name, ask.now).await {
            Ok(claims) => return Ok(claims),
            Err(error) => why = error,
        }
        if why != TokenError::Audience {
            break;
        }
    }
    Err(match why {
        TokenError::Audience => Refusal::AssertionAudience,
        error => Refusal::Assertion(50_013, error.to_string()),
    })
}
