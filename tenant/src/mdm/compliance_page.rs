//! `GET /Compliance`: how a person's devices stand, and why.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use super::form;
use super::sign_in::begin;
use super::visit::{Purpose, Visit, VisitId, load};
use crate::account::{directory, user_by_id};
use crate::app::Tenant;
use crate::authorize::{content_policy, frame};
use crate::clock;
use crate::device::{Device, devices};
use crate::error::Fault;

/// Asks who it is.
pub(super) async fn start(
    State(app): State<Tenant>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    begin(&app, &headers, Purpose::Compliance).await
}

/// `GET /Compliance/page?visit=…`
pub(super) async fn show(
    State(app): State<Tenant>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let fields = form::fields(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let Some(id) = VisitId::of(fields.get("visit").map(String::as_str), &headers) else {
        return Ok(form::lost());
    };
    let Some(Visit {
        purpose: Purpose::Compliance,
        user: Some(user),
        ..
    }) = load(&app.store, &id, clock::now()).await?
    else {
        return Ok(form::lost());
    };
    let user = user_by_id(&app.store, user).await?;
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(form::lost());
    };
    let mut own = devices(&app.store).await?;
    own.retain(|device| device.owner_id == user.id);
    let content = html! {
        h1 { "Your devices" }
        p.who { (directory(&app.store).await?.display_name) ": " bdi { (user.upn) } }
        @if own.is_empty() { p { "You have no devices here." } }
        @for device in &own { (entry(device)) }
    };
    Ok(frame("Your devices", &content, &content_policy(None, None)))
}

fn entry(device: &Device) -> Markup {
    let reasons = device.reasons();
    html! {
        section {
            h2 { bdi { (device.display_name) } }
            p { (word(device)) }
            @if !reasons.is_empty() { ul { @for reason in &reasons { li { (reason) } } } }
            p.code { (device.id) }
        }
    }
}

fn word(device: &Device) -> &'static str {
    if !device.enabled {
        return "This device is disabled.";
    }
    match device.managed.as_ref().map(|managed| managed.compliant) {
        None => "This device is not managed.",
        Some(None) => "This device has not reported yet.",
        Some(Some(true)) => "This device meets the rules.",
        Some(Some(false)) => "This device does not meet the rules:",
    }
}
