//! A person with a browser: goes where a client sends them, signs in, and brings back what the tenant answers.

use dovetail_tests::sign_in::Visitor;
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::stage::Stage;

/// Somebody of the seed with password alone.
pub(crate) const ADELE: &str = "adele@contoso.com";
/// Somebody with a second factor, whose authenticator shows a code for one sign-in each half minute.
pub(crate) const MEGAN: &str = "megan@contoso.com";

/// One, whose session lasts from one sign-in to the next.
pub(crate) struct Person<'a> {
    stage: &'a Stage,
    upn: &'a str,
    visitor: Visitor,
    runtime: Runtime,
}

impl<'a> Person<'a> {
    pub(crate) fn new(stage: &'a Stage, upn: &'a str) -> Self {
        Self {
            stage,
            upn,
            visitor: Visitor::new(&stage.tenant),
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
        }
    }

    /// Opens the authorize address, and gives the parameters that come back to the client.
    pub(crate) fn go(&mut self, authorize: &Value) -> Value {
        let authorize = Url::parse(authorize.as_str().unwrap()).unwrap();
        let back = self
            .visitor
            .sign_in(&self.stage.tenant, authorize, self.upn);
        let back = self.runtime.block_on(back);
        let fields = back.query().or(back.fragment()).unwrap_or_default();
        let fields: Map<String, Value> = form_urlencoded::parse(fields.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        Value::Object(fields)
    }
}

/// What a driver must know to sign in as them: tenant, name and password.
pub(crate) fn known(stage: &Stage, upn: &str) -> Value {
    let (password, _) = stage.tenant.person(upn);
    json!({ "tenant": stage.id(), "upn": upn, "password": password })
}

/// Approves the device code that a client shows, as the person would on another machine.
pub(crate) fn approve(stage: &Stage, flow: &Value) {
    let code = flow["user_code"].as_str().or(flow["userCode"].as_str());
    let code = code.unwrap_or_else(|| panic!("no code: {flow}"));
    stage
        .tenant
        .run(&["device-code", "approve", code, "--upn", ADELE]);
}
