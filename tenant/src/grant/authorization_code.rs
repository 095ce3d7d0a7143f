//! `grant_type=authorization_code`.

use aws_lc_rs::digest;
use dovetail_shared::encode::b64url;

use super::code::{Shown, redeem};
use super::endpoint::{Ask, standing};
use super::granted::Granted;
use super::lineage::Held;
use super::refusal::Refusal;
use super::resource::Resource;
use super::resource_error::ResourceError;
use super::scope::narrowed;

/// Redeems a code.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let challenge = form.get("code_verifier").map(challenge_of).transpose()?;
    let named = ask.named_resource().await?;
    let redirect_uri = form.need("redirect_uri")?;
    if let Some(platform) = ask.client.registration.platform(redirect_uri) {
        ask.client.may(platform, ask.origin)?;
    }
    let shown = Shown {
        code: form.need("code")?,
        client_id: ask.client_id,
        redirect_uri,
        challenge: challenge.as_deref(),
        resource: named.as_ref().map(|named| named.audience.as_str()),
    };
    let redeemed = redeem(ask.app, &shown, ask.now).await?;
    let held = redeemed.held;
    let bound = bound(ask, &held).await?;
    let resource = match named {
        Some(named) => within(&bound, named)?,
        None => bound,
    };
    Ok(Granted {
        user: standing(redeemed.user)?,
        origin: held.origin,
        client_id: ask.client_id.to_owned(),
        resource,
        scope: narrowed(&held.scope, ask.scope()),
        nonce: redeemed.nonce,
        windows: redeemed.windows,
        client_info: ask.client_info(),
        lineage: Some((held.lineage, held.generation)),
    })
}

/// What was asked for at the authorize endpoint.
async fn bound(ask: &Ask<'_>, held: &Held) -> Result<Resource, Refusal> {
    match ask.resolve(None, Some(&held.scope)).await {
        Ok(found) if found.audience == held.resource => Ok(found),
        Err(Refusal::Fault(fault)) => Err(Refusal::Fault(fault)),
        // The resource was named by itself, or the scope names none.
        _ => ask.resolve(Some(&held.resource), None).await,
    }
}

/// No more of it than was asked for then.
fn within(bound: &Resource, asked: Resource) -> Result<Resource, Refusal> {
    let had: Vec<&str> = bound.scope.split(' ').collect();
    let kept: Vec<&str> = asked
        .scope
        .split(' ')
        .filter(|word| had.contains(word))
        .collect();
    if kept.is_empty() {
        return Err(ResourceError::NoSuchScope.into());
    }
    Ok(Resource {
        scope: kept.join(" "),
        ..asked
    })
}

/// S256 of a verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
fn challenge_of(verifier: &str) -> Result<String, Refusal> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(Refusal::Verifier);
    }
    Ok(b64url(digest::digest(&digest::SHA256, verifier.as_bytes())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_published_challenge_comes_out() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge_of(verifier).unwrap(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
