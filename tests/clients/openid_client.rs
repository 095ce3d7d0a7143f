//! `openid-client` of npm, a certified relying party.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, known};
use crate::stage::{CALLBACK, RELYING_PARTY, Stage};
use crate::trial::{Test, tests};
use crate::version::Version::{self, V1};

pub(crate) const TESTS: &[Test] = tests![
    "openid_client"; code, code_with_signature;
    alone: broken_id_tokens, broken_id_tokens_with_signature,
];

const FILE: &str = "openid_client.mjs";

/// Discovery, code with PKCE, ID token, refresh; numbers are texts, as v1.0 has it.
fn code(stage: &Stage) {
    check(stage, V1, know(stage, V1, Checks::Usual));
}

/// With non-repudiation checks: the signature is verified with the published keys.
fn code_with_signature(stage: &Stage) {
    check(stage, V1, know(stage, V1, Checks::NonRepudiation));
}

/// Without further ado it trusts the connection that the token came by, but judges every claim.
fn broken_id_tokens(stage: &Stage) {
    let know = know(stage, V1, Checks::Usual);
    judge(stage, Judge::OpenidClient, V1, FILE, know);
}

/// With non-repudiation checks it judges the signature too.
fn broken_id_tokens_with_signature(stage: &Stage) {
    let know = know(stage, V1, Checks::NonRepudiation);
    judge(stage, Judge::OpenidClientStrict, V1, FILE, know);
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
    assert_eq!(claims["upn"], ADELE, "{}", brief(&got));
    assert_eq!(claims["aud"], RELYING_PARTY);
    assert_eq!(claims["tid"], stage.id());
    assert_eq!(claims["iss"], version.issuer(stage));
    assert_eq!(got["metadata"]["issuer"], version.issuer(stage));
    let refreshed = &got["refreshed"]["access_token"];
    assert!(refreshed.is_string(), "{}", brief(&got));
}
