//! The token endpoint as far as primary refresh tokens go, strict, made after the published shapes and not after our own writer.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use aws_lc_rs::{hmac, rand};
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use dovetail_shared::encode::{b64, b64url, from_b64, from_b64url};
use dovetail_shared::rsa_blob::RsaPublic;
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::sealed::sealed_for;
use super::{Fake, TENANT};

pub const USER: &str = "6fce7178-9d89-4c3b-97d0-0853c08c3b12";

pub type Edit = Box<dyn Fn(&mut Value) + Send>;

/// Somebody of the tenant: object and name.
#[derive(Clone, PartialEq, Eq)]
pub struct Somebody {
    pub oid: String,
    pub upn: String,
    pub name: String,
}

impl Default for Somebody {
    fn default() -> Self {
        Self {
            oid: USER.into(),
            upn: "adele@contoso.example".into(),
            name: "Adele".into(),
        }
    }
}

impl Somebody {
    pub fn grace() -> Self {
        Self {
            oid: "7b1c0e2a-0f1d-4b8a-9c55-3f2d8a1e6b44".into(),
            upn: "grace@contoso.example".into(),
            name: "Grace".into(),
        }
    }

    pub fn home(&self) -> String {
        format!("{}.{TENANT}", self.oid)
    }
}

/// What the service does, and what it saw.
#[derive(Default)]
pub struct Sso {
    /// Who signs in next.
    pub person: Somebody,
    /// Whose each token is.
    pub people: HashMap<String, Somebody>,
    nonces: HashSet<String>,
    /// Transport keys by device key (PKCS#1).
    pub transports: HashMap<Vec<u8>, RsaPublic>,
    /// Tokens that are good, with their session keys.
    pub tokens: HashMap<String, Vec<u8>>,
    /// Every token and session key that ever was.
    pub secrets: Vec<Vec<u8>>,
    /// Requests that were refused, with the AADSTS number given.
    pub refuse: Option<(u16, u32)>,
    /// Only so many more of them.
    pub refusals: Option<u32>,
    /// `Retry-After` of refusals.
    pub retry_after: Option<u32>,
    /// Changes the JSON of an answer before it is encrypted.
    pub edit: Option<Edit>,
    /// Sent instead of any answer to a signed request.
    pub instead: Option<String>,
    /// Answers are true GCM.
    pub gcm: bool,
    /// The session key is so long instead of 32 bytes.
    pub key_length: Option<usize>,
    /// Seconds that this server's clock is off.
    pub clock_off: i64,
    /// Device-signed, renewals, access tokens.
    pub counts: [u32; 3],
    /// The scope and audience of the last access token.
    pub last: (String, String),
    /// All of the request for it.
    pub asked: Value,
}

fn refusal(sso: &Sso, status: u16, number: u32) -> Response {
    let error = json!({"error": "invalid_grant", "error_description": format!("AADSTS{number}: no\r\nTrace ID: x"),
        "error_codes": [number], "trace_id": "t"});
    let status = StatusCode::from_u16(status).unwrap();
    let mut response = (status, Json(error)).into_response();
    if let Some(seconds) = sso.retry_after {
        response
            .headers_mut()
            .insert("retry-after", HeaderValue::from(seconds));
    }
    response
}

fn dated(sso: &Sso, mut response: Response) -> Response {
    let shift = std::time::Duration::from_secs(sso.clock_off.unsigned_abs());
    let now = std::time::SystemTime::now();
    let told = if sso.clock_off < 0 {
        now - shift
    } else {
        now + shift
    };
    let date = httpdate::fmt_http_date(told);
    response
        .headers_mut()
        .insert("date", HeaderValue::from_str(&date).unwrap());
    response
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).unwrap();
    bytes
}

fn json_of(part: &str) -> Value {
    serde_json::from_slice(&from_b64url(part).unwrap()).unwrap()
}

/// SP 800-108, counter mode, one block, by hand.
fn derive(key: &[u8], context: &[u8]) -> hmac::Tag {
    let mut message = vec![0, 0, 0, 1];
    message.extend(b"AzureAD-SecureConversation");
    message.push(0);
    message.extend(context);
    message.extend([0, 0, 1, 0]);
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &message)
}

impl Fake {
    /// Takes what the page would put into its request for a user's sign-on.
    pub fn expect_sign_in(&self, errand: &Value) {
        assert_eq!(errand["client_id"], "29d9ed98-a469-4536-ade2-f981bc1d605e");
        self.expect_challenge(errand);
    }

