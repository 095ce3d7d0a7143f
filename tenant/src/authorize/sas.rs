//! `/{tenant}/SAS/BeginAuth` and `EndAuth`: a second factor as programs give it (registration reference §1.9). What they prove is
//! noted in the sign-in; `ProcessAuth`, a form like the others, goes on from there.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::config::METHOD;
use super::dispatch::{Next, named, next};
use super::flow::{Flow, FlowId, Proof, load, update};
use super::page;
use super::step::{own_origin, second_factor};
use crate::app::{App, Tenant};
use crate::clock;
use crate::error::Fault;

/// What is sent to either.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    #[serde(rename = "AuthMethodId")]
    method: String,
    #[serde(rename = "Method")]
    call: String,
    #[serde(alias = "Ctx")]
    ctx: String,
    #[serde(rename = "flowToken", alias = "FlowToken")]
    flow_token: String,
    #[serde(rename = "SessionId")]
    session: String,
    /// The code.
    #[serde(rename = "AdditionalAuthData")]
    code: Option<String>,
}

/// Reads it; what cannot be read asks for nothing.
pub(super) fn question(body: &[u8]) -> Question {
    serde_json::from_slice(body).unwrap_or_default()
}

/// How it went.
enum Outcome {
    /// The factor is begun, or was given.
    Success,
    /// Not yet: ask again.
    Pending,
    /// AADSTS number.
    Failure(u32),
}

/// Begins: there is nothing to send to anybody, for the code is made where the person is.
pub(super) async fn begin(
    State(app): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let question = question(&body);
    let canary = text(&headers, "canary");
    let Some((id, flow)) = found(&app, &headers, &question).await? else {
        return Ok(answer(None, &question, &Outcome::Failure(50_089)));
    };
    let due = next(&app, &flow, clock::now()).await? == Next::SecondFactor;
    let outcome = if !id.proves(Proof::Canary, canary) || question.call != "BeginAuth" || !due {
        Outcome::Failure(50_089)
    } else if question.method != METHOD {
        // No such factor is set up.
        Outcome::Failure(50_079)
    } else {
        Outcome::Success
    };
    Ok(answer(Some(&id), &question, &outcome))
}

/// Ends: with the code.
pub(super) async fn end(
    State(app): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let question = question(&body);
    respond(&app, &headers, &question).await
}

/// The same as a question, with everything in headers.
pub(super) async fn poll(State(app): State<Tenant>, headers: HeaderMap) -> Result<Response, Fault> {
    let get = |name: &str| text(&headers, name).unwrap_or_default().to_owned();
    let question = Question {
        method: METHOD.to_owned(),
        call: "EndAuth".to_owned(),
        ctx: get("x-ms-ctx"),
        flow_token: get("x-ms-flowtoken"),
        session: get("x-ms-sessionid"),
        code: None,
    };
    respond(&app, &headers, &question).await
}

async fn respond(app: &App, headers: &HeaderMap, question: &Question) -> Result<Response, Fault> {
    let Some((id, mut flow)) = found(app, headers, question).await? else {
        return Ok(answer(None, question, &Outcome::Failure(50_089)));
    };
    if !id.proves(Proof::Session, Some(&question.session))
        || question.call != "EndAuth"
        || question.method != METHOD
    {
        return Ok(answer(Some(&id), question, &Outcome::Failure(50_089)));
    }
    let due = next(app, &flow, clock::now()).await? == Next::SecondFactor;
    if !due && flow.amr.iter().any(|method| method == "mfa") {
        return Ok(answer(Some(&id), question, &Outcome::Success));
    }
    let code = question.code.as_deref().filter(|code| !code.is_empty());
    let outcome = match (due, code) {
        (false, _) => Outcome::Failure(50_089),
        (true, None) => Outcome::Pending,
        (true, Some(code)) => {
            flow.complaint = None;
            second_factor(app, &mut flow, code).await?;
            match flow.complaint {
                Some(number) => Outcome::Failure(number),
                None => Outcome::Success,
            }
        }
    };
    if !update(&app.store, &id, &flow).await? {
        return Ok(answer(None, question, &Outcome::Failure(50_089)));
    }
    Ok(answer(Some(&id), question, &outcome))
}

/// The sign-in that is meant, when the request shows what one of its pages said.
async fn found(
    app: &App,
    headers: &HeaderMap,
    question: &Question,
) -> Result<Option<(FlowId, Flow)>, Fault> {
    if !own_origin(app, headers) {
        return Ok(None);
    }
    let id = named(Some(&question.ctx), headers)
        .filter(|id| id.proves(Proof::Flow, Some(&question.flow_token)));
    let Some(id) = id else { return Ok(None) };
    let flow = load(&app.store, &id, clock::now()).await?;
    Ok(flow.map(|flow| (id, flow)))
}

fn answer(id: Option<&FlowId>, question: &Question, outcome: &Outcome) -> Response {
    let (success, retry, number) = match outcome {
        Outcome::Success => (true, false, 0),
        Outcome::Pending => (false, true, 0),
        Outcome::Failure(number) => (false, false, *number),
    };
    let message = (number != 0).then(|| format!("AADSTS{number}: {}", page::complaint(number).1));
    let body = json!({
        "Success": success,
        "ResultValue": if success { "Success" } else if retry { "AuthenticationPending" } else { "AuthenticationFailed" },
        "Message": message,
        "AuthMethodId": question.method.get(..64).unwrap_or(&question.method),
        "ErrCode": number,
        "Retry": retry,
        "FlowToken": id.map_or_else(String::new, |id| id.proof(Proof::Flow)),
        "Ctx": id.map_or("", |id| id.ctx.as_str()),
        "SessionId": id.map(|id| id.proof(Proof::Session)),
        "CorrelationId": crate::random::guid(),
        "Timestamp": clock::graph_form(clock::now()),
        // No number to compare: the person types one.
        "Entropy": 0,
    });
    let unkept = HeaderValue::from_static("no-store");
    let response = ([(header::CACHE_CONTROL, unkept)], Json(body)).into_response();
    match outcome {
        Outcome::Failure(number) => page::reason(*number).on(response),
        Outcome::Success | Outcome::Pending => response,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
