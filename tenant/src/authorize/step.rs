//! What a person entered, taken by the step it belongs to. Each ends by sending the browser back to the dispatcher.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::name::Upn;

use super::dispatch::{Next, login_url, lost, named, next};
use super::flow::{Flow, Leg, load, update};
use super::program;
use crate::account::{Attempt, check_code, check_password, count_wrong, locked, user_by_upn};
use crate::app::{App, Tenant};
use crate::audit;
use crate::error::Fault;
use crate::{clock, oauth, session};

/// The posted form.
pub(super) type Fields = BTreeMap<String, String>;

/// `POST /{tenant}/login`
pub(super) async fn take(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    if !own_origin(&app, &headers) {
        let error = oauth::described(
            "invalid_request",
            900_561,
            "The form was not sent by this site.",
        );
        return Ok((StatusCode::FORBIDDEN, super::page::error(&error)).into_response());
    }
    let now = clock::now();
    // Programs name a sign-in by the one or the other.
    let ctx = fields.get("ctx").or_else(|| fields.get("request"));
    let Some(id) = named(ctx, &headers) else {
        return Ok(lost());
    };
    let Some(mut flow) = load(&app.store, &id, now).await? else {
        return Ok(lost());
    };
    if !fields.contains_key("step") {
        return program::take(&app, &tenant, &id, flow, &fields, &headers).await;
    }
    flow.complaint = None;
    // The form says which step it is; what is stored says which step is due. Only when both agree is anything taken.
    let due = next(&app, &flow, now).await?;
    match (fields.get("step").map(String::as_str), due) {
        (
            Some("back"),
            Next::Account
            | Next::Federated
            | Next::FederatedFactor
            | Next::Password
            | Next::SecondFactor,
        ) => {
            flow.upn = None;
            flow.request.domain_hint = None;
            flow.begin_again();
        }
        (Some("choose"), Next::Choose) => choose(&app, &mut flow, &fields, &headers).await?,
        (Some("account"), Next::Account) => account(&mut flow, field(&fields, "username")),
        (Some("password"), Next::Password) => {
            password(&app, &mut flow, field(&fields, "password")).await?;
        }
        (Some("code"), Next::SecondFactor) => {
            second_factor(&app, &mut flow, field(&fields, "otc")).await?;
        }
        (Some("stay"), Next::Stay) => {
            flow.stay = Some(fields.get("stay").is_some_and(|answer| answer == "yes"));
        }
        // A form of an earlier step (back button, second click): the dispatcher shows where things stand.
        _ => {}
    }
    if !update(&app.store, &id, &flow).await? {
        return Ok(lost());
    }
    let location = login_url(&tenant, &id, &flow.request.shell);
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    Ok(match flow.complaint {
        Some(number) => super::page::reason(number).on(response),
        None => response,
    })
}

/// Browsers send `Origin` with every POST; a form on another site has another one.
pub(crate) fn own_origin(app: &App, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
        Some(Ok(origin)) => origin == app.hosts.login,
        Some(Err(_)) => false,
        None => headers
            .get("sec-fetch-site")
            .is_none_or(|site| site == "same-origin"),
    }
}

/// Takes one of this browser's accounts, or none of them.
async fn choose(
    app: &App,
    flow: &mut Flow,
    fields: &Fields,
    headers: &HeaderMap,
) -> Result<(), Fault> {
    let now = clock::now();
    let wanted = fields.get("account").map(String::as_str);
    let sessions = session::all(&app.store, headers, now).await?;
    flow.choose = false;
    flow.upn = None;
    flow.leg = Leg::PageFirst;
    let Some(session) = sessions.iter().find(|one| Some(one.sid.as_str()) == wanted) else {
        return Ok(());
    };
    let old = flow
        .request
        .max_age
        .is_some_and(|age| session.created.plus(age).0 < now.0);
    if old {
        flow.upn = Some(session.user.upn.clone());
    } else {
        flow.go_on_from(session);
    }
    Ok(())
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// Takes the name of the account.
pub(super) fn account(flow: &mut Flow, name: &str) {
    match name.trim().parse::<Upn>() {
        Ok(upn) => {
            flow.upn = Some(upn.to_string());
            flow.leg = Leg::PageFirst;
        }
        Err(_) => flow.complaint = Some(50_034),
    }
}

/// Takes a password.
pub(super) async fn password(app: &App, flow: &mut Flow, password: &str) -> Result<(), Fault> {
    let upn = flow.upn.clone().unwrap_or_default();
    let password = password.to_owned();
    let attempt = check_password(&app.store, &app.hasher, &upn, password, clock::now()).await?;
    let complaint = match attempt {
        Attempt::Right => {
            flow.passed(&["pwd"], clock::now());
            None
        }
        Attempt::Wrong => Some(50_126),
        Attempt::Locked => Some(50_053),
        Attempt::Disabled => Some(50_057),
        Attempt::Busy => Some(90_055),
    };
    if let Some(number) = complaint {
        tracing::warn!(upn, number, "a sign-in was refused");
    }
    flow.complaint = complaint;
    Ok(())
}

/// Takes the code of a second factor.
pub(super) async fn second_factor(app: &App, flow: &mut Flow, code: &str) -> Result<(), Fault> {
    let upn = flow.upn.clone().unwrap_or_default();
    if let Some(user) = user_by_upn(&app.store, &upn).await? {
        audit::says_user(user.id);
    }
    let code = code.replace(' ', "");
    let now = clock::now();
    if locked(&app.store, &upn, now).await? {
        flow.complaint = Some(50_053);
        flow.begin_again();
        return Ok(());
    }
    if check_code(&app.store, &upn, &code, now).await? {
        flow.passed(&["otp", "mfa"], now);
        return Ok(());
    }
    let locked = count_wrong(&app.store, &upn, now).await?;
    flow.complaint = Some(if locked { 50_053 } else { 500_121 });
    if locked {
        flow.begin_again();
    }
    tracing::warn!(upn, number = flow.complaint, "a second factor was refused");
    Ok(())
}
