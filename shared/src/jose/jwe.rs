//! Compact JWE (RFC 7516 §3.1): `header.key.iv.ciphertext.tag`, each base64url without padding.

use serde::{Deserialize, Serialize};

use super::{Absent, MAX_TOKEN};
use crate::encode::{b64url, from_b64url};

/// A compact JWE, taken apart but **not decrypted**.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwe<'a> {
    /// The protected header.
    pub header: JweHeader,
    /// The header as it stands in the text, ASCII: the additional data of GCM.
    pub protected: &'a str,
    /// Encrypted key; empty for `dir`.
    pub key: Vec<u8>,
    /// Initialisation vector.
    pub iv: Vec<u8>,
    /// Encrypted content.
    pub ciphertext: Vec<u8>,
    /// Authentication tag; empty where the content is not authenticated.
    pub tag: Vec<u8>,
}

/// The header fields that we understand. Duplicate names are an error, and so is a field that changes how the rest is to be
/// read (`zip`, `crit`, `epk`, keys and where to fetch them).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JweHeader {
    /// How the content key travels: `RSA-OAEP`, `dir`.
    pub alg: String,
    /// Content encryption: `A256GCM`, also where it is CBC.
    pub enc: String,
    /// Context of the key derivation, standard base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctx: Option<String>,
    /// `session` in the specification's examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What would change how the rest is to be read.
    #[serde(
        default,
        skip_serializing,
        rename = "zip",
        alias = "crit",
        alias = "epk",
        alias = "jwk",
        alias = "jku",
        alias = "x5u"
    )]
    pub refused: Absent,
}

/// Why a text is not a compact JWE that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    /// Longer than [`MAX_TOKEN`].
    #[error("longer than any real message")]
    TooLong,
    /// Not five parts, or a part is not base64url.
    #[error("not five base64url parts")]
    Form,
    /// The header is not a JSON object of the expected kind, names a field twice, or has a field that is refused.
    #[error("the header is not what a JWE header is here")]
    Header,
}

impl<'a> Jwe<'a> {
    /// Takes a compact JWE apart. White space anywhere is refused.
    pub fn split(text: &'a str) -> Result<Self, JweError> {
        if text.len() > MAX_TOKEN {
            return Err(JweError::TooLong);
        }
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(JweError::Form);
        let (protected, key, iv, ciphertext, tag) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(JweError::Form);
        }
        let decode = |part: &str| from_b64url(part).map_err(|_| JweError::Form);
        let header: JweHeader =
            serde_json::from_slice(&decode(protected)?).map_err(|_| JweError::Header)?;
        Ok(Self {
            header,
            protected,
            key: decode(key)?,
            iv: decode(iv)?,
            ciphertext: decode(ciphertext)?,
            tag: decode(tag)?,
        })
    }
}

impl JweHeader {
    /// A header to be written.
    pub fn new(alg: &str, enc: &str, ctx: Option<String>) -> Self {
        Self {
            alg: alg.to_owned(),
            enc: enc.to_owned(),
            ctx,
            ..Self::default()
        }
    }

    /// The first part of the text, which is also the additional data of GCM.
    pub fn protected(&self) -> String {
        b64url(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Puts the five parts together.
pub fn compact(protected: &str, key: &[u8], iv: &[u8], ciphertext: &[u8], tag: &[u8]) -> String {
    format!(
        "{protected}.{}.{}.{}.{}",
        b64url(key),
        b64url(iv),
        b64url(ciphertext),
        b64url(tag)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7516 appendix A.1.7, its parts 1, 3, 5 and a short key and ciphertext.
    #[test]
    fn the_rfcs_header_is_read() {
        let text = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AQID.48V1_ALb6US04U3b.5eym.XFBoMYUZodetZdvTiFvSkQ";
        let jwe = Jwe::split(text).unwrap();
        assert_eq!(
            (jwe.header.alg.as_str(), jwe.header.enc.as_str()),
            ("RSA-OAEP", "A256GCM")
        );
        assert_eq!((jwe.iv.len(), jwe.tag.len()), (12, 16));
        let again = compact(jwe.protected, &jwe.key, &jwe.iv, &jwe.ciphertext, &jwe.tag);
        assert_eq!(again, text);
    }

    /// [DM-18] Nothing that asks for other reading than ours is taken apart: compression, critical extensions, embedded or
    /// fetched keys, other recipients, names that stand twice.
    #[test]
    fn what_is_not_a_plain_compact_jwe_is_refused() {
        let dir = |more: &str| b64url(format!(r#"{{"alg":"dir","enc":"A256GCM"{more}}}"#));
        let plain = dir("");
        assert!(Jwe::split(&format!("{plain}..AAAA.AAAA.")).is_ok());
        for (text, error) in [
            (String::new(), JweError::Form),
            (format!("{plain}..AAAA.AAAA"), JweError::Form),
            (format!("{plain}..AAAA.AAAA.."), JweError::Form),
            (format!(" {plain}..AAAA.AAAA."), JweError::Form),
            (format!("{plain}..AA==.AAAA."), JweError::Form),
            (format!("{plain}..A+/A.AAAA."), JweError::Form),
            (
                r#"{"protected":"e30","recipients":[{},{}]}"#.into(),
                JweError::Form,
            ),
            (format!("{}....", dir(r#","zip":"DEF""#)), JweError::Header),
            (format!("{}....", dir(r#","zip":null"#)), JweError::Header),
            (format!("{}....", dir(r#","crit":["x"]"#)), JweError::Header),
            (format!("{}....", dir(r#","epk":{}"#)), JweError::Header),
            (format!("{}....", dir(r#","jwk":{}"#)), JweError::Header),
            (
                format!("{}....", dir(r#","jku":"https://x""#)),
                JweError::Header,
            ),
            (format!("{}....", dir(r#","alg":"none""#)), JweError::Header),
            (
                format!("{}....", b64url(r#"{"alg":"dir"}"#)),
                JweError::Header,
            ),
            (format!("{}....", b64url("[]")), JweError::Header),
            ("a".repeat(MAX_TOKEN + 1), JweError::TooLong),
        ] {
            assert_eq!(Jwe::split(&text), Err(error), "{text:.80}");
        }
    }
}
