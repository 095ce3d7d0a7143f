//! `saml1_1-bearer` and `saml2-bearer` (RFC 7522; registration reference §1.3): an assertion of a federated domain's own
//! sign-in service, byte for byte as that service made it.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::from_b64;

use super::endpoint::Ask;
use super::granted::Granted;
use super::origin::{Flow, Origin};
use super::refusal::{Refusal, Version};
use crate::account::{MfaBehavior, User, domain};
use crate::app::App;
use crate::federation::{FederationError, Purpose, verify_assertion};

/// Takes an assertion.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let (app, form) = (ask.app, ask.form);
    let assertion = form.need("assertion")?;
    // Before the assertion is used up.
    let platform = ask.client.platform()?;
    let resource = ask.resource().await?;
    let (user, amr) = proved(app, ask.version, assertion, ask.now).await?;
    let origin = Origin {
        client_id: ask.client_id.to_owned(),
        user: user.id,
        amr,
        auth_time: ask.now,
        device: None,
        hello_key: None,
        flow: Flow::SignIn,
        platform,
    };
    Ok(Granted {
        lineage: Some(ask.lineage(&origin, &resource).await?),
        user,
        origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope: ask.meant(),
        nonce: None,
        windows: ask.windows(),
        client_info: ask.client_info(),
    })
}

/// Judges an assertion in base64, and uses it up.
pub(crate) async fn proved(
    app: &App,
    version: Version,
    assertion: &str,
    now: UnixTime,
) -> Result<(User, Vec<String>), Refusal> {
    let xml = decode(assertion)
        .ok_or(FederationError::Unreadable("it is not base64"))
        .map_err(refusal)?;
    let federated = verify_assertion(app, &xml, now, Purpose::Grant)
        .await
        .map_err(refusal)?;
    let behavior = domain(&app.store, &federated.domain)
        .await?
        .and_then(|domain| domain.federation)
        .map_or(MfaBehavior::Enforce, |federation| federation.mfa);
    let second = federated.amr.iter().any(|method| method == "mfa");
    let wanted = behavior == MfaBehavior::Enforce || federated.user.has_totp;
    if wanted && !second {
        return Err(Refusal::MfaNeeded(version));
    }
    Ok((federated.user, federated.amr))
}

fn refusal(error: FederationError) -> Refusal {
    match (error.number(), error) {
        (_, FederationError::Store(error)) => error.into(),
        (Some(number), error) => Refusal::Assertion(number, error.to_string()),
        (None, _) => Refusal::Unknown,
    }
}

/// Both alphabets, with or without padding; a blank is a `+` that was not escaped in the form.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|letter| match letter {
            '-' | ' ' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    from_b64(standard.trim_end_matches('=')).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_are_read() {
        let bytes = [0xfb, 0xef, 0xff, 0x00];
        for text in ["++//AA==", "++//AA", "--__AA", "  //AA=="] {
            assert_eq!(decode(text).unwrap(), bytes, "{text}");
        }
        assert_eq!(decode("<saml>"), None);
    }
}
