//! `Authlib` of PyPI, in a Flask application. It judges a token in full: signature, claims, `at_hash`.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, known};
use crate::stage::{CALLBACK, RELYING_PARTY, Stage};
use crate::trial::{Test, tests};
use crate::version::Version::{self, V1};

pub(crate) const TESTS: &[Test] = tests!["authlib"; code; alone: broken_id_tokens];

const FILE: &str = "authlib_flask.py";

/// Discovery, code with PKCE, and an ID token that stands up to every check.
fn code(stage: &Stage) {
    check(stage, V1);
}

fn check(stage: &Stage, version: Version) {
    let got = signed_in(stage, "code", version);
    let claims = &got["userinfo"];
    assert_eq!(claims["upn"], ADELE, "{}", brief(&got));
    assert_eq!(claims["iss"], version.issuer(stage));
    assert_eq!(claims["aud"], RELYING_PARTY);
    assert_eq!(claims["tid"], stage.id());
}

/// It notices everything.
fn broken_id_tokens(stage: &Stage) {
    judge(stage, Judge::Authlib, V1, FILE, know(stage, V1));
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
