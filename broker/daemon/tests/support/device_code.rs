//! The device-code flow of the small tenant: it answers what a test wrote down.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Fake;

/// What it answers.
#[derive(Default)]
pub struct Script {
    /// `error` with its number instead of a code.
    pub refusal: Option<(&'static str, u32)>,
    /// Life of a code in seconds; an hour where it is 0.
    pub expires_in: i64,
    /// `error`s of the polls to come; afterwards, tokens.
    pub polls: VecDeque<&'static str>,
    /// Spoils the ID token's claims.
    pub edit: Option<fn(&mut Value)>,
    /// Polls so far.
    pub asked: u32,
}

pub fn routes() -> Router<Arc<Fake>> {
    Router::new().route("/common/oauth2/devicecode", post(code))
}

fn refused(error: &str, number: u32) -> Response {
    let body = json!({"error": error, "error_codes": [number], "error_description": format!("AADSTS{number}: no")});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn code(
    State(fake): State<Arc<Fake>>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    assert_eq!(form["client_id"], "29d9ed98-a469-4536-ade2-f981bc1d605e");
    assert_eq!(
        form["resource"],
        "urn:ms-drs:enterpriseregistration.windows.net"
    );
    let script = fake.device_code.lock().unwrap();
    if let Some((error, number)) = script.refusal {
        return refused(error, number);
    }
    let life = if script.expires_in == 0 {
        3600
    } else {
        script.expires_in
    };
    let page = format!("https://login.dovetail.localhost:{}/device", fake.port);
    Json(json!({"user_code": "F5KZ-7QRT", "device_code": "only-the-daemon-has-this", "verification_url": page,
        "expires_in": life.to_string(), "interval": "1", "message": "Open the page."}))
    .into_response()
}

pub fn token(fake: &Fake, form: &HashMap<String, String>) -> Response {
    assert_eq!(form["code"], "only-the-daemon-has-this");
    assert_eq!(form["device_code"], form["code"]);
    let edit = {
        let mut script = fake.device_code.lock().unwrap();
        script.asked += 1;
        if let Some(error) = script.polls.pop_front() {
            return refused(error, 70016);
        }
        script.edit
    };
    let id_token = fake.token("", |claims| {
        claims["aud"] = json!("29d9ed98-a469-4536-ade2-f981bc1d605e");
        claims.as_object_mut().unwrap().remove("nonce");
        if let Some(edit) = edit {
            edit(claims);
        }
    });
    Json(json!({"token_type": "Bearer", "expires_in": "3600", "access_token": "a.b.c", "refresh_token": "refresh", "id_token": id_token}))
        .into_response()
}
