//! A tenant, a visitor, and the makings of a registration.

use std::collections::BTreeMap;

use dovetail_shared::encode::b64;
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::rsa_blob::RsaPublic;
use dovetail_tests::audit_log;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::Tenant;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::{Value, json};
use url::Url;

/// A tenant of the test's own.
pub(crate) struct Stage {
    pub(crate) tenant: Tenant,
    pub(crate) dir: tempfile::TempDir,
}

impl Drop for Stage {
    /// Every test's refusals stand in the log: what happens to whom is written down, whatever the test is about.
    fn drop(&mut self) {
        if !std::thread::panicking() && self.tenant.process.ended().is_none() {
            audit_log::holds_what_was_refused(&self.tenant);
        }
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            tenant: Tenant::start(dir.path(), more),
            dir,
        }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(&self.tenant)
    }

    /// A URL of one of its hosts.
    pub(crate) fn url(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.tenant.value(host))).unwrap()
    }

    /// The authorize request of the join page, with changes.
    pub(crate) fn authorize(&self, changes: &[(&str, &str)]) -> Url {
        let page = self.tenant.value("page");
        let mut fields = BTreeMap::from([
            ("client_id", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"),
            ("response_type", "id_token"),
            ("scope", "openid sid"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("state", "the state"),
            ("prompt", "login"),
            ("redirect_uri", page),
            ("windows_api_version", "2.0"),
            // With it, sign-in pages stand under an address of their own.
            ("cxhflow", "MOSET"),
        ]);
        fields.extend(changes.iter().copied());
        let mut url = self.url("login", "/common/oauth2/authorize");
        url.query_pairs_mut()
            .extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        url
    }

    fn began(&self) -> dovetail_shared::link::Began {
        serde_json::from_value(json!({
            "nonce": "n-0S6_WzA2Mj", "authority": format!("{}/common", self.tenant.value("login")), "client_id": "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
            "join": { "join_id": "00000000-0000-0000-0000-000000000000", "state": "waiting_for_sign_in", "join_type": "joined", "mode": "settings",
                "device_name": "x", "keys": "tpm", "started": 0, "steps": [] },
        }))
        .unwrap()
    }

    /// Signs in and gives the ID token.
    pub(crate) async fn id_token(&self, upn: &str) -> String {
        self.visitor()
            .id_token(&self.tenant, &self.began(), upn)
            .await
    }

    /// A signing key as the server opens it: with the file beside its database.
    pub(crate) fn unwrapped(&self, kid: &str, kept: &[u8]) -> Vec<u8> {
        use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
        use aws_lc_rs::hmac;
        let file = self.dir.path().join("tenant/ca/signing.key");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &std::fs::read(file).unwrap());
        let key = hmac::sign(&key, b"signing keys");
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).unwrap());
        let (head, sealed) = kept.split_at(13);
        assert_eq!(head[0], 1, "the form");
        let nonce = Nonce::try_assume_unique_for_key(&head[1..]).unwrap();
        let mut opened = sealed.to_vec();
        key.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut opened)
            .unwrap()
            .to_vec()
    }

    /// A token with these claims and header, signed with the tenant's own key: what only a thief of the key, or a bug, could make.
    pub(crate) async fn signed(
        &self,
        header: impl FnOnce(&mut JwsHeader),
        payload: &[u8],
    ) -> String {
        use sqlx::Row as _;
        let pool = self.tenant.pool().await;
        let row = sqlx::query(
            "SELECT kid, pkcs8 FROM signing_key ORDER BY created DESC, rowid DESC LIMIT 1",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        let (kid, kept): (String, Vec<u8>) = (row.get(0), row.get(1));
        let pkcs8 = self.unwrapped(&kid, &kept);
        let mut fields = JwsHeader {
            alg: "RS256".into(),
            typ: Some("JWT".into()),
            kid: Some(kid),
            ..JwsHeader::default()
        };
        header(&mut fields);
        let signed = signing_input(&fields, payload);
        format!(
            "{signed}.{}",
            dovetail_shared::encode::b64url(rs256(
                &aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&pkcs8).unwrap(),
                signed.as_bytes()
            ))
        )
    }
}

pub(crate) fn rs256(key: &aws_lc_rs::signature::RsaKeyPair, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &aws_lc_rs::signature::RSA_PKCS1_SHA256,
        &aws_lc_rs::rand::SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    serde_json::from_slice(
        &dovetail_shared::encode::from_b64url(token.split('.').nth(1).unwrap()).unwrap(),
    )
    .unwrap()
}

