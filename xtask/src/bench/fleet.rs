//! A thousand managed devices that check in, on a tenant as it is shipped.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::run::{cargo, run, target};

const SECONDS: f64 = 60.0;
const MEMORY_MIB: f64 = 200.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    run(cargo().args(["build", "--quiet", "--release", "-p", "dovetail-tenant"]))?;
    let mut command = cargo();
    command
        .args(["bench", "--quiet", "--profile", "dev"])
        .args(["-p", "dovetail-tests", "--bench", "fleet"])
        .env("DOVETAIL_BIN_DIR", target().join("release"));
    let measured = Measured::by(&mut command)?;
    let number = |name: &str| measured.number(name);
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
