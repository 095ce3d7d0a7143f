//! `msal` of PyPI, Microsoft's library for Python.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, approve, known};
use crate::stage::{CALLBACK, NATIVE, SECRET, Stage, WEB};
use crate::trial::{Test, tests};
use crate::version::Version;

pub(crate) const TESTS: &[Test] = tests!["msal_python"; ropc, ropc_refused, silent, code, device_code, client_credentials, web_code; alone: broken_id_tokens];

const FILE: &str = "msal_python.py";

/// Name and password become tokens; the client finds out by itself that the account is a managed one.
fn ropc(stage: &Stage) {
    let mut know = known(stage, ADELE);
    for authority in [stage.id(), "organizations", "contoso.com"] {
        know["authority"] = json!(authority);
        check(&Driver::run(stage, FILE, "ropc", know.clone()));
    }
}

/// A wrong password comes out as the real service's number.
fn ropc_refused(stage: &Stage) {
    let mut know = known(stage, "diego@contoso.com");
    know["password"] = json!("wrong");
    let got = Driver::run(stage, FILE, "ropc", know);
    assert_eq!(got["error"], "invalid_grant", "{}", brief(&got));
    assert_eq!(got["error_codes"], json!([50126]), "{}", brief(&got));
}

/// What was got once comes from the cache, and by the refresh token again and again.
fn silent(stage: &Stage) {
    let got = Driver::run(stage, FILE, "silent", known(stage, ADELE));
    for name in ["first", "refreshed", "again"] {
        let token = &got[name]["access_token"];
        assert!(token.is_string(), "{name}: {}", brief(&got));
    }
    assert_eq!(got["account"]["username"], ADELE);
    assert_eq!(got["account"]["realm"], stage.id());
    assert_eq!(
        got["cached"]["access_token"], got["first"]["access_token"],
        "the cached one is another"
    );
    assert_ne!(
        got["refreshed"]["access_token"], got["first"]["access_token"],
        "nothing was refreshed"
    );
}

/// Code with PKCE, nonce and state, as the client makes and checks them.
fn code(stage: &Stage) {
    let mut know = known(stage, ADELE);
    know["redirect_uri"] = json!(NATIVE);
    let mut driver = Driver::start(stage, FILE, "code", know);
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    check(&driver.result());
}

/// The code is approved elsewhere while the client polls.
fn device_code(stage: &Stage) {
    let mut driver = Driver::start(stage, FILE, "device_code", known(stage, ADELE));
    let flow = driver.said("flow");
    assert!(flow["message"].is_string(), "{flow}");
    approve(stage, &flow);
    check(&driver.result());
}

/// A server asks on its own behalf, by its secret; the second time it asks nobody.
fn client_credentials(stage: &Stage) {
    let got = Driver::run(stage, FILE, "client_credentials", server(stage));
    assert!(got["first"]["access_token"].is_string(), "{}", brief(&got));
    assert!(got["first"]["refresh_token"].is_null(), "{}", brief(&got));
    assert_eq!(got["again"]["token_source"], "cache", "{}", brief(&got));
}

/// A server's code needs its secret beside the verifier.
fn web_code(stage: &Stage) {
    let mut driver = Driver::start(stage, FILE, "web_code", server(stage));
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    check(&driver.result());
}

fn server(stage: &Stage) -> Value {
    let mut know = known(stage, ADELE);
    know["client"] = json!(WEB);
    know["secret"] = json!(SECRET);
    know["redirect_uri"] = json!(CALLBACK);
    know
}

/// It looks at the nonce and at nothing else.
fn broken_id_tokens(stage: &Stage) {
    let mut know = known(stage, ADELE);
    know["redirect_uri"] = json!(NATIVE);
    judge(stage, Judge::Msal, Version::V2, FILE, know);
}

fn check(got: &Value) {
    assert!(got["access_token"].is_string(), "{}", brief(got));
    assert!(got["refresh_token"].is_string(), "{}", brief(got));
    let claims = &got["id_token_claims"];
    assert_eq!(claims["preferred_username"], ADELE, "{}", brief(got));
}
