//! What the daemon reads.

use std::path::Path;

use dovetail_shared::UnixTime;
use dovetail_shared::jose::{JwkSet, Jws};
use dovetaild::oidc::{Expect, verify};
use dovetaild::{config as configuration, fuzz, mdm};
use uuid::Uuid;

/// The tenant of the sample answers.
const TENANT: Uuid = Uuid::from_u128(0x6a1c_3a2f_3a35_4f4c_9a41_7c5b_1d9b_5f10);

/// The machine's configuration.
pub(crate) fn config(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        configuration::parse(Path::new("dovetail.toml"), text).ok();
    }
}

/// A published set of keys, and behind the first line break a token that one of them may have signed.
pub(crate) fn id_token(bytes: &[u8]) {
    let Some((keys, token)) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return;
    };
    let (Ok(keys), Ok(jws)) = (serde_json::from_str::<JwkSet>(keys), Jws::split(token)) else {
        return;
    };
    let expect = Expect {
        issuer: "https://login.contoso.test/{tenantid}/v2.0",
        audiences: &["a"],
        tenant: None,
        nonce: Some("n"),
        now: UnixTime(0),
    };
    for key in &keys.keys {
        if let Ok(verified) = verify(&jws, key, expect) {
            assert_eq!(verified.claims().aud, "a");
        }
    }
}

/// A sign-in service's description of itself.
pub(crate) fn mex(bytes: &[u8]) {
    fuzz::direct::description(bytes);
}

/// A sign-in service's answer.
pub(crate) fn rstr(bytes: &[u8]) {
    fuzz::direct::assertion(bytes);
}

/// A realm's answer.
pub(crate) fn realm(bytes: &[u8]) {
    fuzz::direct::realm(bytes);
}

/// An answer with a primary refresh token.
pub(crate) fn prt_answer(bytes: &[u8]) {
    fuzz::prt::answer(bytes, TENANT);
}

/// Answers of the enrollment services.
pub(crate) fn mdm_answer(bytes: &[u8]) {
    fuzz::mdm::enrollment(bytes);
}

/// A provisioning document.
pub(crate) fn provisioning(bytes: &[u8]) {
    fuzz::mdm::provisioning(bytes);
}

/// The management service's message in a session.
pub(crate) fn mdm_session(bytes: &[u8]) {
    mdm::syncml::read(bytes).ok();
}

/// An address of the management tree, and behind the first line break a value for it.
pub(crate) fn node(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        fuzz::mdm::node(text);
    }
}

/// What a TPM and the record of its keys say.
pub(crate) fn tpm(bytes: &[u8]) {
    fuzz::tpm::endorsement(bytes);
    fuzz::tpm::keys(bytes);
}
