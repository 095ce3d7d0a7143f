//! A peer: Debian's `cfssl`, which signs the same requests with an RSA-2048 CA, over TLS like the tenant, and stores nothing.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dovetail_shared::encode::b64;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

use crate::crowd::Client;
use crate::http::{Line, Server};

const PROGRAM: &str = "/usr/bin/cfssl";
const NAME: &str = "localhost";

/// A running one.
pub(crate) struct Cfssl {
    child: Child,
    pub(crate) server: Server,
}

impl Drop for Cfssl {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Cfssl {
    /// Starts one with a CA of its own in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        assert!(
            Path::new(PROGRAM).exists(),
            "{PROGRAM} is missing: cargo xtask setup"
        );
        let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        write("cfssl-ca.pem", params.self_signed(&key).unwrap().pem());
        write("cfssl-ca.key", key.serialize_pem());
        // Like the tenant's: an elliptic key for the connection.
        let tls = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        write("cfssl-tls.pem", tls.cert.pem());
        write("cfssl-tls.key", tls.signing_key.serialize_pem());
        let profile = json!({ "expiry": "87600h", "usages": ["client auth"] });
        write(
            "cfssl.json",
            json!({ "signing": { "default": profile } }).to_string(),
        );
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address: SocketAddr = free.local_addr().unwrap();
        drop(free);
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "-loglevel=4", "-address=127.0.0.1"])
            .arg(format!("-port={}", address.port()))
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("cfssl.log")).unwrap());
        for (name, file) in [
            ("ca", "cfssl-ca.pem"),
            ("ca-key", "cfssl-ca.key"),
            ("tls-cert", "cfssl-tls.pem"),
            ("tls-key", "cfssl-tls.key"),
            ("config", "cfssl.json"),
        ] {
            command.arg(format!("-{name}={file}"));
        }
        let child = command.spawn().unwrap();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self {
            child,
            server: Server::new(address, NAME, &folder.join("cfssl-tls.pem")),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// What asking clients share.
pub(crate) struct Bodies {
    bodies: Vec<Vec<u8>>,
    next: AtomicUsize,
}

impl Bodies {
    /// `sign` requests around certificate requests.
    pub(crate) fn new(certificate_requests: &[Vec<u8>]) -> Arc<Self> {
        let bodies = certificate_requests.iter().map(|der| {
            let request = json!({ "certificate_request": pem(der) });
            request.to_string().into_bytes()
        });
        Arc::new(Self {
            bodies: bodies.collect(),
            next: AtomicUsize::new(0),
        })
    }
}

fn pem(der: &[u8]) -> String {
    let text = b64(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN CERTIFICATE REQUEST-----\n{lines}\n-----END CERTIFICATE REQUEST-----\n")
}

/// One certificate after the other.
pub(crate) struct Sign {
    pub(crate) line: Line,
    pub(crate) bodies: Arc<Bodies>,
}

impl Client for Sign {
    async fn step(&mut self) {
        let place = self.bodies.next.fetch_add(1, Ordering::Relaxed);
        let Some(body) = self.bodies.bodies.get(place) else {
            return;
        };
        let kind = "Content-Type: application/json\r\n";
        let answer = self
            .line
            .ask("POST", "/api/v1/cfssl/sign", kind, body)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    fn has_more(&self) -> bool {
        self.bodies.next.load(Ordering::Relaxed) < self.bodies.bodies.len()
    }
}