/// A machine without a TPM: keys in memory.
pub(crate) struct Machine {
    pub(crate) device: KeyPair,
    pub(crate) transport: KeyPair,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let key = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        Self {
            device: key(),
            transport: key(),
        }
    }

    pub(crate) fn csr(&self, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "7E980AD9-B86D-4306-9425-9AC066FB014A");
        change(&mut params);
        params
            .serialize_request(&self.device)
            .unwrap()
            .der()
            .to_vec()
    }

    /// A registration request, with changes.
    pub(crate) fn request(&self, change: impl FnOnce(&mut Value)) -> Value {
        let transport = RsaPublic::from_pkcs1(self.transport.der_bytes())
            .unwrap()
            .to_blob();
        let mut request = json!({
            "CertificateRequest": { "Type": "pkcs10", "Data": b64(self.csr(|_| {})) }, "TransportKey": b64(transport), "TargetDomain": "contoso.com",
            "DeviceType": "Linux", "OSVersion": "Debian 12", "DeviceDisplayName": "a machine", "JoinType": 0, "attributes": { "ReuseDevice": "true" },
        });
        change(&mut request);
        request
    }
}

/// Registers: status and body.
pub(crate) async fn register(stage: &Stage, token: &str, request: &Value) -> (u16, Value) {
    register_raw(stage, token, serde_json::to_vec(request).unwrap()).await
}

pub(crate) async fn register_raw(stage: &Stage, token: &str, body: Vec<u8>) -> (u16, Value) {
    let response = stage
        .visitor()
        .register(
            stage.url("drs", "/EnrollmentServer/device/?api-version=2.0"),
            token,
            body,
        )
        .await;
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default(),
    )
}

impl Stage {
    /// A visitor with a client certificate.
    pub(crate) fn visitor_with(&self, certificate: &[u8], key: &KeyPair) -> Visitor {
        Visitor::with_certificate(&self.tenant, certificate.to_vec(), key.serialize_der())
    }

    /// A visitor whose certificate names the device, but was not issued here.
    pub(crate) fn visitor_with_foreign_certificate(&self, device: &str) -> Visitor {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, device);
        let certificate = params.self_signed(&key).unwrap();
        self.visitor_with(certificate.der(), &key)
    }
}

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";

impl Stage {
    /// A visitor who has signed in as `upn`, and keeps the session.
    pub(crate) async fn signed_in(&self, upn: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.id_token(&self.tenant, &self.began(), upn).await;
        visitor
    }

    /// The silent request for a code for the management service, with changes.
    pub(crate) fn code_request(&self, changes: &[(&str, &str)]) -> Url {
        let resource = self.tenant.value("mdm_resource");
        let mut fields = BTreeMap::from([
            ("client_id", BROKER),
            ("response_type", "code"),
            ("response_mode", "fragment"),
            ("prompt", "none"),
            ("scope", ""),
            ("resource", resource),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        fields.extend(changes.iter().copied());
        let fields: Vec<_> = fields.into_iter().collect();
        self.authorize(&fields)
    }

    /// What comes back to the redirect URI, from query or fragment.
    pub(crate) async fn answered(
        &self,
        visitor: &mut Visitor,
        url: Url,
    ) -> BTreeMap<String, String> {
        let response = visitor.get(url).await;
        let location = response.headers()[reqwest::header::LOCATION]
            .to_str()
            .unwrap();
        let location = Url::parse(location).unwrap();
        let text = location.fragment().or(location.query()).unwrap_or_default();
        form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect()
    }

    /// A code for the management service.
    pub(crate) async fn code(&self, visitor: &mut Visitor) -> String {
        self.answered(visitor, self.code_request(&[]))
            .await
            .remove("code")
            .expect("a code")
    }

    /// The redeeming form, with changes.
    pub(crate) fn redeeming(&self, code: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("client_id", BROKER),
            ("code", code),
            ("redirect_uri", self.tenant.value("page")),
            ("code_verifier", VERIFIER),
            ("resource", self.tenant.value("mdm_resource")),
        ]);
        fields.extend(changes.iter().copied());
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Asks the token endpoint: status and JSON.
    pub(crate) async fn token<T: AsRef<str>>(&self, path: &str, fields: &[(T, T)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.visitor().post_raw(self.url("login", path), body).await
    }

    /// Changes the store behind the server's back.
    pub(crate) async fn sql(&self, statement: &'static str) {
        let pool = self.tenant.pool().await;
        sqlx::query(statement).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// A number out of the store.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        use sqlx::Row as _;
        let pool = self.tenant.pool().await;
        let row = sqlx::query(statement).fetch_one(&pool).await.unwrap();
        pool.close().await;
        row.get(0)
    }
}

/// The AADSTS number of a refusal.
pub(crate) fn number(answer: &(u16, Value)) -> u64 {
    answer.1["error_codes"][0]
        .as_u64()
        .unwrap_or_else(|| panic!("no refusal: {answer:?}"))
}
