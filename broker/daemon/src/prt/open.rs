//! Answers under the session key (registration reference §4.8).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use dovetail_shared::prt::kdf::KdfVersion;
use dovetail_shared::prt::{AnswerForm, SealedAnswer};
use zeroize::Zeroizing;

use super::error::PrtError;
use crate::vault::{UserKeys, Vault};

/// Decrypts an answer. Anything else than such a message is refused, least of all taken as it is.
pub(super) async fn open(
    vault: &Vault,
    keys: &UserKeys,
    text: &str,
) -> Result<Zeroizing<Vec<u8>>, PrtError> {
    let sealed = SealedAnswer::read(text.trim_ascii())
        .map_err(|_| PrtError::Answer("is not encrypted to this device as it should be"))?;
    let key = vault.derive(keys, KdfVersion::V1, &sealed.ctx, &[]).await?;
    decrypt(&key, sealed).ok_or(PrtError::Answer(
        "does not open with this device's session key",
    ))
}

fn decrypt(key: &[u8], sealed: SealedAnswer<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(sealed.ciphertext);
    let length = match sealed.form {
        AnswerForm::Cbc => {
            let iv: [u8; 16] = sealed.iv.try_into().ok()?;
            let key = UnboundCipherKey::new(&AES_256, key).ok()?;
            let context = DecryptionContext::Iv128(FixedLength::from(iv));
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
            key.decrypt(&mut text, context).ok()?.len()
        }
        AnswerForm::Gcm => {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
            let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).ok()?;
            text.extend_from_slice(&sealed.tag);
            key.open_in_place(nonce, Aad::from(sealed.protected.as_bytes()), &mut text)
                .ok()?
                .len()
        }
    };
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use dovetail_shared::Secret;
    use dovetail_shared::encode::{b64, hex_upper};
    use dovetail_shared::prt::{PrtResponse, SealedKey};

    use super::*;

    /// Capture of a real answer, published in compact_jwt's tests, and its session key.
    const ANSWER: &str = include_str!("../../../../shared/tests/vectors/prt_response_jwe.txt");
    const KEY: &str = include_str!("../../../../shared/tests/vectors/prt_session_key_jwe.txt");
    const TRANSPORT: &[u8] =
        include_bytes!("../../../../shared/tests/vectors/prt_transport_key.pkcs1.der");

    fn vault(dir: &std::path::Path) -> Vault {
        let store = std::sync::Arc::new(crate::store::Store::open(&dir.join("s")).unwrap());
        let service = crate::config::Service {
            tcti: Some("swtpm:host=127.0.0.1,port=1".into()),
            allow_soft_keys: true,
            ..crate::config::Service::default()
        };
        store.folder("keys").unwrap();
        let key = aws_lc_rs::rsa::KeyPair::from_der(TRANSPORT).unwrap();
        let pkcs8 = aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key);
        let text = b64(pkcs8.unwrap().as_ref());
        let kept = serde_json::json!({"device": text, "transport": text}).to_string();
        store
            .write("keys/soft.json", kept.as_bytes(), 0o600)
            .unwrap();
        Vault::new(store, &service)
    }

    /// A real service's session key and answer, with keys in files: unwrapped, derived from, decrypted, read.
    #[tokio::test]
    async fn a_real_answer_opens_with_keys_in_files() {
        let dir = tempfile::tempdir().unwrap();
        let vault = vault(dir.path());
        let (keys, _) = vault.adopt(&SealedKey::read(KEY).unwrap()).await.unwrap();
        let clear = open(&vault, &keys, ANSWER).await.unwrap();
        assert_eq!(clear.len(), 1905);
        assert_eq!(
            hex_upper(digest(&SHA256, &clear).as_ref()),
            "08A38509EFC2DE2677B81E36179B4D92BDCF04963D4CAA8ECABBF22BC422CBEC"
        );
        let read: PrtResponse = serde_json::from_slice(&clear).unwrap();
        assert_eq!(read.refresh_token_expires_in.get(), Some(1_209_599));
        assert!(read.session_key_jwe.is_none());
    }

    /// [DM-18] An answer in clear, under another key, cut or touched is refused.
    #[tokio::test]
    async fn what_does_not_open_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let vault = vault(dir.path());
        let (keys, _) = vault.adopt(&SealedKey::read(KEY).unwrap()).await.unwrap();
        let other = UserKeys::File {
            session: Secret::new(b64([1; 32])),
            seal: Secret::new(b64([1; 32])),
        };
        assert!(open(&vault, &other, ANSWER).await.is_err());
        let whole = ANSWER.trim();
        for wrong in [
            "",
            r#"{"refresh_token":"x","refresh_token_expires_in":1}"#,
            "eyJhbGciOiJub25lIn0.e30.",
            KEY,
            whole.split_at(whole.len() - 30).0,
        ] {
            let opened = open(&vault, &keys, wrong).await;
            assert!(matches!(opened, Err(PrtError::Answer(_))), "{wrong:.40}");
        }
    }
}
