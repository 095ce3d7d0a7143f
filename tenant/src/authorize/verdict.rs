//! Whether what a person proved is enough for a request: its own demands, and the rules of conditional access.

use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;
use dovetail_shared::oidc::OAuthError;

use super::request::Request;
use crate::account::User;
use crate::app::App;
use crate::oauth::described;
use crate::rule::{Facts, Missing, decide, rules};
use crate::store::StoreError;

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
    let rules = rules(&app.store).await?;
    let facts = Facts {
        user: proof.user.id,
        client_id: &request.client_id,
        resource: &request.resource,
        amr: &rules.standing(proof.amr, proof.at, now),
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
    if rules.second_factor_is_old(proof.amr, proof.at, now) {
        return Ok(Verdict::SecondFactor(described(
            "interaction_required",
            50_078,
            "The second factor is too long ago for the rules of your organisation.",
        )));
    }
    if request.strength.is_met(proof.amr, proof.at, now) {
        return Ok(Verdict::Enough);
    }
    Ok(Verdict::SecondFactor(described(
        "interaction_required",
        50_076,
        "The application asks for a second factor.",
    )))
}
