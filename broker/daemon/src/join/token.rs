//! `join.token`: from what the page handed over to a verified account.

use std::sync::Arc;

use dovetail_shared::id::JoinId;
use dovetail_shared::id::well_known::{
    AUTHENTICATION_BROKER, CLOUD_DOMAIN_JOIN, DEVICE_REGISTRATION,
};
use dovetail_shared::jose::Jws;
use dovetail_shared::link::{AccountView, JoinView, StepState, Token};
use dovetail_shared::oidc::IdTokenClaims;
use dovetail_shared::{Code, Report, Secret, Step, UnixTime};

use super::state::State;
use super::step::Probe;
use crate::Daemon;
use crate::config::Enroll;
use crate::front::Peer;
use crate::mdm::Offer;
use crate::oidc::{Expect, TokenError, Verified, verify};

/// Clocks further apart than this are the reason for a token's wrong times. Seconds.
const SKEW: i64 = 3600;

/// Verifies, keeps the token in memory, and waits for the person to confirm.
pub async fn token(daemon: &Arc<Daemon>, peer: &Peer, token: Token) -> Result<JoinView, Report> {
    let join = super::confirm::own(daemon, &daemon.record(), peer, token.join_id)?;
    let State::SignIn { nonce } = &join.state else {
        return Err(daemon.report(Code::WRONG_STATE));
    };
    let verified = check(daemon, token.id_token.expose(), Source::Page(nonce))
        .await
        .map_err(|report| report.in_step(Step::SignIn))?;
    let signed_in = SignedIn {
        verified: &verified,
        bearer: token.id_token,
    };
    adopt(daemon, join.id, nonce, signed_in)
}

/// Who signed in, and what the registration service is shown for it.
pub(super) struct SignedIn<'a> {
    pub(super) verified: &'a Verified,
    pub(super) bearer: Secret<String>,
}

/// The join that waits for a sign-in with this nonce goes on with it.
pub(super) fn adopt(
    daemon: &Arc<Daemon>,
    id: JoinId,
    nonce: &str,
    signed_in: SignedIn<'_>,
) -> Result<JoinView, Report> {
    let claims = signed_in.verified.claims();
    let upn: dovetail_shared::name::Upn = claims.upn.parse().map_err(|_| {
        daemon
            .report(Code::TOKEN_REJECTED)
            .with_detail("the account's name is not one")
    })?;
    let clean = |text: &String| {
        text.chars()
            .filter(|c| !dovetail_shared::name::is_invisible(*c))
            .take(128)
            .collect::<String>()
    };
    let account = AccountView {
        upn: upn.to_string(),
        name: claims.name.as_ref().map(clean),
        tenant_id: claims.tid,
        tenant_name: claims.tenant_display_name.as_ref().map(clean),
    };
    let offer = offer(daemon, claims);
    let view = daemon.change(|record| {
        let join = record
            .join
            .as_mut()
            .filter(|join| join.id == id)
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        // The nonce may have been used or replaced while the keys were fetched.
        if !matches!(&join.state, State::SignIn { nonce: still } if still == nonce) {
            return Err(daemon.report(Code::NONCE_UNKNOWN));
        }
        join.account = Some(account);
        join.report = None;
        join.attempt = 0;
        join.mark(Step::SignIn, StepState::Done, None);
        if offer
            .as_ref()
            .is_some_and(|offer| offer.terms_url.is_some())
        {
            join.state = State::Probe(Probe {});
            join.mark(Step::Terms, StepState::Running, None);
        } else {
            join.state = State::Confirm;
            join.mark(Step::Terms, StepState::Skipped, None);
            join.mark(Step::Confirm, StepState::Running, None);
        }
        if offer.is_none() {
            join.mark(Step::Enroll, StepState::Skipped, None);
            join.mark(Step::Sync, StepState::Skipped, None);
        }
        join.mdm = offer;
        Ok(join.clone())
    })?;
    *daemon.token() = Some(signed_in.bearer);
    super::runner::start(daemon);
    Ok(view.view(daemon))
}

/// What the token says of management, unless the configuration wants none.
fn offer(daemon: &Daemon, claims: &IdTokenClaims) -> Option<Offer> {
    if daemon.config.management.enroll == Enroll::Never {
        return None;
    }
    let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Some(Offer {
        enrollment_url: some(&claims.mdm_enrollment_url)?,
        terms_url: some(&claims.mdm_tou_url).or_else(|| some(&claims.mdm_terms_of_use_url)),
        compliance_url: some(&claims.mdm_compliance_url),
    })
}

/// Which way an ID token came, and what binds it to the join.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// Through the page, with this nonce.
    Page(&'a str),
    /// From the token endpoint for a code that was asked for with this nonce.
    Code(&'a str),
    /// From the token endpoint for a grant that knows no nonce.
    Grant,
}

/// Verifies an ID token.
pub(super) async fn check(
    daemon: &Daemon,
    text: &str,
    source: Source<'_>,
) -> Result<Verified, Report> {
    let say = |error: TokenError| daemon.report(error.code()).with_detail(error.to_string());
    let jws = Jws::split(text).map_err(|error| {
        daemon
            .report(Code::TOKEN_REJECTED)
            .with_detail(error.to_string())
    })?;
    let correlation = uuid::Uuid::new_v4().to_string();
    let tenant = &daemon.config.tenant;
    let (key, issuer, date) = daemon
        .provider
        .lock()
        .await
        .key(&daemon.net, tenant, &jws, &correlation)
        .await
        .map_err(|(code, detail)| daemon.report(code).with_detail(detail))?;
    let key = key.ok_or_else(|| say(TokenError::Key))?;
    let (page, service) = (
        CLOUD_DOMAIN_JOIN.to_string(),
        DEVICE_REGISTRATION.to_string(),
    );
    let (broker, client) = (AUTHENTICATION_BROKER.to_string(), tenant.client());
    let now = daemon.now();
    let (audiences, nonce): (&[&str], _) = match source {
        Source::Page(nonce) => (&[&page, &service, &client], Some(nonce)),
        Source::Code(nonce) => (&[&client], Some(nonce)),
        Source::Grant => (&[&broker], None),
    };
    let expect = Expect {
        issuer: &issuer,
        audiences,
        tenant: tenant.tenant_id,
        nonce,
        now,
    };
    verify(&jws, &key, expect).map_err(|error| match error {
        TokenError::Expired | TokenError::Early if skewed(now, date) => daemon
            .report(Code::CLOCK_WRONG)
            .with_detail("this machine's clock and the tenant's are hours apart"),
        other => say(other),
    })
}

fn skewed(now: UnixTime, server: Option<UnixTime>) -> bool {
    server.is_some_and(|server| now.since(server).abs() > SKEW)
}
