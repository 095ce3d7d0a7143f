//! The session key against what others made: the capture of compact_jwt's tests, SP 800-108 vectors, roadlib's cookie.

use aws_lc_rs::cipher::{DecryptionContext, PaddedBlockDecryptingKey};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use dovetail_shared::jose::Jwe;
use dovetail_shared::prt::kdf::labelled_input;
use dovetail_shared::prt::{SealedAnswer, SealedKey};
use serde_json::Value;

use super::*;

const TRANSPORT: &[u8] =
    include_bytes!("../../../../shared/tests/vectors/prt_transport_key.pkcs1.der");
const KEY: &str = include_str!("../../../../shared/tests/vectors/prt_session_key_jwe.txt");
const ANSWER: &str = include_str!("../../../../shared/tests/vectors/prt_response_jwe.txt");
const COOKIE: &str = include_str!("../../../../shared/tests/vectors/roadlib_prt_cookie.txt");
const SESSION_KEY: &str = "3987bc6d45c8d46e9969bf679b9f2a17922ed0d40055c313232f290ae9d87bf0";

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|index| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).unwrap())
        .collect()
}

fn captured_key() -> SessionKey {
    SessionKey::from_slice(&unhex(SESSION_KEY)).unwrap()
}

/// What a device does with `session_key_jwe`.
fn open_key(text: &str) -> SessionKey {
    let sealed = SealedKey::read(text).unwrap();
    let pair = RsaKeyPair::from_der(TRANSPORT).unwrap();
    let pkcs8 = pair.as_der().unwrap();
    let key =
        OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).unwrap())
            .unwrap();
    let mut opened = vec![0; key.min_output_size()];
    let opened = key
        .decrypt(&OAEP_SHA1_MGF1SHA1, &sealed.key, &mut opened, None)
        .unwrap();
    let inner = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, opened).unwrap());
    let open = |aad: &[u8]| {
        let mut content = [sealed.ciphertext.clone(), sealed.tag.clone()].concat();
        let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).unwrap();
        inner
            .open_in_place(nonce, Aad::from(aad), &mut content)
            .map(|content| content.to_vec())
    };
    assert_eq!(
        open(b"").unwrap(),
        b" ",
        "one space, without additional data"
    );
    assert!(open(text.split('.').next().unwrap().as_bytes()).is_err());
    SessionKey::from_slice(opened).unwrap()
}

/// What a device does with an answer.
fn open_answer(key: &SessionKey, text: &str) -> Vec<u8> {
    let sealed = SealedAnswer::read(text).unwrap();
    let derived = key.derive(&sealed.ctx);
    let mut content = sealed.ciphertext.clone();
    match sealed.form {
        AnswerForm::Cbc => {
            let key = UnboundCipherKey::new(&AES_256, derived.as_ref()).unwrap();
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).unwrap();
            let iv = FixedLength::try_from(sealed.iv.as_slice()).unwrap();
            key.decrypt(&mut content, DecryptionContext::Iv128(iv))
                .unwrap()
                .to_vec()
        }
        AnswerForm::Gcm => {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, derived.as_ref()).unwrap());
            let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).unwrap();
            content.extend_from_slice(&sealed.tag);
            let aad = Aad::from(sealed.protected.as_bytes());
            key.open_in_place(nonce, aad, &mut content)
                .unwrap()
                .to_vec()
        }
    }
}

#[test]
fn published_derivations_come_out() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../shared/tests/vectors/kdf.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &unhex(text("key")));
        let input = labelled_input(text("label").as_bytes(), &unhex(text("context")));
        let output = hmac::sign(&key, &input);
        assert_eq!(output.as_ref(), unhex(text("output")), "{vector}");
    }
}

