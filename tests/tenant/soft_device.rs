//! A device without a TPM that speaks the PRT's language: what a broker does, in the open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::RsaKeyPair;
use aws_lc_rs::{digest, hmac};
use dovetail_shared::encode::{b64, b64url, from_b64};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::prt::kdf::{bound, derivation_input};
use dovetail_shared::prt::{AnswerForm, SealedAnswer, SealedKey, grant};
use serde_json::{Value, json};

use crate::stage::{BROKER, Machine, Stage, register, rs256};

/// v1.0
pub(crate) const V1: &str = "/common/oauth2/token";
/// v2.0
pub(crate) const V2: &str = "/common/oauth2/v2.0/token";
/// The plug-in, client of PRT requests.
pub(crate) const PLUGIN: &str = "38aa3b87-a06d-4817-b275-7a316988d93b";

/// A joined device and its keys.
pub(crate) struct SoftDevice {
    pub(crate) machine: Machine,
    pub(crate) certificate: Vec<u8>,
    pub(crate) id: String,
}

/// A PRT, and the session key that only its device could open.
#[derive(Clone)]
pub(crate) struct Prt {
    pub(crate) token: String,
    pub(crate) key: Vec<u8>,
}

impl SoftDevice {
    /// Joins as `upn`, with changes to the registration.
    pub(crate) async fn join_with(
        stage: &Stage,
        upn: &str,
        change: impl FnOnce(&mut Value),
    ) -> Self {
        let token = stage.id_token(upn).await;
        let machine = Machine::new();
        let (status, answer) = register(stage, &token, &machine.request(change)).await;
        assert_eq!(status, 200, "{answer}");
        let certificate = answer["Certificate"]["RawBody"].as_str().unwrap();
        let certificate = from_b64(certificate).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
        let name = parsed.subject().iter_common_name().next().unwrap();
        let id = name.as_str().unwrap().to_owned();
        Self {
            machine,
            certificate,
            id,
        }
    }

    pub(crate) async fn join(stage: &Stage, upn: &str) -> Self {
        Self::join_with(stage, upn, |_| {}).await
    }

    /// The header of what it signs by itself.
    pub(crate) fn header(&self) -> JwsHeader {
        JwsHeader {
            alg: "RS256".to_owned(),
            typ: Some("JWT".to_owned()),
            x5c: Some(vec![b64(&self.certificate)]),
            kdf_ver: Some(2),
            ..JwsHeader::default()
        }
    }

    /// Signs with the device key.
    pub(crate) fn sign(&self, header: &JwsHeader, payload: &Value) -> String {
        let signed = signing_input(header, payload.to_string().as_bytes());
        let key = RsaKeyPair::from_pkcs8(&self.machine.device.serialize_der()).unwrap();
        format!("{signed}.{}", b64url(rs256(&key, signed.as_bytes())))
    }

    /// Opens `session_key_jwe` with the transport key.
    pub(crate) fn open_key(&self, jwe: &str) -> Vec<u8> {
        let sealed = SealedKey::read(jwe).unwrap();
        let key =
            PrivateDecryptingKey::from_pkcs8(&self.machine.transport.serialize_der()).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let mut opened = vec![0; key.min_output_size()];
        key.decrypt(&OAEP_SHA1_MGF1SHA1, &sealed.key, &mut opened, None)
            .unwrap()
            .to_vec()
    }

    /// The payload of a request for a PRT by refresh token, with changes; `null` takes a member away.
    pub(crate) async fn payload(&self, stage: &Stage, changes: Value) -> Value {
        let mut payload = json!({
            "client_id": BROKER,
            "request_nonce": stage.nonce().await,
            "scope": "openid aza ugs",
            "group_sids": [],
            "win_ver": "10.0.19041.868",
            "grant_type": grant::REFRESH_TOKEN,
        });
        for (name, value) in changes.as_object().unwrap() {
            payload[name] = value.clone();
        }
        payload
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        payload
    }

    /// Asks for a PRT.
    pub(crate) async fn ask(&self, stage: &Stage, changes: Value) -> (u16, Value) {
        let payload = self.payload(stage, changes).await;
        stage.ask_signed(&self.sign(&self.header(), &payload)).await
    }

    /// A PRT for `upn`, as roadtx has it: by a refresh token of the broker, derivation 2.
    pub(crate) async fn prt(&self, stage: &Stage, upn: &str) -> Prt {
        let refresh_token = stage.refresh_token(upn).await;
        let (status, answer) = self
            .ask(stage, json!({ "refresh_token": refresh_token }))
            .await;
        assert_eq!(status, 200, "{answer}");
        self.prt_of(&answer)
    }

    /// What an answer brought.
    pub(crate) fn prt_of(&self, answer: &Value) -> Prt {
        Prt {
            token: answer["refresh_token"].as_str().unwrap().to_owned(),
            key: self.open_key(answer["session_key_jwe"].as_str().unwrap()),
        }
    }
}

/// HMAC-SHA-256.
pub(crate) fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
        .as_ref()
        .to_vec()
}

impl Prt {
    /// Signs with the session key, by this version of the derivation.
    pub(crate) fn sign(&self, version: u8, payload: &Value) -> String {
        self.sign_with(version, &[7; 24], |_| {}, payload)
    }

