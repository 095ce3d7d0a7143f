//! Devices that register, each with a key of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dovetail_shared::encode::b64;
use dovetail_shared::rsa_blob::RsaPublic;
use serde_json::{Value, json};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use crate::crowd::Client;
use crate::http::Line;
use crate::tenant::{COOKIE, Tenant};

const JOIN_PAGE: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";

/// What registering clients share: the requests, and which is next.
pub(crate) struct Requests {
    bodies: Vec<Vec<u8>>,
    next: AtomicUsize,
}

impl Requests {
    /// Registration bodies around certificate requests.
    pub(crate) fn new(certificate_requests: &[Vec<u8>]) -> Arc<Self> {
        let bodies = certificate_requests
            .iter()
            .map(|der| body(der).to_string().into_bytes())
            .collect();
        Arc::new(Self {
            bodies,
            next: AtomicUsize::new(0),
        })
    }

    fn take(&self) -> Option<&[u8]> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        self.bodies.get(place).map(Vec::as_slice)
    }
}

fn body(der: &[u8]) -> Value {
    let (_, request) = X509CertificationRequest::from_der(der).unwrap();
    let pkcs1 = &request
        .certification_request_info
        .subject_pki
        .subject_public_key
        .data;
    // The device's own key does for both: only its form is looked at here.
    let transport = RsaPublic::from_pkcs1(pkcs1).unwrap().to_blob();
    json!({
        "CertificateRequest": { "Type": "pkcs10", "Data": b64(der) }, "TransportKey": b64(transport), "TargetDomain": "contoso.com",
        "DeviceType": "Linux", "OSVersion": "Debian 12", "DeviceDisplayName": "a machine", "JoinType": 0, "attributes": { "ReuseDevice": "true" },
    })
}

/// One machine after the other.
pub(crate) struct Register {
    pub(crate) line: Line,
    pub(crate) token: Arc<String>,
    pub(crate) requests: Arc<Requests>,
}

impl Client for Register {
    async fn step(&mut self) {
        let Some(body) = self.requests.take() else {
            return;
        };
        let headers = format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.token
        );
        let path = "/EnrollmentServer/device/?api-version=2.0";
        let answer = self.line.ask("POST", path, &headers, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    fn has_more(&self) -> bool {
        self.requests.next.load(Ordering::Relaxed) < self.requests.bodies.len()
    }
}

/// An ID token for the registration service, from the session.
pub(crate) async fn join_token(tenant: &Tenant) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", JOIN_PAGE),
            ("response_type", "id_token"),
            ("prompt", "none"),
            ("scope", "openid"),
            ("redirect_uri", tenant.value("page")),
            ("nonce", "n-0S6_WzA2Mj"),
        ])
        .finish();
    let mut line = tenant.host("login").line().await;
    let path = format!("/common/oauth2/authorize?{query}");
    let answer = line.ask("GET", &path, COOKIE, b"").await;
    let location = answer.header("location");
    let location = location.unwrap_or_else(|| panic!("no redirection: {}", answer.text()));
    let fragment = location.split_once('#').unwrap().1;
    form_urlencoded::parse(fragment.as_bytes())
        .find(|(name, _)| name == "id_token")
        .unwrap_or_else(|| panic!("no token: {location}"))
        .1
        .into_owned()
}
