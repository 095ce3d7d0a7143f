//! `azure-identity` of PyPI, what the Azure SDK for Python signs in with.

use serde_json::{Value, json};

use crate::driver::{Driver, brief};
use crate::person::{ADELE, approve, known};
use crate::stage::{SECRET, Stage, WEB};
use crate::trial::{Test, tests};

pub(crate) const TESTS: &[Test] = tests!["azure_identity"; password, client_secret, device_code];

const FILE: &str = "azure_identity.py";

/// Name and password.
fn password(stage: &Stage) {
    check(&Driver::run(stage, FILE, "password", known(stage, ADELE)));
}

/// A server by its secret.
fn client_secret(stage: &Stage) {
    let mut know = known(stage, ADELE);
    know["client"] = json!(WEB);
    know["secret"] = json!(SECRET);
    check(&Driver::run(stage, FILE, "client_secret", know));
}

/// A code, approved elsewhere.
fn device_code(stage: &Stage) {
    let mut driver = Driver::start(stage, FILE, "device_code", known(stage, ADELE));
    approve(stage, &driver.said("flow"));
    check(&driver.result());
}

fn check(got: &Value) {
    assert!(got["token"].is_string(), "{}", brief(got));
    assert_eq!(got["cached"], true, "{}", brief(got));
    assert!(got["expires_on"].is_i64(), "{}", brief(got));
}
