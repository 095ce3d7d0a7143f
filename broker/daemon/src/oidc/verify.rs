//! From a text to [`Verified`]: the only way to claims.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use dovetail_shared::encode::from_b64url;
use dovetail_shared::id::TenantId;
use dovetail_shared::jose::{Jwk, Jws};
use dovetail_shared::oidc::IdTokenClaims;
use dovetail_shared::{Code, UnixTime};

/// Seconds that clocks may differ.
const LEEWAY: i64 = 300;

/// What the token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// The issuer of the metadata, maybe with `{tenantid}`.
    pub issuer: &'a str,
    /// Good audiences.
    pub audiences: &'a [&'a str],
    /// The only good tenant, if one is configured.
    pub tenant: Option<TenantId>,
    /// The nonce we made; `None` for a token that came straight from the token endpoint for a grant without one.
    pub nonce: Option<&'a str>,
    /// This machine's clock.
    pub now: UnixTime,
}

/// Claims whose signature and bounds were checked. There is no other way to make one.
#[derive(Debug, Clone)]
pub struct Verified(IdTokenClaims);

impl Verified {
    /// The claims.
    pub fn claims(&self) -> &IdTokenClaims {
        &self.0
    }
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, or not one of the kind we take.
    #[error("the token is {0}")]
    Form(&'static str),
    /// No key of the tenant has this name.
    #[error("the token is signed by a key that the tenant does not publish")]
    Key,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// Not meant for us, or not from the configured authority.
    #[error("the token's {0} is not the expected one")]
    Claim(&'static str),
    /// Another tenant than the configured one.
    #[error("the token is of another tenant")]
    Tenant,
    /// Too old.
    #[error("the token has expired")]
    Expired,
    /// Not yet good, by this machine's clock.
    #[error("the token is not valid yet")]
    Early,
    /// Not made for this join.
    #[error("the token does not carry the nonce of this join")]
    Nonce,
}

impl TokenError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::Form(_) | Self::Key | Self::Signature | Self::Claim(_) => Code::TOKEN_REJECTED,
            Self::Tenant => Code::WRONG_TENANT,
            Self::Expired | Self::Early => Code::TOKEN_EXPIRED,
            Self::Nonce => Code::NONCE_UNKNOWN,
        }
    }
}

/// Checks a token against one key. `kid` has been used to find the key; it proves nothing.
pub fn verify(jws: &Jws<'_>, key: &Jwk, expect: Expect<'_>) -> Result<Verified, TokenError> {
    if jws.header.alg != "RS256" {
        return Err(TokenError::Form("not signed with RS256"));
    }
    if jws.header.crit.is_some() || jws.header.b64.is_some() {
        return Err(TokenError::Form("of a form with extensions"));
    }
    if key.kty != "RSA" || key.use_.as_deref().is_some_and(|purpose| purpose != "sig") {
        return Err(TokenError::Key);
    }
    let number = |text: &str| from_b64url(text).map_err(|_| TokenError::Key);
    RsaPublicKeyComponents {
        n: number(&key.n)?,
        e: number(&key.e)?,
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        jws.signed.as_bytes(),
        &jws.signature,
    )
    .map_err(|_| TokenError::Signature)?;
    let claims: IdTokenClaims = serde_json::from_slice(&jws.payload)
        .map_err(|_| TokenError::Form("missing claims, or has some of the wrong kind"))?;
    if !expect.audiences.contains(&claims.aud.as_str()) {
        return Err(TokenError::Claim("audience"));
    }
    let classic = format!("https://sts.windows.net/{}/", claims.tid);
    if claims.iss != classic
        && claims.iss != expect.issuer.replace("{tenantid}", &claims.tid.to_string())
    {
        return Err(TokenError::Claim("issuer"));
    }
    if key
        .issuer
        .as_ref()
        .is_some_and(|only| only.replace("{tenantid}", &claims.tid.to_string()) != claims.iss)
    {
        return Err(TokenError::Claim("issuer"));
    }
    if expect.tenant.is_some_and(|only| only != claims.tid) {
        return Err(TokenError::Tenant);
    }
    let now = expect.now.0;
    if claims.exp.saturating_add(LEEWAY) <= now {
        return Err(TokenError::Expired);
    }
    if claims.nbf.max(claims.iat) > now.saturating_add(LEEWAY) {
        return Err(TokenError::Early);
    }
    let ours = expect
        .nonce
        .is_none_or(|nonce| !nonce.is_empty() && claims.nonce.as_deref() == Some(nonce));
    if !ours {
        return Err(TokenError::Nonce);
    }
    Ok(Verified(claims))
}
