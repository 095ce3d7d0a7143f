//! What a join needs after its ID token and no disk may see: held in memory, wiped when the join is over.

use dovetail_shared::encode::b64url;
use dovetail_shared::id::JoinId;
use dovetail_shared::{Secret, UnixTime};

/// The secrets on the way to management.
#[derive(Debug, Default)]
pub struct Secrets {
    /// `OpaqueBlob` of the accepted terms.
    pub terms: Option<Secret<String>>,
    /// Of the code that the page is fetching.
    pub pkce: Option<Pkce>,
    /// The code, until it is redeemed.
    pub code: Option<Secret<String>>,
    /// Of a sign-in without a page: brings the same tokens as a code would, without a page.
    pub refresh: Option<Secret<String>>,
    /// What it was redeemed for.
    pub tokens: Option<Tokens>,
}

/// RFC 7636, method S256, and the nonce of the ID token that comes with the code.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Whose.
    pub join: JoinId,
    /// Stays here.
    pub verifier: Secret<String>,
    /// Goes into the request.
    pub nonce: String,
}

impl Pkce {
    /// Fresh ones.
    pub fn new(join: JoinId) -> Self {
        Self {
            join,
            verifier: Secret::new(super::begin::nonce()),
            nonce: super::begin::nonce(),
        }
    }

    /// `code_challenge`
    pub fn challenge(&self) -> String {
        challenge(&self.verifier)
    }
}

/// The challenge of a verifier (RFC 7636 §4.2, S256).
pub fn challenge(verifier: &Secret<String>) -> String {
    let verifier = verifier.expose().as_bytes();
    b64url(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        verifier,
    ))
}

/// For the management service.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Goes into the enrollment request.
    pub access: Secret<String>,
    /// Its end.
    pub expires: UnixTime,
    /// Brings another one, until the enrollment is through.
    pub refresh: Option<Secret<String>>,
}
