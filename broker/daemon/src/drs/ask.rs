//! One question to the registration service with the sign-in as bearer: JSON there, JSON back, or a report.

use dovetail_shared::{Code, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{endpoint, refusal};
use crate::Daemon;
use crate::net::{Ask, Body};

/// Posts `question` to an endpoint that the service announced, as `version`.
///
/// The endpoint must be on the configured host; without a token in memory the person has to sign in again.
pub async fn ask<Q: Serialize, A: DeserializeOwned>(
    daemon: &Daemon,
    correlation: String,
    announced: &str,
    version: &str,
    question: &Q,
) -> Result<A, Report> {
    let mut url =
        endpoint(announced, &daemon.config.tenant.drs).map_err(|code| daemon.report(code))?;
    url.query_pairs_mut().append_pair("api-version", version);
    let token = daemon
        .token()
        .clone()
        .ok_or_else(|| daemon.report(Code::DRS_AUTHENTICATION))?;
    let ask = Ask {
        method: reqwest::Method::POST,
        url: &url,
        bearer: Some(&token),
        body: Some(Body::Json(serde_json::to_vec(question).unwrap_or_default())),
        correlation,
    };
    let answer = daemon
        .net
        .ask(ask)
        .await
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    if answer.status != 200 {
        let (code, said) = refusal(answer.status, &answer.body);
        let mut report = daemon.report(code);
        report.server = Some(said);
        return Err(report);
    }
    serde_json::from_slice(&answer.body).map_err(|_| daemon.report(Code::MALFORMED_ANSWER))
}
