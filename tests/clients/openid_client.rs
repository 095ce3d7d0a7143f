//! `openid-client` of npm, a certified relying party.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, approve, known};
use crate::stage::{CALLBACK, RELYING_PARTY, SECRET, Stage, WEB};
use crate::trial::{Test, tests};
use crate::version::Version::{self, V1, V2};

pub(crate) const TESTS: &[Test] = tests![
    "openid_client"; code, code_v1, code_with_signature, userinfo, web_code, client_credentials, device_code;
    alone: broken_id_tokens, broken_id_tokens_with_signature,
];

const FILE: &str = "openid_client.mjs";

/// Discovery, code with PKCE, ID token, refresh.
fn code(stage: &Stage) {
    check(stage, V2, know(stage, V2, Checks::Usual));
}

/// The same as v1.0 has it, where numbers are texts.
fn code_v1(stage: &Stage) {
    check(stage, V1, know(stage, V1, Checks::NonRepudiation));
}

/// With non-repudiation checks: the signature is verified with the published keys.
fn code_with_signature(stage: &Stage) {
    check(stage, V2, know(stage, V2, Checks::NonRepudiation));
}

/// The UserInfo endpoint that discovery names knows the same person.
fn userinfo(stage: &Stage) {
    let got = signed_in(stage, "userinfo", know(stage, V2, Checks::Usual));
    let (claims, info) = (&got["claims"], &got["userinfo"]);
    assert!(claims["sub"].is_string(), "{}", brief(&got));
    assert_eq!(info["sub"], claims["sub"], "{}", brief(&got));
}

/// A server's code needs its secret beside the verifier.
fn web_code(stage: &Stage) {
    let got = signed_in(stage, "code", server(stage));
    assert_eq!(got["claims"]["aud"], WEB, "{}", brief(&got));
}

/// A server asks on its own behalf, by its secret.
fn client_credentials(stage: &Stage) {
    let got = Driver::run(stage, FILE, "clientCredentials", server(stage));
    assert!(got["access_token"].is_string(), "{}", brief(&got));
    assert!(got["id_token"].is_null(), "{}", brief(&got));
}

/// The code is approved elsewhere while the client polls.
fn device_code(stage: &Stage) {
    let mut driver = Driver::start(
        stage,
        FILE,
        "deviceCode",
        know(stage, V2, Checks::NonRepudiation),
    );
    approve(stage, &driver.said("flow"));
    let got = driver.result();
    assert_eq!(
        got["claims"]["preferred_username"],
        ADELE,
        "{}",
        brief(&got)
    );
}

fn server(stage: &Stage) -> Value {
    let mut know = know(stage, V2, Checks::NonRepudiation);
    know["client"] = json!(WEB);
    know["secret"] = json!(SECRET);
    know
}

/// Without further ado it trusts the connection that the token came by, but judges every claim.
fn broken_id_tokens(stage: &Stage) {
    let know = know(stage, V2, Checks::Usual);
    judge(stage, Judge::OpenidClient, V2, FILE, know);
}

/// With non-repudiation checks it judges the signature too.
fn broken_id_tokens_with_signature(stage: &Stage) {
    let know = know(stage, V2, Checks::NonRepudiation);
    judge(stage, Judge::OpenidClientStrict, V2, FILE, know);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Checks {
    Usual,
    NonRepudiation,
}

fn know(stage: &Stage, version: Version, checks: Checks) -> Value {
    let mut know = known(stage, ADELE);
    know["client"] = json!(RELYING_PARTY);
    know["redirect_uri"] = json!(CALLBACK);
    know["strict"] = json!(checks == Checks::NonRepudiation);
    know["issuer"] = json!(version.issuer(stage));
    know
}

fn signed_in(stage: &Stage, scenario: &str, know: Value) -> Value {
    let mut driver = Driver::start(stage, FILE, scenario, know);
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    driver.result()
}

fn check(stage: &Stage, version: Version, know: Value) {
    let got = signed_in(stage, "code", know);
    let claims = &got["claims"];
    assert_eq!(claims[version.name()], ADELE, "{}", brief(&got));
    assert_eq!(claims["aud"], RELYING_PARTY);
    assert_eq!(claims["tid"], stage.id());
    assert_eq!(claims["iss"], version.issuer(stage));
    assert_eq!(got["metadata"]["issuer"], version.issuer(stage));
    let refreshed = &got["refreshed"]["access_token"];
    assert!(refreshed.is_string(), "{}", brief(&got));
}
