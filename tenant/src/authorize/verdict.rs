//! Whether what a person proved is enough for a request: its own demands, and the rules of conditional access.

use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;
use dovetail_shared::oidc::OAuthError;

use super::request::{Request, Strength};
use crate::account::User;
use crate::app::App;
use crate::oauth::described;
use crate::rule::{Facts, Missing, decide};
use crate::store::StoreError;
use crate::token::FRESH_SECS;

/// What a person proved.
#[derive(Debug)]
pub(super) struct Proof<'a> {
    pub(super) user: &'a User,
    pub(super) amr: &'a [String],
    /// When the last factor was given.
    pub(super) at: UnixTime,
    pub(super) device: Option<DeviceId>,
}

/// What it comes to.
#[derive(Debug)]
pub(super) enum Verdict {
    Enough,
    /// A second factor is wanted.
    SecondFactor(OAuthError),
    /// Too long ago.
    Again,
    Refused(OAuthError),
}

/// Judges.
pub(super) async fn judge(
    app: &App,
    request: &Request,
    proof: &Proof<'_>,
    now: UnixTime,
) -> Result<Verdict, StoreError> {
    let facts = Facts {
        user: proof.user.id,
        client_id: &request.client_id,
        resource: &request.resource,
        amr: proof.amr,
        device: proof.device,
    };
    if request
        .max_age
        .is_some_and(|age| proof.at.plus(age).0 < now.0)
    {
        return Ok(Verdict::Again);
    }
    match decide(app, &facts).await? {
        Ok(()) => {}
        Err(denied) => {
            let silent = request.prompt.as_deref() == Some("none");
            let word = match denied.kind {
                Missing::SecondFactor | Missing::Device => "interaction_required",
                Missing::JoinedDevice | Missing::Compliance if silent => "interaction_required",
                Missing::JoinedDevice | Missing::Compliance | Missing::Blocked => "access_denied",
            };
            let error = described(word, denied.kind.number(), &denied.to_string());
            return Ok(match denied.kind {
                Missing::SecondFactor => Verdict::SecondFactor(error),
                _ => Verdict::Refused(error),
            });
        }
    }
    if strong(request.strength, proof, now) {
        return Ok(Verdict::Enough);
    }
    Ok(Verdict::SecondFactor(described(
        "interaction_required",
        50_076,
        "The application asks for a second factor.",
    )))
}

fn strong(strength: Strength, proof: &Proof<'_>, now: UnixTime) -> bool {
    let second = proof
        .amr
        .iter()
        .any(|method| method == "mfa" || method == "ngcmfa");
    match strength {
        Strength::Any => true,
        Strength::Mfa => second,
        Strength::FreshMfa => second && proof.at.plus(FRESH_SECS).0 >= now.0,
    }
}
