//! `grant_type=authorization_code`.

use aws_lc_rs::digest;
use dovetail_shared::encode::b64url;

use super::code::{Shown, redeem};
use super::endpoint::Ask;
use super::granted::Granted;
use super::refusal::Refusal;
use super::resource::resource;

/// Redeems a code.
pub(super) async fn grant(ask: &Ask<'_>) -> Result<Granted, Refusal> {
    let form = ask.form;
    let challenge = form.get("code_verifier").map(challenge_of).transpose()?;
    let named = ask.named_resource()?;
    let shown = Shown {
        code: form.need("code")?,
        client_id: ask.client_id,
        redirect_uri: form.need("redirect_uri")?,
        challenge: challenge.as_deref(),
        resource: named.as_ref().map(|named| named.audience.as_str()),
    };
    let redeemed = redeem(ask.app, &shown, ask.now).await?;
    let held = redeemed.held;
    let bound = resource(&ask.app.hosts, ask.client_id, Some(&held.resource), None)?;
    Ok(Granted {
        user: ask.user(held.origin.user).await?,
        origin: held.origin,
        client_id: ask.client_id.to_owned(),
        resource: bound,
        scope: form.get("scope").map_or(held.scope, str::to_owned),
        nonce: redeemed.nonce,
        windows: redeemed.windows,
        client_info: ask.client_info(),
        lineage: Some((held.lineage, held.generation)),
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
