//! `Authlib` of PyPI, in a Flask application. It judges a token in full: signature, claims, `at_hash`.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, known};
use crate::stage::{CALLBACK, RELYING_PARTY, SECRET, Stage, WEB};
use crate::trial::{Test, tests};
use crate::version::Version::{self, V1, V2};

pub(crate) const TESTS: &[Test] =
    tests!["authlib"; code, code_v1, web_code, userinfo, userinfo_v1; alone: broken_id_tokens];

const FILE: &str = "authlib_flask.py";

/// Discovery, code with PKCE, and an ID token that stands up to every check.
fn code(stage: &Stage) {
    check(stage, V2);
}

/// The same as v1.0 has it.
fn code_v1(stage: &Stage) {
    check(stage, V1);
}

fn check(stage: &Stage, version: Version) {
    let got = signed_in(stage, "code", version);
    let claims = &got["userinfo"];
    assert_eq!(claims[version.name()], ADELE, "{}", brief(&got));
    assert_eq!(claims["iss"], version.issuer(stage));
    assert_eq!(claims["aud"], RELYING_PARTY);
    assert_eq!(claims["tid"], stage.id());
}

/// A server's code needs its secret beside the verifier.
fn web_code(stage: &Stage) {
    let mut know = know(stage, V2);
    know["client"] = json!(WEB);
    know["secret"] = json!(SECRET);
    let mut driver = Driver::start(stage, FILE, "code", know);
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    let got = driver.result();
    assert_eq!(got["userinfo"]["aud"], WEB, "{}", brief(&got));
}

/// The UserInfo endpoint that discovery names knows the same person.
fn userinfo(stage: &Stage) {
    same_person(stage, V2);
}

/// The one that v1.0's names, too.
fn userinfo_v1(stage: &Stage) {
    same_person(stage, V1);
}

fn same_person(stage: &Stage, version: Version) {
    let got = signed_in(stage, "userinfo", version);
    let (token, info) = (&got["id_token"], &got["userinfo"]);
    assert!(token["sub"].is_string(), "{}", brief(&got));
    assert_eq!(info["sub"], token["sub"], "{}", brief(&got));
}

/// It notices everything.
fn broken_id_tokens(stage: &Stage) {
    judge(stage, Judge::Authlib, V2, FILE, know(stage, V2));
}

fn know(stage: &Stage, version: Version) -> Value {
    let mut know = known(stage, ADELE);
    know["client"] = json!(RELYING_PARTY);
    know["redirect_uri"] = json!(CALLBACK);
    know["metadata"] = json!(version.metadata(stage));
    know
}

fn signed_in(stage: &Stage, scenario: &str, version: Version) -> Value {
    let mut driver = Driver::start(stage, FILE, scenario, know(stage, version));
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    driver.result()
}
