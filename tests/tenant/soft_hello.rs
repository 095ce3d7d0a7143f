//! A Hello key without a TPM or a PIN, in the open; and how a person comes to register one.

use aws_lc_rs::digest;
use aws_lc_rs::signature::RsaKeyPair;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::prt::grant;
use dovetail_shared::rsa_blob::RsaPublic;
use rcgen::{KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::{Value, json};

use crate::soft_device::{PLUGIN, Prt, SoftDevice, V1};
use crate::stage::{BROKER, CHALLENGE, Stage, rs256};

/// The registration service, as tokens name it.
pub(crate) const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";
/// Where keys are registered.
pub(crate) const KEYS: &str = "/EnrollmentServer/key/?api-version=1.0";
/// Somebody who has a second factor.
pub(crate) const MEGAN: &str = "megan@contoso.com";

/// A key of a person's.
pub(crate) struct SoftKey {
    pair: RsaKeyPair,
    /// RSA1.
    pub(crate) blob: Vec<u8>,
    /// What assertions call it.
    pub(crate) kid: String,
}

impl SoftKey {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let blob = RsaPublic::from_pkcs1(key.der_bytes()).unwrap().to_blob();
        Self {
            pair: RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap(),
            kid: b64(digest::digest(&digest::SHA256, &blob)),
            blob,
        }
    }

    /// What is sent to register it.
    pub(crate) fn request(&self) -> Value {
        json!({ "kngc": b64(&self.blob) })
    }

    /// Asks for a PRT for `upn` on a device, with a fresh nonce inside.
    pub(crate) async fn ask(&self, stage: &Stage, device: &SoftDevice, upn: &str) -> (u16, Value) {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let now = UnixTime(i64::try_from(now.as_secs()).unwrap());
        let payload = json!({
            "iss": upn, "aud": "common", "iat": now.plus(-300).0, "exp": now.plus(300).0, "scope": "openid aza ugs",
            "request_nonce": stage.nonce().await,
        });
        let header = JwsHeader {
            alg: "RS256".into(),
            kid: Some(self.kid.clone()),
            use_: Some("ngc".into()),
            ..JwsHeader::default()
        };
        let signed = signing_input(&header, payload.to_string().as_bytes());
        let signature = b64url(rs256(&self.pair, signed.as_bytes()));
        let assertion = format!("{signed}.{signature}");
        let request = json!({ "client_id": PLUGIN, "grant_type": grant::JWT_BEARER, "username": upn, "assertion": assertion });
        device.ask(stage, request).await
    }

    /// A PRT by the key.
    pub(crate) async fn prt(&self, stage: &Stage, device: &SoftDevice, upn: &str) -> Prt {
        let (status, answer) = self.ask(stage, device, upn).await;
        assert_eq!(status, 200, "{answer}");
        device.prt_of(&answer)
    }
}

impl Stage {
    /// A PRT of somebody who gave a second factor just now: by a sign-in in the browser that asks for one.
    pub(crate) async fn fresh_prt(&self, device: &SoftDevice, upn: &str) -> Prt {
        // The authenticator's code of this half minute may have been used by a sign-in before.
        self.sql("UPDATE \"user\" SET totp_last_step = 0").await;
        let url = self.authorize(&[
            ("client_id", BROKER),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("scope", ""),
            ("cxhflow", ""),
            ("resource", self.tenant.value("mdm_resource")),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("amr_values", "ngcmfa"),
        ]);
        let back = self.visitor().sign_in(&self.tenant, url, upn).await;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap_or_else(|| panic!("no code: {back}")).1;
        let (status, tokens) = self.token(V1, &self.redeeming(&code, &[])).await;
        assert_eq!(status, 200, "{tokens}");
        let (status, answer) = device
            .ask(self, json!({ "refresh_token": tokens["refresh_token"] }))
            .await;
        assert_eq!(status, 200, "{answer}");
        device.prt_of(&answer)
    }

    /// A token for the registration service, had by a PRT: it names the device.
    pub(crate) async fn key_token(&self, prt: &Prt) -> String {
        let asked = json!({ "client_id": BROKER, "scope": "openid", "resource": DRS });
        let (status, tokens) = prt.ask(self, asked).await;
        assert_eq!(status, 200, "{tokens}");
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks to register a key, as published clients do: status and JSON.
    pub(crate) async fn register_key(&self, token: &str, key: &SoftKey) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("accept", "application/json"),
        ];
        let body = key.request().to_string();
        let answer = self
            .visitor()
            .ask("POST", self.url("drs", KEYS), &headers, Some(body))
            .await;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// The keys that the command line lists.
    pub(crate) fn keys(&self, more: &[&str]) -> Vec<Value> {
        let list = self
            .tenant
            .run(&[&["hello", "list", "--json"], more].concat());
        serde_json::from_str(&list).unwrap()
    }
}

/// A registered key, and what it took.
pub(crate) struct Given {
    pub(crate) device: SoftDevice,
    /// By a sign-in in the browser.
    pub(crate) prt: Prt,
    /// For the registration service.
    pub(crate) token: String,
    pub(crate) key: SoftKey,
    /// The service's name for the key.
    pub(crate) id: String,
}

/// Megan registers a key on a device that she joins.
pub(crate) async fn given(stage: &Stage) -> Given {
    let device = SoftDevice::join(stage, MEGAN).await;
    let prt = stage.fresh_prt(&device, MEGAN).await;
    let token = stage.key_token(&prt).await;
    let key = SoftKey::new();
    let (status, answer) = stage.register_key(&token, &key).await;
    assert_eq!(status, 200, "{answer}");
    Given {
        device,
        prt,
        token,
        key,
        id: answer["kid"].as_str().unwrap().to_owned(),
    }
}

/// Status and code of a refusal; both of its forms say the same.
#[track_caller]
pub(crate) fn refusal((status, answer): &(u16, Value)) -> (u16, &str) {
    let code = answer["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no refusal: {status} {answer}"));
    assert_eq!(answer["error"]["code"], code);
    assert_eq!(answer["error"]["message"], answer["message"]);
    assert_eq!(answer["response"], "ERROR_FAIL");
    (*status, code)
}