/// The real service's PRT answer, opened as a device would. It names a real account: looked at by length, hash and neutral
/// members only.
#[test]
fn the_captured_answer_opens() {
    let key = open_key(KEY);
    assert_eq!(key.expose(), unhex(SESSION_KEY));
    let content = open_answer(&key, ANSWER);
    assert_eq!(content.len(), 1905);
    assert_eq!(
        digest::digest(&digest::SHA256, &content).as_ref(),
        unhex("08a38509efc2de2677b81e36179b4d92bdcf04963d4caa8ecabbf22bc422cbec")
    );
    let answer: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(answer["expires_in"], "1209599");
    assert_eq!(answer["refresh_token_expires_in"], 1_209_599);
    let answer: dovetail_shared::prt::PrtResponse = serde_json::from_slice(&content).unwrap();
    assert_eq!(
        answer.expires_on.and_then(|at| at.get()),
        Some(1_708_017_084)
    );
    let id_token = answer.id_token.unwrap();
    let id_token = Jws::split(id_token.expose()).unwrap();
    assert_eq!(id_token.header.alg, "none");
    let claims: Value = serde_json::from_slice(&id_token.payload).unwrap();
    let time = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("iat"), 3900);
}

#[test]
fn what_we_seal_has_the_captured_shape_and_opens() {
    let pair = RsaKeyPair::from_der(TRANSPORT).unwrap();
    let transport = RsaPublic::from_pkcs1(pair.public_key().as_ref()).unwrap();
    let key = SessionKey::create().unwrap();
    let ours = key.for_device(&transport).unwrap();
    let (ours_split, theirs) = (Jwe::split(&ours).unwrap(), Jwe::split(KEY).unwrap());
    assert_eq!(ours_split.header, theirs.header);
    assert_eq!(open_key(&ours).expose(), key.expose());

    for (form, iv, tag) in [(AnswerForm::Cbc, 16, 0), (AnswerForm::Gcm, 12, 16)] {
        let answer = key.answer(br#"{"token_type":"Bearer"}"#, form).unwrap();
        let split = Jwe::split(&answer).unwrap();
        assert_eq!((split.iv.len(), split.tag.len()), (iv, tag));
        assert!(split.key.is_empty());
        assert_eq!(SealedAnswer::read(&answer).unwrap().ctx.len(), CTX_LEN);
        assert_eq!(open_answer(&key, &answer), br#"{"token_type":"Bearer"}"#);
    }
}

/// [ID-07] roadlib's cookie holds by version 2 of the derivation, which binds the key to the payload: it holds by no other
/// version, context, payload or key, and neither does the same derived key for another message.
#[test]
fn a_cookie_holds_for_its_own_payload_only() {
    let jws = Jws::split(COOKIE).unwrap();
    assert_eq!(jws.header.kdf_ver, Some(2));
    let ctx = dovetail_shared::encode::from_b64(jws.header.ctx.as_deref().unwrap()).unwrap();
    let key = captured_key();
    let hash = digest::digest(&digest::SHA256, &bound(&ctx, &jws.payload));
    assert_eq!(
        hash.as_ref(),
        unhex("a563caff57c49896abd3873570550e3d6564a4ec8eca424cb9718a2b79851de1")
    );
    assert_eq!(
        key.derive(hash.as_ref()).as_ref(),
        unhex("86344cb85be57a86bc316035b3afb7615101741976598471b53375e6462f5191")
    );
    assert!(key.signed(&jws, &ctx, KdfVersion::V2));
    assert!(!key.signed(&jws, &ctx, KdfVersion::V1));
    assert!(!key.signed(&jws, &ctx[1..], KdfVersion::V2));
    assert!(
        !SessionKey::create()
            .unwrap()
            .signed(&jws, &ctx, KdfVersion::V2)
    );

    // The thief of a derived key signs another payload with it.
    let other = br#"{"refresh_token":"AQABAAAAAAA-test-prt","request_nonce":"fresh"}"#;
    let signed = dovetail_shared::jose::signing_input(&jws.header, other);
    let stolen = hmac::Key::new(hmac::HMAC_SHA256, key.derive(hash.as_ref()).as_ref());
    let signature = hmac::sign(&stolen, signed.as_bytes());
    let forged = format!("{signed}.{}", dovetail_shared::encode::b64url(signature));
    let forged = Jws::split(&forged).unwrap();
    assert!(!key.signed(&forged, &ctx, KdfVersion::V2));

    // Version 1 does not bind it: that is why it is refused where version 2 was spoken.
    let v1 = hmac::Key::new(hmac::HMAC_SHA256, key.derive(&ctx).as_ref());
    let signature = hmac::sign(&v1, signed.as_bytes());
    let replayed = format!("{signed}.{}", dovetail_shared::encode::b64url(signature));
    assert!(key.signed(&Jws::split(&replayed).unwrap(), &ctx, KdfVersion::V1));
}
