//! The two messages that only a device can open: its session key, and answers under that key
//! (registration reference §4.6, §4.8). Taken apart and judged by form; the cryptography is the caller's.

use super::kdf::CTX_TAKEN;
use crate::encode::from_b64;
use crate::jose::{Jwe, JweError};

/// Bytes of the initialisation vector and tag of AES-GCM.
const GCM: (usize, usize) = (12, 16);
/// Bytes of an AES block.
const BLOCK: usize = 16;

/// `session_key_jwe`: the content key **is** the session key; what it encrypts is one space, without additional data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// RSA-OAEP (SHA-1, empty label) of 32 bytes under the transport key.
    pub key: Vec<u8>,
    /// 12 bytes.
    pub iv: Vec<u8>,
    /// 1 byte.
    pub ciphertext: Vec<u8>,
    /// 16 bytes.
    pub tag: Vec<u8>,
}

/// An answer under a key derived from the session key (always by version 1, with the answer's own `ctx`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAnswer<'a> {
    /// Context of the derivation.
    pub ctx: Vec<u8>,
    /// How the content is encrypted; the header says `A256GCM` either way.
    pub form: AnswerForm,
    /// Additional data of GCM.
    pub protected: &'a str,
    /// 16 or 12 bytes.
    pub iv: Vec<u8>,
    /// The content.
    pub ciphertext: Vec<u8>,
    /// 16 bytes, or empty.
    pub tag: Vec<u8>,
}

/// How an answer's content is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerForm {
    /// AES-256-CBC with PKCS#7: to requests with `windows_api_version`. Not authenticated: only TLS says that it is the server's.
    Cbc,
    /// AES-256-GCM: to requests with `prt_protocol_version`.
    Gcm,
}

/// Why a message is not one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Not a compact JWE.
    #[error(transparent)]
    Jwe(#[from] JweError),
    /// Another algorithm than the one that belongs here.
    #[error("not the algorithms that belong here")]
    Algorithm,
    /// The context is missing, not base64, too short or too long.
    #[error("the key derivation's context is missing or not of a length that is taken")]
    Context,
    /// Lengths of the parts that no such message has.
    #[error("the parts do not have the lengths of such a message")]
    Length,
}

impl SealedKey {
    /// Reads `session_key_jwe`.
    pub fn read(text: &str) -> Result<Self, SealedError> {
        let jwe = Jwe::split(text)?;
        if jwe.header.alg != "RSA-OAEP" || jwe.header.enc != "A256GCM" {
            return Err(SealedError::Algorithm);
        }
        // RSA-2048 to RSA-4096.
        let key = (256..=512).contains(&jwe.key.len());
        if !key || (jwe.iv.len(), jwe.tag.len()) != GCM || jwe.ciphertext.len() != 1 {
            return Err(SealedError::Length);
        }
        Ok(Self {
            key: jwe.key,
            iv: jwe.iv,
            ciphertext: jwe.ciphertext,
            tag: jwe.tag,
        })
    }
}

