//! The transport key of a request: an RSA1 blob, or a JWK with numbers in standard base64 (registration reference §3.3).

use dovetail_shared::encode::{from_b64, from_b64url};
use dovetail_shared::rsa_blob::RsaPublic;
use serde::Deserialize;

use super::csr::good_key;
use super::error::Refusal;

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    n: String,
    e: String,
}

/// Reads either form, and holds the key to the same rules as a device key.
pub(super) fn read(text: &str) -> Result<RsaPublic, Refusal> {
    let invalid = Refusal::Invalid("the transport key is neither an RSA1 blob nor a JWK");
    let bytes = from_b64(text).map_err(|_| Refusal::Invalid("the transport key is not base64"))?;
    let key = match RsaPublic::from_blob(&bytes) {
        Ok(key) => key,
        Err(_) => jwk(&bytes).ok_or(invalid)?,
    };
    good_key(&key)?;
    Ok(key)
}

fn jwk(bytes: &[u8]) -> Option<RsaPublic> {
    let jwk: Jwk = serde_json::from_slice(bytes).ok()?;
    let number = |text: &str| from_b64(text).or_else(|_| from_b64url(text)).ok();
    (jwk.kty == "RSA").then_some(())?;
    Some(RsaPublic::new(&number(&jwk.n)?, &number(&jwk.e)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::encode::b64;

    const BLOB: &[u8] = include_bytes!("../../../shared/tests/vectors/dvrj_tk.bin");

    /// The published blob of MS-DVRJ §4.1, and the same key as roadtx writes it.
    #[test]
    fn both_published_forms_are_read() {
        let key = read(&b64(BLOB)).unwrap();
        let jwk = format!(
            r#"{{"kty":"RSA","e":"{}","n":"{}","alg":"RS256","kid":"A"}}"#,
            b64(&key.exponent),
            b64(&key.modulus)
        );
        assert_eq!(read(&b64(jwk)).unwrap(), key);
        assert!(read("AAAA").is_err());
        assert!(read("not base64!").is_err());
    }
}
