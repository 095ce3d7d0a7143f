//! `grant_type=password` (RFC 6749 §4.3): for managed accounts without a second factor, where policy allows it.

use dovetail_shared::UnixTime;

use super::endpoint::Ask;
use super::granted::Granted;
use super::origin::{Flow, Origin};
use super::refusal::{Refusal, Version};
use crate::account::{Attempt, DomainKind, User, check_password, domain, user_by_upn};
use crate::app::App;
use crate::rule::rules;

/// Takes name and password.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let (app, form) = (ask.app, ask.form);
    let (upn, password) = (form.need("username")?, form.need("password")?);
    let platform = ask.client.platform()?;
    let resource = ask.resource().await?;
    let (user, amr) = proved(app, ask.version, upn, password, ask.now).await?;
    let origin = Origin {
        client_id: ask.client_id.to_owned(),
        user: user.id,
        amr,
        auth_time: ask.now,
        device: None,
        hello_key: None,
        flow: Flow::SignIn,
        platform,
    };
    Ok(Granted {
        lineage: Some(ask.lineage(&origin, &resource).await?),
        user,
        origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope: ask.meant(),
        nonce: None,
        windows: ask.windows(),
        client_info: ask.client_info(),
    })
}

/// Checks name and password, where policy allows it and with the lockout of the sign-in page.
pub(crate) async fn proved(
    app: &App,
    version: Version,
    upn: &str,
    password: &str,
    now: UnixTime,
) -> Result<(User, Vec<String>), Refusal> {
    if !rules(&app.store).await?.password_grant {
        return Err(Refusal::PasswordOff);
    }
    let home = match upn.rsplit_once('@') {
        Some((_, name)) => domain(&app.store, name).await?,
        None => None,
    };
    // A federated account has no password here; nothing is hashed for it.
    if home.is_none_or(|home| home.kind != DomainKind::Managed) {
        return Err(Refusal::WrongPassword);
    }
    let attempt = check_password(&app.store, &app.hasher, upn, password.to_owned(), now).await?;
    match attempt {
        Attempt::Right => {}
        // The sign-in page and GetCredentialType tell who exists, too; the time is the same either way.
        Attempt::Wrong if user_by_upn(&app.store, upn).await?.is_none() => {
            return Err(Refusal::NoUser);
        }
        Attempt::Wrong => return Err(Refusal::WrongPassword),
        Attempt::Locked => return Err(Refusal::Locked),
        Attempt::Disabled => return Err(Refusal::Disabled),
        Attempt::Busy => return Err(Refusal::Busy),
    }
    let user = user_by_upn(&app.store, upn)
        .await?
        .ok_or(Refusal::WrongPassword)?;
    if user.has_totp {
        return Err(Refusal::MfaNeeded(version));
    }
    Ok((user, vec!["pwd".to_owned()]))
}
