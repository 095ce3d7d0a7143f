//! `@azure/msal-node` of npm, Microsoft's library for Node.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::judging::{Judge, judge};
use crate::person::{ADELE, Person, approve, known};
use crate::stage::{CALLBACK, NATIVE, SECRET, Stage, WEB};
use crate::trial::{Test, tests};
use crate::version::Version;

pub(crate) const TESTS: &[Test] = tests![
    "msal_node"; ropc, ropc_refused, silent, code, interactive, device_code, web_code, client_credentials;
    alone: broken_id_tokens,
];

const FILE: &str = "msal_node.mjs";

/// Name and password become tokens.
fn ropc(stage: &Stage) {
    check(
        stage,
        &Driver::run(stage, FILE, "ropc", known(stage, ADELE)),
    );
}

/// A wrong password comes out as the real service's number.
fn ropc_refused(stage: &Stage) {
    let mut know = known(stage, "diego@contoso.com");
    know["password"] = json!("wrong");
    let got = Driver::run(stage, FILE, "refused", know);
    assert_eq!(got["code"], "invalid_grant", "{got}");
    assert_eq!(got["number"].to_string().trim_matches('"'), "50126");
}

/// What was got once comes from the cache, and by the refresh token again and again.
fn silent(stage: &Stage) {
    let got = Driver::run(stage, FILE, "silent", known(stage, ADELE));
    for name in ["first", "cached", "refreshed", "again"] {
        check(stage, &got[name]);
    }
    assert_eq!(got["cached"]["fromCache"], true);
    assert_eq!(got["refreshed"]["fromCache"], false);
    assert_eq!(got["cached"]["accessToken"], got["first"]["accessToken"]);
    assert_ne!(
        got["refreshed"]["accessToken"], got["first"]["accessToken"],
        "nothing was refreshed"
    );
    assert_eq!(got["accounts"].as_array().unwrap().len(), 1);
}

/// Code with PKCE, nonce and state.
fn code(stage: &Stage) {
    let mut know = known(stage, ADELE);
    know["redirect_uri"] = json!(NATIVE);
    check(stage, &signed_in(stage, "code", know));
}

/// The library's own way: it listens on loopback, at whatever port is free.
fn interactive(stage: &Stage) {
    check(stage, &signed_in(stage, "interactive", known(stage, ADELE)));
}

/// The code is approved elsewhere while the client polls.
fn device_code(stage: &Stage) {
    let mut driver = Driver::start(stage, FILE, "deviceCode", known(stage, ADELE));
    approve(stage, &driver.said("flow"));
    check(stage, &driver.result());
}

/// A server's code needs its secret beside the verifier.
fn web_code(stage: &Stage) {
    check(stage, &signed_in(stage, "webCode", server(stage)));
}

/// A server asks on its own behalf, by its secret.
fn client_credentials(stage: &Stage) {
    let got = Driver::run(stage, FILE, "clientCredentials", server(stage));
    assert!(got["accessToken"].is_string(), "{}", brief(&got));
    assert!(got["account"].is_null(), "{}", brief(&got));
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

fn signed_in(stage: &Stage, scenario: &str, know: Value) -> Value {
    let mut driver = Driver::start(stage, FILE, scenario, know);
    let go = driver.said("go");
    driver.tell(&Person::new(stage, ADELE).go(&go));
    driver.result()
}

fn check(stage: &Stage, got: &Value) {
    assert!(got["accessToken"].is_string(), "{}", brief(got));
    assert_eq!(got["account"]["username"], ADELE, "{}", brief(got));
    assert_eq!(got["account"]["tenantId"], stage.id(), "{}", brief(got));
    let scopes = got["scopes"].as_array().unwrap();
    assert!(
        scopes.iter().any(|scope| scope == "User.Read"),
        "{scopes:?}"
    );
}
