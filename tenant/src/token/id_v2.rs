//! The v2.0 ID token (OIDC Core §2, §3.1.3.6, §3.3.2.11): its issuer is the one that v2.0 discovery names.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::id::{ObjectId, TenantId};
use serde::Serialize;

use super::issue::{Issue, LIFE_SECS, pairwise};

/// Claims of a v2.0 ID token.
#[derive(Debug, Serialize)]
pub(super) struct ClaimsV2<'a> {
    aud: &'a str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    sub: String,
    oid: ObjectId,
    tid: TenantId,
    name: &'a str,
    preferred_username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    ver: &'static str,
}

/// `https://login…/{tid}/v2.0`
pub(crate) fn issuer_v2(login: &str, tenant: TenantId) -> String {
    format!("{login}/{tenant}/v2.0")
}

pub(super) fn claims<'a>(issue: &Issue<'a>, login: &str, now: UnixTime) -> ClaimsV2<'a> {
    let (directory, user) = (issue.directory, issue.user);
    let asked = |word: &str| issue.scope.split(' ').any(|other| other == word);
    let profile = asked("profile");
    ClaimsV2 {
        aud: issue.client_id,
        iss: issuer_v2(login, directory.id),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(LIFE_SECS).0,
        auth_time: issue.auth_time.0,
        nonce: issue.nonce,
        sub: pairwise(directory, user, issue.client_id),
        oid: user.id,
        tid: directory.id,
        name: &user.display_name,
        preferred_username: &user.upn,
        email: asked("email").then_some(user.upn.as_str()),
        given_name: user.given_name.as_deref().filter(|_| profile),
        family_name: user.family_name.as_deref().filter(|_| profile),
        at_hash: issue.access_token.map(half_hash),
        c_hash: issue.code.map(half_hash),
        sid: issue.sid,
        amr: issue.amr,
        ver: "2.0",
    }
}

/// The left half of SHA-256: both algorithms that ID tokens are signed with use that hash.
pub(super) fn half_hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let half: Vec<u8> = hash.as_ref().iter().copied().take(16).collect();
    b64url(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core, appendix A.3 and A.4.
    #[test]
    fn the_published_hashes_come_out() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
        let code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
        assert_eq!(half_hash(code), "LDktKdoQak3Pk0cnXxCltA");
    }
}
