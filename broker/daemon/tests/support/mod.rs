//! A small tenant over real TLS, in this process: metadata, keys, contract, registration, delete; management beside it.

pub mod device_code;
pub mod hello;
pub mod machine;
pub mod mdm;
pub mod relay;
pub mod sealed;
pub mod sign_on;
pub mod sso;
pub mod wait;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use dovetail_shared::encode::{b64, b64url, from_b64};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::rsa_blob::RsaPublic;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer,
    KeyPair, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SigningKey,
};
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};

pub const TENANT: &str = "6973bb37-65f8-440e-b39e-dd57da64f6cf";

/// What the tenant remembers.
pub struct Fake {
    pub port: u16,
    pub signer: KeyPair,
    pub devices: Mutex<HashMap<Vec<u8>, String>>,
    pub lose_answers: Mutex<u32>,
    pub contract_host: Mutex<Option<String>>,
    pub mdm: Mutex<mdm::Mdm>,
    pub sso: Mutex<sso::Sso>,
    pub device_code: Mutex<device_code::Script>,
    pub hello: Mutex<hello::Keys>,
    pub issuer: Issuer<'static, KeyPair>,
    _runtime: tokio::runtime::Runtime,
}

impl Fake {
    pub fn start(ca_file: &Path) -> Arc<Self> {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "test CA");
        let ca_key = KeyPair::generate().unwrap();
        let ca_cert = ca.self_signed(&ca_key).unwrap();
        std::fs::write(ca_file, ca_cert.pem()).unwrap();
        let issuer = Issuer::new(ca, ca_key);
        let key = KeyPair::generate().unwrap();
        let names = vec![
            "login.dovetail.localhost".to_owned(),
            "drs.dovetail.localhost".to_owned(),
            "manage.dovetail.localhost".to_owned(),
        ];
        let cert = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca_cert.der().clone()).unwrap();
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .allow_unauthenticated()
                .build()
                .unwrap();
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![cert.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let handle = runtime.handle().clone();
        let fake = Arc::new(Self {
            port,
            signer: KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap(),
            devices: Mutex::default(),
            lose_answers: Mutex::new(0),
            contract_host: Mutex::default(),
            mdm: Mutex::default(),
            sso: Mutex::default(),
            device_code: Mutex::default(),
            hello: Mutex::default(),
            issuer,
            _runtime: runtime,
        });
        let routes = Router::new()
            .route("/common/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/{domain}/EnrollmentServer/contract", get(contract))
            .route("/EnrollmentServer/device/", post(register))
            .route("/EnrollmentServer/device/{id}", delete(remove))
            .merge(mdm::routes())
            .merge(device_code::routes())
            .merge(hello::routes())
            .with_state(Arc::clone(&fake));
        handle.spawn(serve(
            listener,
            tokio_rustls::TlsAcceptor::from(Arc::new(tls)),
            routes,
        ));
        fake
    }

    /// An ID token of this tenant; `edit` spoils its claims.
    pub fn token(&self, nonce: &str, edit: impl FnOnce(&mut Value)) -> String {
        let now = i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        )
        .unwrap();
        let mut claims = json!({
            "aud": "dd762716-544d-4aeb-a526-687b73838a22", "iss": format!("https://sts.windows.net/{TENANT}/"),
            "iat": now, "nbf": now, "exp": now + 3600, "nonce": nonce, "tid": TENANT,
            "oid": "6fce7178-9d89-4c3b-97d0-0853c08c3b12", "sub": "s", "upn": "adele@contoso.example", "tenant_display_name": "Contoso",
        });
        let person = self.sso.lock().unwrap().person.clone();
        if person != sso::Somebody::default() {
            (claims["oid"], claims["upn"]) = (json!(person.oid), json!(person.upn));
        }
        edit(&mut claims);
        let header = JwsHeader {
            alg: "RS256".into(),
            kid: Some("one".into()),
            ..JwsHeader::default()
        };
        let input = signing_input(&header, claims.to_string().as_bytes());
        let signature = self.signer.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", b64url(signature))
    }
}

async fn serve(listener: tokio::net::TcpListener, tls: tokio_rustls::TlsAcceptor, routes: Router) {
    while let Ok((socket, _)) = listener.accept().await {
        let (tls, routes) = (tls.clone(), routes.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(socket).await else {
                return;
            };
            let peer = stream.get_ref().1.peer_certificates();
            let peer = mdm::Shown(peer.and_then(|chain| chain.first()).map(|one| one.to_vec()));
            let routes = routes.layer(axum::Extension(peer));
            let service = hyper_util::service::TowerToHyperService::new(routes);
            let builder =
                hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
            builder
                .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
                .await
                .ok();
        });
    }
}

async fn metadata(State(fake): State<Arc<Fake>>) -> Json<Value> {
    let login = format!("https://login.dovetail.localhost:{}", fake.port);
    Json(
        json!({"issuer": "https://sts.windows.net/{tenantid}/", "authorization_endpoint": format!("{login}/a"),
        "token_endpoint": format!("{login}/t"), "jwks_uri": format!("{login}/keys")}),
    )
}

async fn keys(State(fake): State<Arc<Fake>>) -> Json<Value> {
    let key = RsaPublic::from_pkcs1(fake.signer.der_bytes()).unwrap();
    Json(
        json!({"keys": [{"kty": "RSA", "use": "sig", "kid": "one", "n": b64url(key.modulus), "e": b64url(key.exponent)}]}),
    )
}

async fn contract(State(fake): State<Arc<Fake>>) -> Json<Value> {
    let host = fake
        .contract_host
        .lock()
        .unwrap()
        .clone()
        .unwrap_or_else(|| format!("drs.dovetail.localhost:{}", fake.port));
    Json(
        json!({"DeviceJoinService": {"JoinEndpoint": format!("https://{host}/EnrollmentServer/device/"), "JoinResourceId": "urn", "ServiceVersion": "2.0"}}),
    )
}

async fn register(
    State(fake): State<Arc<Fake>>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let csr = from_b64(body["CertificateRequest"]["Data"].as_str().unwrap()).unwrap();
    let mut csr = CertificateSigningRequestParams::from_der(&csr.into()).unwrap();
    let key = csr.public_key.der_bytes().to_vec();
    let transport = from_b64(body["TransportKey"].as_str().unwrap()).unwrap();
    let transport = RsaPublic::from_blob(&transport).unwrap();
    fake.sso
        .lock()
        .unwrap()
        .transports
        .insert(key.clone(), transport);
    let id = fake
        .devices
        .lock()
        .unwrap()
        .entry(key)
        .or_insert_with(|| uuid::Uuid::new_v4().to_string())
        .clone();
    csr.params.distinguished_name = rcgen::DistinguishedName::new();
    csr.params.distinguished_name.push(DnType::CommonName, id);
    let certificate = csr.signed_by(&fake.issuer).unwrap();
    let mut lose = fake.lose_answers.lock().unwrap();
    if *lose > 0 {
        *lose -= 1;
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Ok(Json(
        json!({"Certificate": {"Thumbprint": "", "RawBody": b64(certificate.der())}, "User": {"Upn": "adele@contoso.example"}, "MembershipChanges": []}),
    ))
}

async fn remove(State(fake): State<Arc<Fake>>, UrlPath(id): UrlPath<String>) -> StatusCode {
    fake.devices
        .lock()
        .unwrap()
        .retain(|_, device| *device != id);
    StatusCode::OK
}
