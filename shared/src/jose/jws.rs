//! Compact JWS (RFC 7515 §3.1): `header.payload.signature`, each base64url without padding.

use serde::{Deserialize, Serialize};

use super::{Absent, x5c};
use crate::encode::{b64url, from_b64url};

/// Longest token we look at, in bytes. Real ID tokens are 1 to 3 kB.
pub const MAX_TOKEN: usize = 64 * 1024;

/// A compact JWS, split but **not verified**: the name of the type says so by having no claims accessor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws<'a> {
    /// The protected header.
    pub header: JwsHeader,
    /// `header.payload`, the ASCII bytes that are signed.
    pub signed: &'a str,
    /// The decoded payload. Not to be believed before the signature over [`Self::signed`] is checked.
    pub payload: Vec<u8>,
    /// The decoded signature; empty for `alg: none`.
    pub signature: Vec<u8>,
}

/// The header fields that we look at. Duplicate names are an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwsHeader {
    /// Algorithm as the token claims it. What is used is decided by the key, never by this.
    pub alg: String,
    /// Type, `JWT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    /// Which key of the issuer's set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Certificate thumbprint, the same as `kid` in this dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
    /// Extensions that must be understood. We understand none, so its presence is a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit: Option<serde_json::Value>,
    /// RFC 7797; we never take unencoded payloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b64: Option<serde_json::Value>,
    /// The signer's certificate first, standard base64 of DER. Written as an array, read as an array or a string.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "x5c::read"
    )]
    pub x5c: Option<Vec<String>>,
    /// Context of a session key's derivation, standard base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctx: Option<String>,
    /// Version of that derivation; absent for 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kdf_ver: Option<u8>,
    /// `ngc` in an assertion by a Hello key.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub use_: Option<String>,
    /// Keys that a token brings along or wants fetched are nobody's: their presence makes the header unreadable.
    #[serde(
        default,
        skip_serializing,
        rename = "jwk",
        alias = "jku",
        alias = "x5u",
        alias = "zip"
    )]
    pub refused: Absent,
}

/// Why a text is not a compact JWS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`MAX_TOKEN`].
    #[error("longer than any real token")]
    TooLong,
    /// Not three parts, or a part is not base64url.
    #[error("not three base64url parts")]
    Form,
    /// The header is not a JSON object of the expected kind, or names a field twice.
    #[error("the header is not what a JWS header is")]
    Header,
}

impl<'a> Jws<'a> {
    /// Takes a compact JWS apart. White space anywhere is refused.
    pub fn split(token: &'a str) -> Result<Self, JwsError> {
        Self::split_with(token, |part| from_b64url(part).map_err(|_| JwsError::Form))
    }

    /// The same for the one client family that writes its parts in the standard alphabet (without padding): both alphabets are
    /// taken. What is signed is the text as it came, so this makes no two texts out of one signature.
    pub fn split_either_alphabet(token: &'a str) -> Result<Self, JwsError> {
        Self::split_with(token, |part| {
            from_b64url(&part.replace('+', "-").replace('/', "_")).map_err(|_| JwsError::Form)
        })
    }

    fn split_with(
        token: &'a str,
        decode: impl Fn(&str) -> Result<Vec<u8>, JwsError>,
    ) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN {
            return Err(JwsError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Form)?;
        if payload.contains('.') {
            return Err(JwsError::Form);
        }
        let header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Header)?;
        Ok(Self {
            header,
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

/// `header.payload` of a token to be signed.
pub fn signing_input(header: &JwsHeader, payload: &[u8]) -> String {
    let header = serde_json::to_vec(header).unwrap_or_default();
    format!("{}.{}", b64url(header), b64url(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix A.2 (RS256); its payload has line breaks inside, which base64url keeps.
    const RFC7515_A2_HEAD: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    #[test]
    fn the_rfcs_example_is_taken_apart() {
        let token = format!("{RFC7515_A2_HEAD}.AQID");
        let jws = Jws::split(&token).unwrap();
        assert_eq!(jws.header.alg, "RS256");
        assert_eq!(jws.signed, RFC7515_A2_HEAD);
        assert!(jws.payload.starts_with(b"{\"iss\":\"joe\""));
        assert_eq!(jws.signature, [1, 2, 3]);
    }

    #[test]
    fn what_is_not_a_compact_jws_is_refused() {
        let none = "eyJhbGciOiJub25lIn0";
        for (text, error) in [
            (String::new(), JwsError::Form),
            ("a.b".into(), JwsError::Form),
            (format!("{none}.e30.e30.e30.e30"), JwsError::Form),
            (format!(" {none}.e30."), JwsError::Form),
            (format!("{none}.e30=."), JwsError::Form),
            (format!("e30.e30.{}", ""), JwsError::Header),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","alg":"none"}"#)),
                JwsError::Header,
            ),
            (format!("{}.e30.", b64url("[]")), JwsError::Header),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","jwk":null}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","jku":"https://x"}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","x5u":"https://x"}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","x5c":[]}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"RS256","x5c":{}}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"HS256","kdf_ver":"2"}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"HS256","kdf_ver":2.0}"#)),
                JwsError::Header,
            ),
            (
                format!("{}.e30.", b64url(r#"{"alg":"HS256","kdf_ver":258}"#)),
                JwsError::Header,
            ),
            ("a".repeat(MAX_TOKEN + 1), JwsError::TooLong),
        ] {
            assert_eq!(Jws::split(&text), Err(error), "{text:.80}");
        }
    }

    #[test]
    fn a_certificate_is_read_in_both_forms_and_written_as_an_array() {
        for x5c in [r#""MIIB""#, r#"["MIIB"]"#] {
            let head = b64url(format!(r#"{{"alg":"RS256","x5c":{x5c},"kid":"any"}}"#));
            let token = format!("{head}.e30.AQID");
            let header = Jws::split(&token).unwrap().header;
            assert_eq!(header.x5c, Some(vec!["MIIB".to_owned()]));
            let written = serde_json::to_string(&header).unwrap();
            assert!(written.contains(r#""x5c":["MIIB"]"#), "{written}");
        }
    }

    #[test]
    fn parts_in_the_standard_alphabet_are_taken_only_where_asked() {
        let token = format!("{}.{}.++//", b64url(r#"{"alg":"RS256"}"#), "eyI/Ijoi+yJ9");
        assert_eq!(Jws::split(&token), Err(JwsError::Form));
        let jws = Jws::split_either_alphabet(&token).unwrap();
        assert_eq!(jws.signature, [0xfb, 0xef, 0xff]);
        assert!(token.starts_with(jws.signed));
    }
}
