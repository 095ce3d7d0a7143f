//! Where the token endpoint hands over: `srv_challenge`, and `jwt-bearer` with a signed `request`.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::jose::Jws;
use dovetail_shared::prt::AnswerForm;
use serde::Serialize;
use serde_json::json;

use super::device_request::{self, Outside, Yield};
use super::refusal::PrtRefusal;
use super::session_request;
use crate::app::App;
use crate::error::Fault;
use crate::grant::Version;

/// The fields of the form that matter here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) version: Version,
    pub(crate) request: &'a str,
    /// `windows_api_version`
    pub(crate) windows: Option<&'a str>,
    /// `prt_protocol_version`
    pub(crate) protocol: Option<&'a str>,
    /// `client_info=1`
    pub(crate) client_info: bool,
}

/// `grant_type=srv_challenge`: `{"Nonce":"…"}`.
pub(crate) fn challenge(app: &App) -> Result<Response, Fault> {
    Ok(plain(&json!({ "Nonce": app.prt.nonces.issue()? })))
}

/// `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` with `request`.
pub(crate) async fn signed_request(app: &App, asked: &Asked<'_>, now: UnixTime) -> Response {
    match take(app, asked, now).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(app: &App, asked: &Asked<'_>, now: UnixTime) -> Result<Response, PrtRefusal> {
    let form = answer_form(asked)?;
    let outside = Outside {
        version: asked.version,
        client_info: asked.client_info,
        windows: asked.windows.is_some(),
    };
    // Only which of the two keys is to be tried is read from the header; each accepts its own algorithm and no other.
    let jws = Jws::split_either_alphabet(asked.request).map_err(|_| PrtRefusal::Form)?;
    if jws.header.x5c.is_some() {
        return Ok(
            match device_request::take(app, asked.request, outside, now).await? {
                Yield::Prt(prt) => plain(&prt),
                Yield::Device(tokens) => plain(&tokens),
            },
        );
    }
    let sealed = session_request::take(app, asked.request, outside, form, now).await?;
    Ok(jose(sealed))
}

/// CBC where Windows' protocol is spoken, GCM for the newer one (registration reference §4.8).
fn answer_form(asked: &Asked<'_>) -> Result<AnswerForm, PrtRefusal> {
    match (asked.windows, asked.protocol) {
        (_, None) => Ok(AnswerForm::Cbc),
        (None, Some("3.0" | "3")) => Ok(AnswerForm::Gcm),
        (_, Some(_)) => Err(PrtRefusal::Protocol),
    }
}

fn plain<T: Serialize>(body: &T) -> Response {
    unkept(Json(body).into_response())
}

/// A sealed answer.
pub(super) fn jose(sealed: String) -> Response {
    let kind = HeaderValue::from_static("application/jose");
    unkept(([(header::CONTENT_TYPE, kind)], sealed).into_response())
}

fn unkept(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
