//! A thousand managed devices that check in, on a tenant as it is shipped.

use serde_json::Value;

use super::figure::Figure;
use crate::Result;
use crate::run::{cargo, line, run, target};

const SECONDS: f64 = 60.0;
const MEMORY_MIB: f64 = 200.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    run(cargo().args(["build", "--quiet", "--release", "-p", "dovetail-tenant"]))?;
    let mut command = cargo();
    command
        .args(["bench", "--quiet", "--profile", "dev"])
        .args(["-p", "dovetail-tests", "--bench", "fleet"])
        .env("DOVETAIL_BIN_DIR", target().join("release"));
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!(
            "{} failed: {}",
            line(&command),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let measured: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| {
        measured
            .get(name)
            .and_then(Value::as_f64)
            .ok_or_else(|| format!("no {name} in the measurement"))
    };
    Ok(vec![
        Figure::shown("fleet: devices enrolled", number("devices")?, ""),
        Figure::at_most(
            "fleet: all have checked in after",
            number("check_in_seconds")?,
            SECONDS,
            "s",
        ),
        Figure::at_most(
            "fleet: resident memory of the tenant, at most",
            number("resident_mib")?,
            MEMORY_MIB,
            "MiB",
        ),
    ])
}
