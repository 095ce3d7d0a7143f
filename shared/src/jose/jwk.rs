//! Public keys as JSON (RFC 7517), as far as `discovery/keys` needs them.

use serde::{Deserialize, Serialize};

/// A key set: the answer of `jwks_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys; members of an unknown kind are kept out by the reader, not by this type.
    pub keys: Vec<Jwk>,
}

/// One signing key of the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Jwk {
    /// `RSA` or `EC`
    #[serde(default)]
    pub kty: String,
    /// `sig`
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub use_: Option<String>,
    /// Name of the key: base64url SHA-1 of the certificate.
    #[serde(default)]
    pub kid: String,
    /// The same as `kid` in this dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
    /// Modulus, base64url; RSA only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub n: String,
    /// Exponent, base64url; RSA only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub e: String,
    /// `P-256`; EC only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// Coordinate, base64url; EC only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Coordinate, base64url; EC only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// One certificate, standard base64 of DER, whose key is `n`, `e`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x5c: Option<Vec<String>>,
    /// The issuer that this key signs for (the real service says so; optional).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}
