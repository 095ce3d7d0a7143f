//! The judgement: is the assertion for us, for now, for one of our users, for the first time?

use dovetail_shared::UnixTime;

use super::assertion::{Claims, Confirmation, claimed_issuer, read};
use super::document::{Shape, parse};
use super::error::FederationError;
use super::request::{MULTIPLE, REALM};
use super::{signature, used};
use crate::account::{Domain, Federation, MfaBehavior, User, domains, user_by_immutable_id};
use crate::app::App;

/// How far clocks may differ, seconds.
const SKEW_SECS: i64 = 300;
/// Longest validity that is taken, seconds: what is valid for years is stolen one day.
const LONGEST_SECS: i64 = 86_400;
/// How old an assertion may be when a browser brings it, seconds.
const FRESH_SECS: i64 = 600;

/// What an assertion is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A browser brings it from the sign-in service, for a sign-in that waits.
    Passive,
    /// A program brings it to the token endpoint.
    Grant,
}

/// Somebody whom a federated domain vouches for.
#[derive(Debug, Clone)]
pub(crate) struct Federated {
    pub(crate) user: User,
    /// Methods: `pwd`, `wia` or `fed`; `mfa` when the domain's settings let that count.
    pub(crate) amr: Vec<String>,
    /// The domain whose assertion it is.
    pub(crate) domain: String,
}

/// Verifies a `wresult`: the answer that a browser brings.
pub(crate) async fn verify_answer(
    app: &App,
    wresult: &[u8],
    now: UnixTime,
) -> Result<Federated, FederationError> {
    verify(app, wresult, Shape::Answer, now, Purpose::Passive).await
}

/// Verifies an assertion by itself (SAML 1.1 or 2.0), byte for byte as the sign-in service made it.
pub(crate) async fn verify_assertion(
    app: &App,
    xml: &[u8],
    now: UnixTime,
    purpose: Purpose,
) -> Result<Federated, FederationError> {
    verify(app, xml, Shape::Assertion, now, purpose).await
}

async fn verify(
    app: &App,
    xml: &[u8],
    shape: Shape,
    now: UnixTime,
    purpose: Purpose,
) -> Result<Federated, FederationError> {
    let domains = domains(&app.store).await?;
    let (claims, domain) = believe(xml, shape, &domains, now, purpose)?;
    let user = user_by_immutable_id(&app.store, &claims.immutable_id)
        .await?
        .filter(|user| user.upn.eq_ignore_ascii_case(&claims.upn))
        .ok_or(FederationError::User)?;
    if !user.enabled {
        return Err(FederationError::Disabled);
    }
    // Last: an assertion that is refused for another reason is not used up by whoever found it.
    let expires = claims.not_on_or_after.plus(SKEW_SECS);
    used::once(&app.store, &claims.issuer, &claims.id, expires).await?;
    Ok(Federated {
        amr: methods(&claims.methods, domain.1.mfa),
        domain: domain.0.to_owned(),
        user,
    })
}

/// Everything that can be said without the directory of users: who signed what, and whether it is meant for us now.
fn believe<'d>(
    xml: &[u8],
    shape: Shape,
    domains: &'d [Domain],
    now: UnixTime,
    purpose: Purpose,
) -> Result<(Claims, (&'d str, &'d Federation)), FederationError> {
    let parsed = parse(xml, shape)?;
    let issuer = claimed_issuer(&parsed)?;
    let domain = domains
        .iter()
        .filter_map(|domain| Some((domain.name.as_str(), domain.federation.as_ref()?)))
        .find(|(_, federation)| federation.issuer == issuer)
        .ok_or(FederationError::Issuer)?;
    let signed = signature::verify(&parsed, &domain.1.certificates)?;
    let claims = read(&signed)?;
    check(&claims, domain.0, now, purpose)?;
    Ok((claims, domain))
}

fn check(
    claims: &Claims,
    domain: &str,
    now: UnixTime,
    purpose: Purpose,
) -> Result<(), FederationError> {
    let for_us = |audiences: &Vec<String>| audiences.iter().any(|it| it == REALM);
    if claims.audiences.is_empty() || !claims.audiences.iter().all(for_us) {
        return Err(FederationError::Audience);
    }
    if now < claims.not_before.plus(-SKEW_SECS) || now < claims.issued.plus(-SKEW_SECS) {
        return Err(FederationError::Time("not yet"));
    }
    if now >= claims.not_on_or_after.plus(SKEW_SECS) {
        return Err(FederationError::Time("no more"));
    }
    let life = claims.not_on_or_after.since(claims.not_before);
    if !(1..=LONGEST_SECS).contains(&life) {
        return Err(FederationError::Time("for no time, or for too long"));
    }
    if purpose == Purpose::Passive && now.since(claims.issued) > FRESH_SECS + SKEW_SECS {
        return Err(FederationError::Time("made too long ago"));
    }
    // What comes straight from the service by way of the browser may leave it out; some do.
    if purpose == Purpose::Grant && claims.confirmation != Confirmation::Bearer {
        return Err(FederationError::Assertion(
            "another confirmation than bearer",
        ));
    }
    // Research on the real service found that it looked at issuer and ImmutableID alone, so that one domain could speak for
    // another's people.
    match claims.upn.rsplit_once('@') {
        Some((_, name)) if name.eq_ignore_ascii_case(domain) => Ok(()),
        _ => Err(FederationError::Domain),
    }
}

/// The sign-in service's methods in the words of ID tokens (`amr`).
fn methods(uris: &[String], behavior: MfaBehavior) -> Vec<String> {
    let any = |ends: &[&str]| {
        uris.iter()
            .any(|uri| ends.iter().any(|end| uri.ends_with(end)))
    };
    let first = if any(&[":Password", ":PasswordProtectedTransport", ":password"]) {
        "pwd"
    } else if any(&[":windows", ":Kerberos", ":WindowsDevice"]) {
        "wia"
    } else {
        "fed"
    };
    let mut amr = vec![first.to_owned()];
    if behavior != MfaBehavior::Reject && uris.iter().any(|uri| uri == MULTIPLE) {
        amr.push("mfa".to_owned());
    }
    amr
}

#[cfg(test)]
#[path = "test/matrix.rs"]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "tests"
)]
mod matrix;

#[cfg(test)]
#[path = "test/real.rs"]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    reason = "tests"
)]
mod real;
