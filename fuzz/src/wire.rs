//! What both ends of a line read: `dovetail-shared`.

use dovetail_shared::drs::{
    Attestation, ChallengeRequest, ChallengeResponse, Discovery, DrsError, JoinRequest,
    JoinResponse, KeyError, KeyRequest, KeyResponse,
};
use dovetail_shared::encode::b64url;
use dovetail_shared::guid::from_extension;
use dovetail_shared::jose::{Jwe, JwkSet, Jws, compact};
use dovetail_shared::name::{DisplayName, DomainName, Upn};
use dovetail_shared::oidc::{
    DeviceCodeResponse, IdTokenClaims, OAuthError, ProviderMetadata, TokenResponse,
};
use dovetail_shared::prt::{PrtResponse, SealedAnswer, SealedKey};
use dovetail_shared::realm::UserRealm;
use dovetail_shared::rsa_blob::RsaPublic;
use serde_json::from_slice;

/// Names from people and directories: what is taken holds nothing that steers text, logs or paths.
pub(crate) fn names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(name) = text.parse::<DisplayName>() {
        assert!(!name.as_str().chars().any(char::is_control));
    }
    if let Ok(upn) = text.parse::<Upn>() {
        assert!(!upn.as_str().contains(['/', ':', '\n', '\0', ' ']));
        assert!(upn.domain().parse::<DomainName>().is_ok());
    }
}

/// A signed token: taken apart, and put together again to the same text.
pub(crate) fn jws(bytes: &[u8]) {
    let Ok(token) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(jws) = Jws::split(token) {
        assert_eq!(format!("{}.{}", jws.signed, b64url(&jws.signature)), token);
    }
    Jws::split_either_alphabet(token).ok();
}

/// A sealed key or answer: taken apart, and put together again to the same text.
pub(crate) fn jwe(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(jwe) = Jwe::split(text) {
        let again = compact(jwe.protected, &jwe.key, &jwe.iv, &jwe.ciphertext, &jwe.tag);
        assert_eq!(again, text);
    }
    if SealedKey::read(text).is_ok() {
        assert!(SealedAnswer::read(text).is_err());
    }
}

/// A key in the form of Windows, or PKCS#1, and a GUID in a certificate: what is taken is written back to the same bytes.
pub(crate) fn rsa_blob(bytes: &[u8]) {
    if let Ok(key) = RsaPublic::from_blob(bytes) {
        assert_eq!(RsaPublic::from_blob(&key.to_blob()).as_ref(), Ok(&key));
        assert_eq!(RsaPublic::from_pkcs1(&key.to_pkcs1()), Ok(key));
    }
    if let Ok(key) = RsaPublic::from_pkcs1(bytes) {
        assert_eq!(key.to_pkcs1(), bytes);
    }
    let _ = from_extension(bytes);
}

/// What a registration service answers, and what a client asks it, JSON.
pub(crate) fn drs(bytes: &[u8]) {
    from_slice::<Discovery>(bytes).ok();
    from_slice::<DrsError>(bytes).ok();
    from_slice::<JoinResponse>(bytes).ok();
    from_slice::<JoinRequest>(bytes).ok();
    from_slice::<ChallengeRequest>(bytes).ok();
    from_slice::<ChallengeResponse>(bytes).ok();
    from_slice::<Attestation>(bytes).ok();
    from_slice::<KeyRequest>(bytes).ok();
    from_slice::<KeyResponse>(bytes).ok();
    from_slice::<KeyError>(bytes).ok();
    let ours = "https://enterpriseregistration.windows.net";
    if let Ok(found) = dovetaild::drs::read(bytes, ours) {
        let join = found.device_join_service.map(|join| join.join_endpoint);
        assert!(join.is_some_and(|address| dovetaild::drs::endpoint(&address, ours).is_ok()));
    }
}

/// What an authority says of itself and answers, JSON.
pub(crate) fn oidc(bytes: &[u8]) {
    from_slice::<ProviderMetadata>(bytes).ok();
    from_slice::<JwkSet>(bytes).ok();
    from_slice::<UserRealm>(bytes).ok();
    from_slice::<IdTokenClaims>(bytes).ok();
    from_slice::<TokenResponse>(bytes).ok();
    from_slice::<PrtResponse>(bytes).ok();
    from_slice::<DeviceCodeResponse>(bytes).ok();
    if let Ok(error) = from_slice::<OAuthError>(bytes) {
        let _ = error.aadsts();
    }
}
