//! `roadtx` of PyPI: a command line that speaks the device's side of the dialect.

use dovetail_shared::encode::from_b64url;
use serde_json::Value;

use crate::person::ADELE;
use crate::stage::Stage;
use crate::tool::Tool;
use crate::trial::{Test, tests};

pub(crate) const TESTS: &[Test] = tests!["roadtx"; auth, refresh_token_to, device];

const TOKENS: &str = ".roadtools_auth";
const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";

/// Name and password become a token of the v1.0 endpoint.
fn auth(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    signed_in(stage, &road, CLI, "msgraph");
    let claims = claims(&road);
    assert_eq!(claims["upn"], ADELE);
    assert_eq!(claims["appid"], CLI);
    assert_eq!(claims["tid"], stage.id());
}

/// A refresh token of one client of the family serves another one, for another resource.
fn refresh_token_to(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    signed_in(stage, &road, BROKER, DRS);
    road.run(&["refreshtokento", "-c", CLI, "-r", "msgraph"]);
    let claims = claims(&road);
    assert_eq!(claims["appid"], CLI);
    let audience = claims["aud"].as_str().unwrap();
    assert_eq!(
        audience.trim_end_matches('/'),
        "https://graph.microsoft.com"
    );
}

/// A device joins, and is deleted by its own certificate.
fn device(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    let known = |stage: &Stage| {
        let devices = stage.tenant.devices();
        devices
            .iter()
            .any(|device| device.to_string().contains(&id))
    };
    assert!(known(stage));
    let said = road.run(&["device", "-a", "delete", "-c", "road.pem", "-k", "road.key"]);
    assert!(said.contains("Device was deleted"), "{said}");
    assert!(!known(stage));
}

fn signed_in(stage: &Stage, road: &Tool<'_>, client: &str, resource: &str) {
    let (password, _) = stage.tenant.person(ADELE);
    road.run(&[
        "gettokens",
        "-u",
        ADELE,
        "-p",
        &password,
        "-c",
        client,
        "-r",
        resource,
    ]);
}

/// Joins a device with keys `road.pem` and `road.key`, and gives its id.
fn joined(stage: &Stage, road: &Tool<'_>) -> String {
    signed_in(stage, road, BROKER, DRS);
    let said = road.run(&["device", "-a", "join", "-n", "road"]);
    let id = said.split("Device ID: ").nth(1).unwrap_or_default();
    let id = id.split_whitespace().next();
    id.unwrap_or_else(|| panic!("no device: {said}")).to_owned()
}

/// What the access token says.
fn claims(road: &Tool<'_>) -> Value {
    let tokens = road.left(TOKENS);
    let token = tokens["accessToken"].as_str().unwrap();
    let payload = from_b64url(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