impl<'a> SealedAnswer<'a> {
    /// Reads an answer.
    pub fn read(text: &'a str) -> Result<Self, SealedError> {
        let jwe = Jwe::split(text)?;
        if jwe.header.alg != "dir" || jwe.header.enc != "A256GCM" || !jwe.key.is_empty() {
            return Err(SealedError::Algorithm);
        }
        let ctx = jwe.header.ctx.as_deref().ok_or(SealedError::Context)?;
        let ctx = from_b64(ctx).map_err(|_| SealedError::Context)?;
        if !CTX_TAKEN.contains(&ctx.len()) {
            return Err(SealedError::Context);
        }
        let blocks = !jwe.ciphertext.is_empty() && jwe.ciphertext.len().is_multiple_of(BLOCK);
        let form = match (jwe.iv.len(), jwe.tag.len()) {
            (BLOCK, 0) if blocks => AnswerForm::Cbc,
            GCM => AnswerForm::Gcm,
            _ => return Err(SealedError::Length),
        };
        Ok(Self {
            ctx,
            form,
            protected: jwe.protected,
            iv: jwe.iv,
            ciphertext: jwe.ciphertext,
            tag: jwe.tag,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{b64, b64url};
    use crate::jose::{JweHeader, compact};

    /// Capture published in compact_jwt's tests.
    const KEY: &str = include_str!("../../tests/vectors/prt_session_key_jwe.txt");
    const ANSWER: &str = include_str!("../../tests/vectors/prt_response_jwe.txt");

    #[test]
    fn the_captured_messages_are_read() {
        let key = SealedKey::read(KEY).unwrap();
        let lengths = [
            key.key.len(),
            key.iv.len(),
            key.ciphertext.len(),
            key.tag.len(),
        ];
        assert_eq!(lengths, [256, 12, 1, 16]);
        let answer = SealedAnswer::read(ANSWER).unwrap();
        assert_eq!(answer.form, AnswerForm::Cbc);
        assert_eq!(b64(&answer.ctx), "UQoqkoRWX5Qh6zSnEvWOZYX2MwuAPxvD");
        assert_eq!((answer.iv.len(), answer.ciphertext.len()), (16, 1920));
    }

    /// [DM-18] A key or an answer under other algorithms, without context, or in another shape is nothing we open; least of all
    /// something that is not encrypted.
    #[test]
    fn messages_of_another_kind_are_refused() {
        let key = Jwe::split(KEY).unwrap();
        for (alg, enc) in [
            ("none", "A256GCM"),
            ("dir", "A256GCM"),
            ("RSA1_5", "A256GCM"),
            ("RSA-OAEP-256", "A256GCM"),
            ("RSA-OAEP", "A128GCM"),
            ("RSA-OAEP", "A256CBC-HS512"),
        ] {
            let head = JweHeader::new(alg, enc, None).protected();
            let text = compact(&head, &key.key, &key.iv, &key.ciphertext, &key.tag);
            assert_eq!(
                SealedKey::read(&text),
                Err(SealedError::Algorithm),
                "{alg} {enc}"
            );
        }
        assert_eq!(SealedKey::read(ANSWER), Err(SealedError::Algorithm));
        assert_eq!(SealedAnswer::read(KEY), Err(SealedError::Algorithm));
        let unsigned = format!("{}.{}.", b64url(r#"{"alg":"none"}"#), b64url("{}"));
        assert_eq!(
            SealedAnswer::read(&unsigned),
            Err(SealedError::Jwe(JweError::Form))
        );

        let ctx = Some(b64([7; 24]));
        let head = |ctx: Option<String>| JweHeader::new("dir", "A256GCM", ctx).protected();
        let with = |ctx, key: &[u8], iv: &[u8], body: &[u8], tag: &[u8]| {
            let text = compact(&head(ctx), key, iv, body, tag);
            SealedAnswer::read(&text).map(|answer| answer.form)
        };
        assert_eq!(
            with(ctx.clone(), &[], &[1; 16], &[1; 32], &[]),
            Ok(AnswerForm::Cbc)
        );
        assert_eq!(
            with(ctx.clone(), &[], &[1; 12], &[1; 5], &[1; 16]),
            Ok(AnswerForm::Gcm)
        );
        for (ctx, key, iv, body, tag, error) in [
            (None, 0, 16, 32, 0, SealedError::Context),
            (Some(b64([7; 1])), 0, 16, 32, 0, SealedError::Context),
            (Some(b64([7; 65])), 0, 16, 32, 0, SealedError::Context),
            (Some("?".to_owned()), 0, 16, 32, 0, SealedError::Context),
            (ctx.clone(), 256, 16, 32, 0, SealedError::Algorithm),
            (ctx.clone(), 0, 16, 31, 0, SealedError::Length),
            (ctx.clone(), 0, 16, 0, 0, SealedError::Length),
            (ctx.clone(), 0, 16, 32, 16, SealedError::Length),
            (ctx.clone(), 0, 12, 32, 0, SealedError::Length),
            (ctx.clone(), 0, 12, 32, 15, SealedError::Length),
            (ctx, 0, 0, 32, 0, SealedError::Length),
        ] {
            let part = |length| vec![1; length];
            let got = with(ctx, &part(key), &part(iv), &part(body), &part(tag));
            assert_eq!(got, Err(error), "{key} {iv} {body} {tag}");
        }
    }
}
