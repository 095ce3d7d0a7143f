//! ID tokens: v1.0 with every claim of the 2016 article's example, which a join needs, and v2.0 (`id_v2`).

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::guid::cloud_sid;
use dovetail_shared::id::well_known::{CLOUD_DOMAIN_JOIN, DEVICE_REGISTRATION};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::oidc::IdTokenClaims;
use serde::Serialize;

use super::id_v2::{self, half_hash};
use super::management::Management;
use crate::account::{Directory, User};
use crate::app::App;
use crate::client::IdTokenAlg;
use crate::error::Fault;
use crate::grant::Version;
use crate::signer::{KeyError, Signer};

/// Seconds an ID token lives; the article's and real ones do.
pub(super) const LIFE_SECS: i64 = 3900;

/// What a token says.
#[derive(Debug)]
pub(crate) struct Issue<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) user: &'a User,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) amr: &'a [String],
    /// `windows_api_version=2.0` asks for the claims of device management and settings.
    pub(crate) windows: bool,
    /// What is offered to the user; said only when it was asked for.
    pub(crate) management: Option<&'a Management>,
    /// Which form the endpoint's version has.
    pub(crate) version: Version,
    pub(crate) alg: IdTokenAlg,
    /// Words that were asked for: `email`, `profile`.
    pub(crate) scope: &'a str,
    /// When the person signed in.
    pub(crate) auth_time: UnixTime,
    /// What is handed over beside it: becomes `at_hash`.
    pub(crate) access_token: Option<&'a str>,
    /// The same: becomes `c_hash`.
    pub(crate) code: Option<&'a str>,
    /// The browser's session.
    pub(crate) sid: Option<&'a str>,
}

/// Signs it, in the form of its version and with the algorithm that the application wants.
pub(crate) fn id_token(app: &App, issue: &Issue<'_>, now: UnixTime) -> Result<String, Fault> {
    match issue.version {
        Version::V1 => sign_as(app, issue.alg, &claims(issue, now)),
        Version::V2 => sign_as(app, issue.alg, &id_v2::claims(issue, &app.hosts.login, now)),
    }
}

/// A compact JWS over these claims by the newest key of that algorithm.
pub(super) fn sign_as<T: Serialize>(
    app: &App,
    alg: IdTokenAlg,
    claims: &T,
) -> Result<String, Fault> {
    if alg == IdTokenAlg::Rs256 {
        return Ok(sign(&app.signer, claims)?);
    }
    let payload = serde_json::to_vec(claims)?;
    let (signed, signature) = app
        .signer
        .sign_es256(|kid| signing_input(&head("ES256", kid), &payload))?;
    Ok(format!("{signed}.{}", b64url(signature)))
}

/// The same with RS256, which every client of this tenant takes.
pub(super) fn sign<T: Serialize>(signer: &Signer, claims: &T) -> Result<String, KeyError> {
    let payload = serde_json::to_vec(claims).map_err(|_| KeyError::Crypto)?;
    let (signed, signature) = signer.sign(|kid| signing_input(&head("RS256", kid), &payload))?;
    Ok(format!("{signed}.{}", b64url(signature)))
}

fn head(alg: &str, kid: &str) -> JwsHeader {
    JwsHeader {
        alg: alg.to_owned(),
        typ: Some("JWT".to_owned()),
        kid: Some(kid.to_owned()),
        x5t: Some(kid.to_owned()),
        ..JwsHeader::default()
    }
}

fn claims(issue: &Issue<'_>, now: UnixTime) -> IdTokenClaims {
    let Issue {
        directory, user, ..
    } = issue;
    let offered = issue.management.filter(|_| issue.windows);
    let terms_url = offered.and_then(|offered| offered.terms.clone());
    IdTokenClaims {
        aud: audience(issue.client_id),
        iss: issuer(directory),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(LIFE_SECS).0,
        nonce: issue.nonce.map(str::to_owned),
        at_hash: issue.access_token.map(half_hash),
        c_hash: issue.code.map(half_hash),
        amr: issue.amr.to_vec(),
        tid: directory.id,
        oid: user.id,
        sub: pairwise(directory, user, issue.client_id),
        upn: user.upn.clone(),
        unique_name: Some(user.upn.clone()),
        name: Some(user.display_name.clone()),
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        sid: Some(cloud_sid(user.id.0)),
        onprem_sid: user.onprem_sid.clone(),
        primary_sid: user.onprem_sid.clone(),
        instance: Some(directory.region.clone()),
        tenant_display_name: Some(directory.display_name.clone()),
        mdm_enrollment_url: offered.map(|offered| offered.enrollment.clone()),
        mdm_tou_url: terms_url.clone(),
        mdm_terms_of_use_url: terms_url,
        mdm_compliance_url: offered.map(|offered| offered.compliance.clone()),
        user_setting_sync_url: directory.settings_url.clone().filter(|_| issue.windows),
        ver: Some("1.0".to_owned()),
    }
}

/// `https://sts.windows.net/{tid}/`: the v1.0 issuer, whatever name the request came in by.
pub(crate) fn issuer(directory: &Directory) -> String {
    format!("https://sts.windows.net/{}/", directory.id)
}

/// The join page asks as the registration service and is answered as "cloud domain join" (registration reference §1.2).
fn audience(client_id: &str) -> String {
    if client_id == DEVICE_REGISTRATION.to_string() {
        CLOUD_DOMAIN_JOIN.to_string()
    } else {
        client_id.to_owned()
    }
}

/// 43 characters that say nothing outside this client (OIDC Core §8.1).
pub(crate) fn pairwise(directory: &Directory, user: &User, client_id: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [
        directory.id.0.as_bytes().as_slice(),
        user.id.0.as_bytes(),
        client_id.as_bytes(),
    ] {
        context.update(part);
    }
    b64url(context.finish())
}
