//! The session key of a PRT, and what is done with it (registration reference §4.6 to §4.8).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::{digest, hmac};
use dovetail_shared::encode::b64;
use dovetail_shared::jose::{JweHeader, Jws, compact};
use dovetail_shared::prt::AnswerForm;
use dovetail_shared::prt::kdf::{CTX_LEN, KdfVersion, SESSION_KEY_LEN, bound, derivation_input};
use dovetail_shared::rsa_blob::RsaPublic;
use zeroize::Zeroizing;

use crate::ca::spki_der;
use crate::random;

/// The cryptography library refused, chance failed, or what is stored does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session key could not be wrapped, opened or used")]
pub(crate) struct SealError;

impl From<aws_lc_rs::error::Unspecified> for SealError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<random::NoRandom> for SealError {
    fn from(_: random::NoRandom) -> Self {
        Self
    }
}

/// 32 bytes that only this tenant and one device know.
pub(super) struct SessionKey(Zeroizing<[u8; SESSION_KEY_LEN]>);

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

impl SessionKey {
    pub(super) fn create() -> Result<Self, random::NoRandom> {
        Ok(Self(Zeroizing::new(random::bytes()?)))
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes
            .try_into()
            .ok()
            .map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    fn derive(&self, context: &[u8]) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.expose());
        hmac::sign(&key, &derivation_input(context))
    }

    /// Whether the JWS was signed by the key derived with this `ctx`. Constant time.
    pub(super) fn signed(&self, jws: &Jws<'_>, ctx: &[u8], version: KdfVersion) -> bool {
        let derived = match version {
            KdfVersion::V1 => self.derive(ctx),
            KdfVersion::V2 => {
                let context = digest::digest(&digest::SHA256, &bound(ctx, &jws.payload));
                self.derive(context.as_ref())
            }
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        hmac::verify(&key, jws.signed.as_bytes(), &jws.signature).is_ok()
    }

    /// `session_key_jwe` for a transport key: this key under RSA-OAEP with SHA-1, and one space under this key, without
    /// additional data (registration reference §4.6).
    pub(super) fn for_device(&self, transport: &RsaPublic) -> Result<String, SealError> {
        let spki = spki_der(&transport.to_pkcs1()).map_err(|_| SealError)?;
        let key = PublicEncryptingKey::from_der(&spki).map_err(|_| SealError)?;
        let key = OaepPublicEncryptingKey::new(key)?;
        let mut wrapped = vec![0; key.ciphertext_size()];
        let wrapped = key.encrypt(&OAEP_SHA1_MGF1SHA1, self.expose(), &mut wrapped, None)?;
        let protected = JweHeader::new("RSA-OAEP", "A256GCM", None).protected();
        let (iv, mut content) = (random::bytes::<12>()?, vec![b' ']);
        let tag = gcm(self.expose(), iv, b"", &mut content)?;
        Ok(compact(&protected, wrapped, &iv, &content, &tag))
    }

    /// An answer under a key derived with a fresh context. The header says `A256GCM` in both forms; what each protocol version
    /// wants is registration reference §4.8.
    pub(super) fn answer(&self, content: &[u8], form: AnswerForm) -> Result<String, SealError> {
        let ctx = random::bytes::<CTX_LEN>()?;
        let derived = self.derive(&ctx);
        let protected = JweHeader::new("dir", "A256GCM", Some(b64(ctx))).protected();
        let mut content = content.to_vec();
        match form {
            AnswerForm::Cbc => {
                let iv = random::bytes::<16>()?;
                let key = UnboundCipherKey::new(&AES_256, derived.as_ref())?;
                let key = PaddedBlockEncryptingKey::cbc_pkcs7(key)?;
                let context = EncryptionContext::Iv128(FixedLength::from(iv));
                key.less_safe_encrypt(&mut content, context)?;
                Ok(compact(&protected, &[], &iv, &content, &[]))
            }
            AnswerForm::Gcm => {
                let iv = random::bytes::<12>()?;
                let tag = gcm(derived.as_ref(), iv, protected.as_bytes(), &mut content)?;
                Ok(compact(&protected, &[], &iv, &content, &tag))
            }
        }
    }
}

fn gcm(key: &[u8], iv: [u8; 12], aad: &[u8], content: &mut [u8]) -> Result<Vec<u8>, SealError> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?);
    let nonce = Nonce::assume_unique_for_key(iv);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), content)?;
    Ok(tag.as_ref().to_vec())
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests")]
mod test;
