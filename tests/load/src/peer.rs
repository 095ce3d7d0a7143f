//! Another project's identity provider, npm `oidc-provider`, under the same load: it keeps everything in memory, and nothing for good.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::Server;
use crate::token::{Endpoints, Relying};

/// The name in its certificate.
const NAME: &str = "peer.example";
const SESSION: &str = "dovetailloaddovetailloaddovetailload-";
const AT: Endpoints = Endpoints {
    authorize: "/auth",
    token: "/token",
    cookie: "Cookie: _session=dovetailloaddovetailloaddovetailload-#\r\n",
};
const REDIRECT: &str = "https://app.example/answer";
/// Tries of 20 ms to be ready.
const TRIES: u32 = 1500;

/// It, running.
pub(crate) struct Peer {
    child: Child,
    pub(crate) server: Server,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Peer {
    /// Starts it with the packages of `packages`, and a session for each client; its files go into `folder`.
    pub(crate) async fn start(packages: &Path, folder: &Path, clients: usize) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let (ca, ready) = (folder.join("peer.pem"), folder.join("peer-ready.json"));
        let config = json!({
            "certificate": certificate, "key": key.serialize_pem(), "session": SESSION, "sessions": clients, "redirect_uri": REDIRECT, "ready": ready,
        });
        std::fs::write(&ca, &certificate).unwrap();
        let file = folder.join("peer.json");
        std::fs::write(&file, config.to_string()).unwrap();
        let log = std::fs::File::create(folder.join("peer.log")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/server.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(file)
            .current_dir(packages)
            .env("NODE_ENV", "production")
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let mut tries = 0..TRIES;
        let port = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                let ready: Value = serde_json::from_str(&text).unwrap();
                break u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
            }
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "oidc-provider ended: {ended:?}");
            assert!(tries.next().is_some(), "oidc-provider is not ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let server = Server::new(([127, 0, 0, 1], port).into(), NAME, &ca);
        Self { child, server }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// Its application whose tokens are signed with that algorithm.
pub(crate) fn relying(client_id: &str, scope: &str) -> Relying {
    Relying {
        at: AT,
        client_id: client_id.to_owned(),
        secret: Some("load-load-load-load-load-load-load-load"),
        redirect_uri: REDIRECT.to_owned(),
        scope: scope.to_owned(),
    }
}
