//! Phase 7: a key in the TPM that the person opens with a PIN, registered with the organisation, signs them in without a browser.

use dovetail_tests::Lab;
use serde_json::{Value, json};

use crate::phases::Phases;
use crate::who::Who;

/// Nothing that is guessed first, and as long as the demo's policies want it.
const PIN: &str = "48291637\n";

/// Sets one up, right after the sign-in with the second factor, and signs in with it. Gives what the report says of it; `null` for
/// somebody who has no second factor.
pub(crate) fn pin(lab: &Lab, who: &Who, phases: &mut Phases) -> Result<Value, String> {
    if who.totp.is_none() {
        return Ok(Value::Null);
    }
    let view = told(lab, &["pin", "set-up", "--pin-stdin", "--json"])?;
    phases.over("phase 7: a key behind a PIN, registered");
    let signed_on = told(lab, &["sign-in", "--pin", "--pin-stdin", "--json"])?;
    let keys = lab.tenant.run(&["hello", "list", "--json"]);
    let keys: Value = serde_json::from_str(&keys).map_err(|error| error.to_string())?;
    phases.over("dovetail sign-in --pin: signed in without a browser");
    Ok(json!({ "state": view["state"], "signed_in_as": signed_on["upn"], "keys": keys }))
}

fn told(lab: &Lab, arguments: &[&str]) -> Result<Value, String> {
    let (code, text, complaint) = lab.daemon.cli_with(arguments, PIN);
    if code != 0 {
        return Err(complaint);
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
