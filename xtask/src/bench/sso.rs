//! What header SSO costs a navigation, in both browsers, and whether each navigation is signed in by a credential of its own.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::demo::prepare;
use crate::run::{program, target};
use crate::setup::Scope;

const MORE_MS: f64 = 30.0;
const REDIRECTS: f64 = 1.0;
const FRESH_PERCENT: f64 = 100.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    prepare(Scope::Everything)?;
    let bins = target().join("debug");
    let mut command = program(bins.join("dovetail-sso-bench"));
    command
        .env("DOVETAIL_BIN_DIR", &bins)
        .env("PATH", crate::run::path());
    let measured = Measured::by(&mut command)?;
    let mut figures = Vec::new();
    for browser in ["chromium", "firefox"] {
        let number = |name: &str| measured.number(&format!("{browser}_{name}"));
        figures.extend([
            Figure::shown(
                format!("sso: a navigation without, {browser}"),
                number("without_ms")?,
                "ms",
            ),
            Figure::at_most(
                format!("sso: what it adds, nonce known, {browser}"),
                number("more_ms")?,
                MORE_MS,
                "ms",
            ),
            Figure::at_most(
                format!("sso: further redirects where a nonce is wanted, {browser}"),
                number("redirects")?,
                REDIRECTS,
                "",
            ),
            Figure::at_least(
                format!("sso: of 500 signed in by a fresh cookie, {browser}"),
                number("fresh_percent")?,
                FRESH_PERCENT,
                "%",
            ),
        ]);
    }
    Ok(figures)
}
