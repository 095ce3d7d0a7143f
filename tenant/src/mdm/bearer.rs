//! Who asks: the access token of the security header, and whether management is for them.

use super::soap::Refusal;
use crate::account::{User, directory, user_by_id};
use crate::app::App;
use crate::audit;
use crate::clock;
use crate::error::Fault;
use crate::rule::rules;
use crate::token::{TokenError, verify_access};

/// What a token must allow.
const SCOPE: &str = "mdm_delegation";

/// The user of a token for the management service. Alive, enabled, and in its scope.
pub(super) async fn user(app: &App, token: Option<&str>) -> Result<User, Refusal> {
    let token = token.ok_or(Refusal::InvalidSecurity("there is none"))?;
    let user = match signed_in(app, token).await? {
        Ok(user) => user,
        Err(why) => return Err(Refusal::Authentication(why)),
    };
    let rules = rules(&app.store).await?;
    if !rules.mdm.covers(&app.store, user.id).await? {
        return Err(Refusal::Authorization("management is not for this user"));
    }
    Ok(user)
}

/// The same without the scope; `Err` inside says why the token is not good.
pub(super) async fn signed_in(app: &App, token: &str) -> Result<Result<User, &'static str>, Fault> {
    let directory = directory(&app.store).await?;
    let resource = app.hosts.mdm_resource();
    let claims = match verify_access(app, &directory, token, &resource, clock::now()).await {
        Ok(claims) => claims,
        Err(error) => return Ok(Err(word(error))),
    };
    if !claims.scp.split(' ').any(|scope| scope == SCOPE) {
        return Ok(Err("the token does not allow management"));
    }
    audit::is_user(claims.oid);
    let user = user_by_id(&app.store, claims.oid).await?;
    Ok(user
        .filter(|user| user.enabled)
        .ok_or("the account is gone or disabled"))
}

fn word(error: TokenError) -> &'static str {
    match error {
        TokenError::Time => "the token has expired",
        TokenError::Tenant => "the token is another tenant's",
        TokenError::Audience => "the token is meant for somebody else",
        TokenError::Form | TokenError::Signature | TokenError::Claims => {
            "the token is not this tenant's"
        }
    }
}
