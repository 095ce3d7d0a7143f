//! The three requests of the terms page: come, read, answer.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::accept::accept;
use super::page::{self, Question};
use super::request::{Read, read};
use super::text::current;
use crate::account::{User, directory, user_by_id};
use crate::app::{App, Tenant};
use crate::audit::{self, Act};
use crate::error::Fault;
use crate::fault;
use crate::mdm::visit::{Purpose, Visit, VisitId, end, load, save};
use crate::mdm::{bearer, form, sign_in};
use crate::rule::rules;
use crate::{clock, random};

const FAILED: (&str, &str) = ("server_error", "internal service error");

/// `GET /TermsOfUse?redirect_uri=…&client-request-id=…&api-version=1.0&mode=azureadjoin`
pub(in crate::mdm) async fn start(
    State(app): State<Tenant>,
    asked: Option<Extension<fault::Asked>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let asked_for = match read(&app.store, query.as_deref().unwrap_or_default()).await? {
        Read::Good(asked) => asked,
        Read::Nothing => return Ok(page::reading(current(&app.store).await?.as_ref())),
        Read::Refused(asked, error, description) => return Ok(asked.refuse(error, description)),
        Read::Untrusted => {
            return Ok(form::error(
                StatusCode::BAD_REQUEST,
                "This page was opened in a wrong way",
                "The address that the answer should go to is missing or not known here. Go back to the page you came from.",
            ));
        }
    };
    if asked.is_some_and(|Extension(fault::Asked(kind))| kind == fault::Kind::TermsServerError) {
        return Ok(asked_for.refuse(FAILED.0, FAILED.1));
    }
    let begun = match bearer_of(&headers) {
        None => sign_in::begin(&app, &headers, Purpose::Terms(asked_for.clone())).await,
        Some(token) => with_token(&app, &headers, &asked_for, token).await,
    };
    Ok(begun.unwrap_or_else(|cause| {
        tracing::error!(%cause, "the terms page failed");
        asked_for.refuse(FAILED.0, FAILED.1)
    }))
}

fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .unwrap_or_default();
    Some(value.split_once(' ').map_or("", |(scheme, token)| {
        if scheme.eq_ignore_ascii_case("bearer") {
            token.trim()
        } else {
            ""
        }
    }))
}

/// As it is documented: the token says who it is.
async fn with_token(
    app: &App,
    headers: &HeaderMap,
    asked: &super::request::Asked,
    token: &str,
) -> Result<Response, Fault> {
    let Ok(user) = bearer::signed_in(app, token).await? else {
        return Ok(asked.refuse("unauthorized_client", "unauthorized_client"));
    };
    let id = VisitId::new(headers)?;
    let visit = Visit {
        purpose: Purpose::Terms(asked.clone()),
        nonce: random::token()?,
        user: Some(user.id),
    };
    save(&app.store, &id, &visit, clock::now()).await?;
    Ok(sign_in::sent(&sign_in::page(&visit.purpose, &id), &id))
}

/// A visit to this page whose visitor is known.
struct Reader {
    id: VisitId,
    asked: super::request::Asked,
    user: User,
}

async fn reader(
    app: &App,
    state: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<Reader>, Fault> {
    let Some(id) = VisitId::of(state, headers) else {
        return Ok(None);
    };
    let visit = load(&app.store, &id, clock::now()).await?;
    let Some(Visit {
        purpose: Purpose::Terms(asked),
        user: Some(user),
        ..
    }) = visit
    else {
        return Ok(None);
    };
    let user = user_by_id(&app.store, user).await?;
    Ok(user
        .filter(|user| user.enabled)
        .map(|user| Reader { id, asked, user }))
}

/// `GET /TermsOfUse/page?visit=…`
pub(in crate::mdm) async fn show(
    State(app): State<Tenant>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let fields = form::fields(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let state = fields.get("visit").map(String::as_str);
    match reader(&app, state, &headers).await? {
        Some(reader) => put(&app, &reader, None).await,
        None => Ok(form::lost()),
    }
}

/// The question, or the answer where nothing is to be asked.
async fn put(app: &App, reader: &Reader, complaint: Option<&str>) -> Result<Response, Fault> {
    let Reader { id, asked, user } = reader;
    let rules = rules(&app.store).await?;
    if !rules.mdm.covers(&app.store, user.id).await? {
        return Ok(asked.refuse("unauthorized_client", "unauthorized user or tenant"));
    }
    let terms = current(&app.store).await?;
    let (Some(terms), true) = (terms, rules.terms.covers(&app.store, user.id).await?) else {
        // No terms for this person: there is nothing to accept, and nothing to prove.
        end(&app.store, id).await?;
        return Ok(asked.back(&[("IsAccepted", "true")]));
    };
    Ok(page::question(&Question {
        terms: &terms,
        upn: &user.upn,
        company: &directory(&app.store).await?.display_name,
        visit: &id.state,
        redirect_uri: asked.redirect_uri(),
        complaint,
    }))
}

/// `POST /TermsOfUse/answer`
pub(in crate::mdm) async fn answer(
    State(app): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let Some(fields) = form::fields(&body).filter(|_| sign_in::from_here(&app, &headers)) else {
        return Ok(form::lost());
    };
    let get = |name: &str| fields.get(name).map(String::as_str);
    let Some(reader) = reader(&app, get("visit"), &headers).await? else {
        return Ok(form::lost());
    };
    let version = current(&app.store).await?.map(|terms| terms.version);
    let seen = get("version").and_then(|version| version.parse().ok());
    match get("answer") {
        Some("accept") if seen.is_none() || seen != version => {
            let changed = "The terms have changed while you were reading. Please read them again.";
            put(&app, &reader, Some(changed)).await
        }
        Some("accept") => accepted(&app, &reader, seen.unwrap_or_default()).await,
        Some("decline") => {
            if !end(&app.store, &reader.id).await? {
                return Ok(form::lost());
            }
            tracing::info!(upn = reader.user.upn, "terms declined");
            audit::is_user(reader.user.id);
            app.audit.granted(Act::TermsDeclined);
            Ok(reader.asked.back(&[("IsAccepted", "false")]))
        }
        _ => put(&app, &reader, Some("Choose one of the two answers.")).await,
    }
}

async fn accepted(app: &App, reader: &Reader, version: i64) -> Result<Response, Fault> {
    let rules = rules(&app.store).await?;
    if !rules.mdm.covers(&app.store, reader.user.id).await? {
        return Ok(reader
            .asked
            .refuse("unauthorized_client", "unauthorized user or tenant"));
    }
    if !end(&app.store, &reader.id).await? {
        return Ok(form::lost());
    }
    match accept(app, &reader.user, version, clock::now()).await {
        Ok(blob) => {
            tracing::info!(upn = reader.user.upn, version, "terms accepted");
            audit::is_user(reader.user.id);
            app.audit
                .granted_about(Act::TermsAccepted, format!("version {version}"));
            Ok(reader
                .asked
                .back(&[("IsAccepted", "true"), ("OpaqueBlob", &blob)]))
        }
        Err(cause) => {
            tracing::error!(%cause, "an acceptance could not be recorded");
            Ok(reader.asked.refuse(FAILED.0, FAILED.1))
        }
    }
}

/// Sends a visitor back with an error, or tells it to them where there is no way back.
pub(in crate::mdm) fn refuse(visit: &Visit, error: &str, description: &str) -> Response {
    match &visit.purpose {
        Purpose::Terms(asked) => asked.refuse(error, description),
        Purpose::Compliance => form::error(
            StatusCode::FORBIDDEN,
            "You are not signed in",
            "Sign in to see your devices.",
        ),
    }
}