    /// The same with this context, and changes to the header after the key was derived.
    pub(crate) fn sign_with(
        &self,
        version: u8,
        ctx: &[u8],
        change: impl FnOnce(&mut JwsHeader),
        payload: &Value,
    ) -> String {
        let payload = payload.to_string();
        let derived = if version == 1 {
            mac(&self.key, &derivation_input(ctx))
        } else {
            let context = digest::digest(&digest::SHA256, &bound(ctx, payload.as_bytes()));
            mac(&self.key, &derivation_input(context.as_ref()))
        };
        let mut header = JwsHeader {
            alg: "HS256".to_owned(),
            typ: Some("JWT".to_owned()),
            ctx: Some(b64(ctx)),
            kdf_ver: (version != 1).then_some(version),
            ..JwsHeader::default()
        };
        change(&mut header);
        let signed = signing_input(&header, payload.as_bytes());
        let signature = mac(&derived, signed.as_bytes());
        format!("{signed}.{}", b64url(signature))
    }

    /// The payload of a request by the PRT, with changes; `null` takes a member away.
    pub(crate) async fn payload(&self, stage: &Stage, changes: Value) -> Value {
        let mut payload = json!({
            "client_id": PLUGIN,
            "scope": "openid aza ugs",
            "iss": "aad:brokerplugin",
            "grant_type": grant::REFRESH_TOKEN,
            "refresh_token": self.token,
            "request_nonce": stage.nonce().await,
            "win_ver": "10.0.19041.868",
        });
        for (name, value) in changes.as_object().unwrap() {
            payload[name] = value.clone();
        }
        payload
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        payload
    }

    /// Asks by the PRT, derivation 2: the opened answer, or the refusal.
    pub(crate) async fn ask(&self, stage: &Stage, changes: Value) -> (u16, Value) {
        let payload = self.payload(stage, changes).await;
        let (status, text) = stage
            .send_signed(V1, &self.sign(2, &payload), &WINDOWS)
            .await;
        if status == 200 {
            return (status, self.open(&text).1);
        }
        (status, serde_json::from_str(&text).unwrap())
    }

    /// Opens an answer.
    pub(crate) fn open(&self, text: &str) -> (AnswerForm, Value) {
        let sealed = SealedAnswer::read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let derived = mac(&self.key, &derivation_input(&sealed.ctx));
        let mut content = sealed.ciphertext.clone();
        let content = match sealed.form {
            AnswerForm::Cbc => {
                let key = UnboundCipherKey::new(&AES_256, &derived).unwrap();
                let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).unwrap();
                let iv = FixedLength::try_from(sealed.iv.as_slice()).unwrap();
                key.decrypt(&mut content, DecryptionContext::Iv128(iv))
                    .unwrap()
                    .to_vec()
            }
            AnswerForm::Gcm => {
                let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &derived).unwrap());
                let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).unwrap();
                content.extend_from_slice(&sealed.tag);
                let aad = Aad::from(sealed.protected.as_bytes());
                key.open_in_place(nonce, aad, &mut content)
                    .unwrap()
                    .to_vec()
            }
        };
        (sealed.form, serde_json::from_slice(&content).unwrap())
    }

    /// An SSO credential, with this nonce, if any.
    pub(crate) fn cookie(&self, version: u8, nonce: Option<&str>) -> String {
        let payload = match nonce {
            Some(nonce) => {
                json!({ "refresh_token": self.token, "is_primary": "true", "request_nonce": nonce })
            }
            None => {
                json!({ "refresh_token": self.token, "is_primary": "true", "iat": "1700000000" })
            }
        };
        self.sign(version, &payload)
    }
}

/// What Windows' protocol says beside a signed request.
pub(crate) const WINDOWS: [(&str, &str); 2] =
    [("windows_api_version", "2.2"), ("client_info", "1")];

impl Stage {
    /// A nonce, asked for as libhimmelblau does: without a content type.
    pub(crate) async fn nonce(&self) -> String {
        let (status, answer) = self.token(V1, &[("grant_type", "srv_challenge")]).await;
        assert_eq!(status, 200, "{answer}");
        answer["Nonce"].as_str().unwrap().to_owned()
    }

    /// A refresh token of the broker, had by a sign-in in the browser.
    pub(crate) async fn refresh_token(&self, upn: &str) -> String {
        let mut visitor = self.signed_in(upn).await;
        let code = self.code(&mut visitor).await;
        let (status, tokens) = self.token(V1, &self.redeeming(&code, &[])).await;
        assert_eq!(status, 200, "{tokens}");
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }

    /// Sends a signed request: status and text.
    pub(crate) async fn send_signed(
        &self,
        path: &str,
        request: &str,
        more: &[(&str, &str)],
    ) -> (u16, String) {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", grant::JWT_BEARER)
            .append_pair("request", request)
            .extend_pairs(more)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        let visitor = self.visitor();
        let url = self.url("login", path);
        let response = visitor.send(url, kind, &[], body.into_bytes()).await;
        let response = response.unwrap();
        let status = response.status().as_u16();
        (status, response.text().await.unwrap())
    }

    /// Sends a request by a device: status and JSON.
    pub(crate) async fn ask_signed(&self, request: &str) -> (u16, Value) {
        let (status, text) = self.send_signed(V1, request, &WINDOWS).await;
        let json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}"));
        (status, json)
    }

    /// Registers a Hello key behind the server's back.
    pub(crate) async fn add_hello_key(&self, kid: &str, upn: &str, device: &str, material: &[u8]) {
        let pool = self.tenant.pool().await;
        sqlx::query("INSERT INTO hello_key (kid, id, user_id, device, material, created) SELECT $1, $5, id, $2, $3, 0 FROM \"user\" WHERE upn = $4")
            .bind(kid)
            .bind(device)
            .bind(material)
            .bind(upn)
            .bind(uuid::Uuid::new_v4().to_string())
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }
}
