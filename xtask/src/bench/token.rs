//! Tokens: what each costs the tenant beside the signatures in it, and beside `oidc-provider` under the same load. Ratios within
//! one run.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;

/// Shares of what the processor could sign in the same time.
const REFRESH: f64 = 0.80;
const SIGN_IN: f64 = 0.75;
/// Times `oidc-provider`: a refresh beside a token of its clients' own, and sign-ins with both algorithms.
const REFRESH_RATIO: f64 = 2.3;
const SIGN_IN_RATIO: f64 = 2.4;
const ES256_RATIO: f64 = 10.0;
const MEMORY_MIB: f64 = 28.0;

pub(super) fn figures(measured: &Measured) -> Result<Vec<Figure>> {
    let number = |name: &str| measured.number(name);
    let per_cpu = |name: &str| number(&format!("{name}_per_cpu"));
    let shown = |text: &str, name: &str| -> Result<Figure> {
        let text = format!("tenant: {text} per processor second");
        Ok(Figure::shown(text, per_cpu(name)?, "/s"))
    };
    let peer = |text: &str, name: &str| -> Result<Figure> {
        let text = format!("oidc-provider: {text} per processor second");
        Ok(Figure::shown(text, per_cpu(name)?, "/s"))
    };
    let share = |text: &str, name: &str, limit: f64| -> Result<Figure> {
        let text = format!("tenant: {text}, share of the floor");
        Ok(Figure::at_least(text, measured.share(name)?, limit, ""))
    };
    let times = |text: &str, name: &str, beside: &str, limit: f64| -> Result<Figure> {
        let ratio = per_cpu(name)? / per_cpu(beside)?;
        Ok(Figure::at_least(
            format!("tenant: {text}, times oidc-provider"),
            ratio,
            limit,
            "×",
        ))
    };
    Ok(vec![
        Figure::shown(
            "tenant: floor, RSA-2048 signatures per processor second",
            number("sign_in_floor")?,
            "/s",
        ),
        shown("refreshes", "refresh")?,
        share("refresh", "refresh", REFRESH)?,
        shown("refreshes with an ID token", "refresh_both")?,
        share("refresh with an ID token", "refresh_both", REFRESH)?,
        peer("tokens of clients' own", "peer_own")?,
        times("refresh", "refresh", "peer_own", REFRESH_RATIO)?,
        shown("silent sign-ins", "sign_in")?,
        share("silent sign-in", "sign_in", SIGN_IN)?,
        peer("silent sign-ins", "peer_sign_in")?,
        times("silent sign-in", "sign_in", "peer_sign_in", SIGN_IN_RATIO)?,
        shown("silent sign-ins with ES256", "sign_in_es256")?,
        peer("silent sign-ins with ES256", "peer_sign_in_es256")?,
        times(
            "sign-in with ES256",
            "sign_in_es256",
            "peer_sign_in_es256",
            ES256_RATIO,
        )?,
        shown("tokens of clients' own", "own")?,
        shown("the same with ES256", "own_es256")?,
        peer("the same with ES256", "peer_own_es256")?,
        Figure::at_most(
            "tenant: resident memory under that load, at most",
            number("resident_mib")?,
            MEMORY_MIB,
            "MiB",
        ),
        Figure::shown(
            "oidc-provider: resident memory",
            number("peer_resident_mib")?,
            "MiB",
        ),
    ])
}