    /// The payload of a session-signed text, once its signature is found good.
    pub fn session_signed(&self, text: &str) -> Option<Value> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return None;
        };
        let (head, body) = (json_of(header), from_b64url(payload).unwrap());
        assert_eq!(
            (&head["alg"], &head["kdf_ver"]),
            (&json!("HS256"), &json!(2))
        );
        let ctx = from_b64(head["ctx"].as_str().unwrap()).unwrap();
        assert_eq!(ctx.len(), 24);
        let payload: Value = serde_json::from_slice(&body).unwrap();
        let key = {
            let sso = self.sso.lock().unwrap();
            sso.tokens.get(payload["refresh_token"].as_str()?)?.clone()
        };
        let bound = digest(&SHA256, &[&ctx[..], &body].concat());
        let key = derive(&key, bound.as_ref());
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        let signed = format!("{header}.{}", parts[1]);
        hmac::verify(&key, signed.as_bytes(), &from_b64url(signature).unwrap()).ok()?;
        Some(payload)
    }

    /// Uses a nonce up.
    pub fn nonce_is_good(&self, payload: &Value) -> bool {
        let nonce = payload["request_nonce"].as_str().unwrap_or_default();
        self.sso.lock().unwrap().nonces.remove(nonce)
    }

    /// A nonce of this server, as it stands in `sso_nonce`.
    pub fn nonce(&self) -> String {
        let nonce = b64url(random::<24>());
        self.sso.lock().unwrap().nonces.insert(nonce.clone());
        nonce
    }

    /// A fresh token with this session key.
    fn issue(&self, key: Vec<u8>, whose: Somebody) -> String {
        let token = format!("0.PRT-{}", b64url(random::<48>()));
        let mut sso = self.sso.lock().unwrap();
        sso.people.insert(token.clone(), whose);
        sso.secrets.push(token.clone().into_bytes());
        sso.secrets.push(key.clone());
        sso.tokens.insert(token.clone(), key);
        token
    }

    fn answer(&self, token: &str) -> Value {
        let whose = self.sso.lock().unwrap().people[token].clone();
        let claims = json!({"aud": "38aa3b87-a06d-4817-b275-7a316988d93b", "tid": TENANT, "oid": whose.oid, "upn": whose.upn,
            "iat": 1, "nbf": 1, "exp": 3901, "name": whose.name});
        let id_token = format!(
            "{}.{}.",
            b64url(r#"{"typ":"JWT","alg":"none"}"#),
            b64url(claims.to_string())
        );
        let mut answer = json!({"token_type": "Bearer", "expires_in": "1209599", "ext_expires_in": "0", "expires_on": "1708017084",
            "refresh_token": token, "refresh_token_expires_in": 1_209_599, "id_token": id_token});
        if let Some(edit) = &self.sso.lock().unwrap().edit {
            edit(&mut answer);
        }
        answer
    }
}

