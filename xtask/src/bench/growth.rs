//! A million devices beside a thousand, on tenants as they are shipped.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::run::{cargo, run, target};

/// How much dearer the slowest of a hundred requests may be.
const REQUEST: f64 = 1.3;
const LOOKUP: f64 = 4.0;
const RESTART_SECONDS: f64 = 1.0;
const BYTES: f64 = 1024.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    run(cargo().args(["build", "--quiet", "--release", "-p", "dovetail-tenant"]))?;
    let mut command = cargo();
    command
        .args(["bench", "--quiet", "--profile", "dev"])
        .args(["-p", "dovetail-tests", "--bench", "growth"])
        .env("DOVETAIL_BIN_DIR", target().join("release"));
    let measured = Measured::by(&mut command)?;
    let number = |name: &str| measured.number(name);
    Ok(vec![
        Figure::at_most(
            "growth: registration, p99 of 10^6 devices to 10^3",
            number("register_ratio")?,
            REQUEST,
            "",
        ),
        Figure::at_most(
            "growth: token by PRT, p99 of 10^6 devices to 10^3",
            number("token_ratio")?,
            REQUEST,
            "",
        ),
        Figure::at_most(
            "growth: look-up by key, p99 of 10^6 devices to 10^3",
            number("lookup_ratio")?,
            LOOKUP,
            "",
        ),
        Figure::at_most(
            "growth: start after a crash among 10^6 devices",
            number("restart_seconds")?,
            RESTART_SECONDS,
            "s",
        ),
        Figure::at_most(
            "growth: store per device among 10^6",
            number("device_bytes")?,
            BYTES,
            "B",
        ),
    ])
}
