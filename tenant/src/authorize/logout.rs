//! `/{tenant}/oauth2/logout`: ends this browser's sessions, tells the applications that it signed in to (OpenID Connect
//! Front-Channel Logout 1.0), and sends the browser back where the application registered it may come back to.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::jose::Jws;
use serde_json::Value;

use super::{answer, page};
use crate::account::directory;
use crate::app::{App, Tenant};
use crate::client::registration;
use crate::error::Fault;
use crate::grant::Version;
use crate::session::{self, Session, apps};
use crate::token::{issuer, issuer_v2, signed_by_us};
use crate::{clock, store};

type Fields = BTreeMap<String, String>;

/// Longest hint that is looked at.
const LONGEST: usize = 16 * 1024;

/// GET
pub(super) async fn logout(
    State(app): State<Tenant>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    sign_out(&app, &fields, &headers).await
}

/// POST
pub(super) async fn posted(
    State(app): State<Tenant>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    sign_out(&app, &fields, &headers).await
}

async fn sign_out(app: &App, fields: &Fields, headers: &HeaderMap) -> Result<Response, Fault> {
    let now = clock::now();
    let get = |name: &str| {
        fields
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let hint = match get("id_token_hint") {
        Some(token) => Hint::read(app, token).await,
        None => None,
    };
    let all = session::all(&app.store, headers, now).await?;
    let ending: Vec<&Session> = all
        .iter()
        .filter(|session| match (&hint, get("logout_hint")) {
            (Some(hint), _) => hint.oid == session.user.id.to_string(),
            (None, Some(name)) => name.eq_ignore_ascii_case(&session.user.upn),
            (None, None) => true,
        })
        .collect();
    let mut told = Vec::new();
    let mut signed_in_to: BTreeSet<String> = BTreeSet::new();
    let directory = directory(&app.store).await?;
    for session in &ending {
        for (client_id, version) in apps(&app.store, session).await? {
            let uri = registration(&app.store, &client_id)
                .await?
                .and_then(|known| known.logout_uri.clone());
            let issuer = match version {
                Version::V1 => issuer(&directory),
                Version::V2 => issuer_v2(&app.hosts.login, directory.id),
            };
            told.extend(uri.and_then(|uri| notice(&uri, &issuer, &session.sid)));
            signed_in_to.insert(client_id);
        }
    }
    signed_in_to.extend(hint.map(|hint| hint.aud));
    signed_in_to.extend(get("client_id").map(str::to_ascii_lowercase));
    let sids: Vec<String> = ending.iter().map(|session| session.sid.clone()).collect();
    let cookie = session::end(&app.store, headers, &sids, now).await?;
    let back = match get("post_logout_redirect_uri") {
        Some(uri) => back(app, &signed_in_to, uri, get("state")).await?,
        None => None,
    };
    let mut response = match back {
        Some(back) if told.is_empty() => answer::found(back),
        back => page::signed_out(&told, back.as_deref()).into_response(),
    };
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An ID token of ours, whatever its age: who, at which application.
struct Hint {
    oid: String,
    aud: String,
}

impl Hint {
    async fn read(app: &App, token: &str) -> Option<Self> {
        if token.len() > LONGEST || Jws::split(token).is_err() {
            return None;
        }
        let claims: Value = serde_json::from_slice(&signed_by_us(app, token).await.ok()?).ok()?;
        Some(Self {
            oid: claims.get("oid")?.as_str()?.to_owned(),
            aud: claims.get("aud")?.as_str()?.to_owned(),
        })
    }
}

/// An application's own address with issuer and session.
fn notice(uri: &str, issuer: &str, sid: &str) -> Option<String> {
    let mut url = url::Url::parse(uri).ok()?;
    url.query_pairs_mut()
        .append_pair("iss", issuer)
        .append_pair("sid", sid);
    Some(url.into())
}

/// Where the browser goes: only to an address, to the letter, of an application that is concerned.
async fn back(
    app: &App,
    apps: &BTreeSet<String>,
    uri: &str,
    state: Option<&str>,
) -> Result<Option<String>, store::StoreError> {
    for client_id in apps {
        let known = registration(&app.store, client_id).await?;
        if known.is_some_and(|known| known.platform(uri).is_some()) {
            let Some(state) = state else {
                return Ok(Some(uri.to_owned()));
            };
            let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
            let mark = if uri.contains('?') { '&' } else { '?' };
            return Ok(Some(format!("{uri}{mark}state={state}")));
        }
    }
    Ok(None)
}