/// `srv_challenge` and `jwt-bearer`.
pub fn token(
    fake: &Arc<Fake>,
    version: u8,
    form: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Response {
    let response = answer(fake, version, form, headers);
    dated(&fake.sso.lock().unwrap(), response)
}

fn answer(
    fake: &Arc<Fake>,
    version: u8,
    form: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Response {
    if form["grant_type"] == "srv_challenge" {
        return Json(json!({"Nonce": fake.nonce()})).into_response();
    }
    assert!(headers.contains_key("client-request-id"));
    assert_eq!(form["client_info"], "1");
    match version {
        1 => assert_eq!(form["windows_api_version"], "2.2"),
        _ => assert_eq!(form["prt_protocol_version"], "3.0"),
    }
    {
        let mut sso = fake.sso.lock().unwrap();
        if let Some(text) = &sso.instead {
            return text.clone().into_response();
        }
        if let Some((status, number)) = sso.refuse {
            let response = refusal(&sso, status, number);
            if let Some(left) = sso.refusals.as_mut() {
                *left -= 1;
                if *left == 0 {
                    (sso.refuse, sso.refusals) = (None, None);
                }
            }
            return response;
        }
    }
    let request = &form["request"];
    let head = json_of(request.split('.').next().unwrap());
    match head["alg"].as_str() {
        Some("RS256") => device(fake, request, &head),
        _ => session(fake, version, request),
    }
}

fn device(fake: &Fake, request: &str, head: &Value) -> Response {
    let chain = head["x5c"].as_array().unwrap();
    assert_eq!((chain.len(), &head["kdf_ver"]), (1, &json!(2)));
    let der = from_b64(chain[0].as_str().unwrap()).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    let pkcs1 = certificate.public_key().subject_public_key.data.to_vec();
    let public = RsaPublic::from_pkcs1(&pkcs1).unwrap();
    let (signed, signature) = request.rsplit_once('.').unwrap();
    let components = RsaPublicKeyComponents {
        n: &public.modulus,
        e: &public.exponent,
    };
    let good = components.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &from_b64url(signature).unwrap(),
    );
    let payload = json_of(request.split('.').nth(1).unwrap());
    let sso = || fake.sso.lock().unwrap();
    if good.is_err() || !fake.nonce_is_good(&payload) {
        return refusal(&sso(), 400, 140_000);
    }
    if !fake.devices.lock().unwrap().contains_key(&pkcs1) {
        return refusal(&sso(), 400, 700_003);
    }
    assert_eq!(payload["scope"], "openid aza ugs");
    let good = if payload["grant_type"] == "refresh_token" {
        let token = payload["refresh_token"].as_str().unwrap();
        let ours = token.starts_with("refresh");
        ours.then_some(()).ok_or(70_008)
    } else {
        let (upn, nonce) = (sso().person.upn.clone(), &payload["request_nonce"]);
        let assertion = payload["assertion"].as_str().unwrap();
        super::hello::vouches(fake, assertion, &upn, nonce.as_str().unwrap())
    };
    if let Err(number) = good {
        return refusal(&sso(), 400, number);
    }
    let transport = sso().transports[&pkcs1].clone();
    let mut key = random::<64>().to_vec();
    key.truncate(sso().key_length.unwrap_or(32));
    let jwe = sealed_key(&transport, &key);
    let whose = sso().person.clone();
    let token = fake.issue(key, whose);
    sso().counts[0] += 1;
    let mut answer = fake.answer(&token);
    if answer.get("session_key_jwe").is_none() {
        answer["session_key_jwe"] = json!(jwe);
    }
    Json(answer).into_response()
}

fn session(fake: &Fake, version: u8, request: &str) -> Response {
    let sso = || fake.sso.lock().unwrap();
    let Some(payload) = fake.session_signed(request) else {
        return refusal(&sso(), 400, 140_001);
    };
    if !fake.nonce_is_good(&payload) {
        return refusal(&sso(), 400, 140_000);
    }
    assert_eq!(payload["grant_type"], "refresh_token");
    let claims = payload["claims"].as_str().unwrap_or_default();
    if claims.contains("ngcmfa") && fake.hello.lock().unwrap().stale {
        return refusal(&sso(), 400, 50_076);
    }
    let shown = payload["refresh_token"].as_str().unwrap().to_owned();
    let (key, whose) = {
        let sso = sso();
        (sso.tokens[&shown].clone(), sso.people[&shown].clone())
    };
    let scope = payload["scope"].as_str().unwrap().to_owned();
    let answer = if scope.split(' ').any(|word| word == "aza") {
        sso().counts[1] += 1;
        let token = fake.issue(key.clone(), whose);
        fake.answer(&token)
    } else {
        let audience = payload["resource"].as_str().unwrap_or_default().to_owned();
        sso().counts[2] += 1;
        sso().last = (scope.clone(), audience);
        let mut answer = json!({"token_type": "Bearer", "expires_in": "3599", "scope": scope, "access_token": "eyJ.access.token",
            "refresh_token": "refresh-by-prt"});
        if version == 2 && scope.split(' ').any(|word| word == "openid") {
            let claims = json!({"aud": payload["client_id"], "tid": TENANT, "oid": whose.oid, "nonce": payload["nonce"],
                "preferred_username": whose.upn});
            answer["id_token"] = json!(format!("e30.{}.c2ln", b64url(claims.to_string())));
            let info = json!({"uid": whose.oid, "utid": TENANT}).to_string();
            answer["client_info"] = json!(b64url(info));
        }
        sso().asked = payload.clone();
        if let Some(edit) = &sso().edit {
            edit(&mut answer);
        }
        answer
    };
    let gcm = version == 2 || sso().gcm;
    sealed_answer(&key, answer.to_string().as_bytes(), gcm).into_response()
}

/// RSA-OAEP with SHA-1; one space under AES-256-GCM without additional data.
fn sealed_key(transport: &RsaPublic, key: &[u8]) -> String {
    let head = b64url(r#"{"enc":"A256GCM","alg":"RSA-OAEP"}"#);
    let wrapped = sealed_for(transport, key);
    let (iv, mut text) = (random::<12>(), vec![b' ']);
    let mut content = key.to_vec();
    content.resize(32, 0);
    let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content).unwrap());
    let tag = aead
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::empty(), &mut text)
        .unwrap();
    [
        head,
        b64url(wrapped),
        b64url(iv),
        b64url(text),
        b64url(tag.as_ref()),
    ]
    .join(".")
}

fn sealed_answer(key: &[u8], clear: &[u8], gcm: bool) -> String {
    let ctx = random::<24>();
    let key = derive(key, &ctx);
    let head = json!({"alg": "dir", "enc": "A256GCM", "ctx": b64(ctx)}).to_string();
    let head = b64url(head);
    let mut text = clear.to_vec();
    if gcm {
        let iv = random::<12>();
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).unwrap());
        let nonce = Nonce::assume_unique_for_key(iv);
        let tag = aead
            .seal_in_place_separate_tag(nonce, Aad::from(head.as_bytes()), &mut text)
            .unwrap();
        return format!(
            "{head}..{}.{}.{}",
            b64url(iv),
            b64url(text),
            b64url(tag.as_ref())
        );
    }
    let iv = random::<16>();
    let cipher = UnboundCipherKey::new(&AES_256, key.as_ref()).unwrap();
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).unwrap();
    cipher
        .less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(iv)))
        .unwrap();
    format!("{head}..{}.{}.", b64url(iv), b64url(text))
}
