//! The tenant under load: started as it is shipped, on SQLite, with a person who is signed in.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::params;
use serde_json::Value;
use url::Url;

use crate::http::Server;

/// Her session, as a cookie.
pub(crate) const COOKIE: &str =
    "Cookie: __Host-ESTSAUTH=dovetailloaddovetailloaddovetailloaddovetai\r\n";
pub(crate) const WHO: &str = "adele@contoso.com";
pub(crate) const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
/// Of the applications that it registers.
pub(crate) const SECRET: &str = "load-load-load-load-load-load-load-load";
pub(crate) const REDIRECT: &str = "https://app.example/answer";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running tenant in a folder of its own.
pub(crate) struct Tenant {
    child: Child,
    program: PathBuf,
    data: PathBuf,
    ready: Value,
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Tenant {
    /// Starts it in an empty folder.
    pub(crate) async fn start(program: &Path, folder: &Path) -> Self {
        let ready_file = folder.join("ready.json");
        let log = std::fs::File::create(folder.join("tenant.log")).unwrap();
        let child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--ready-file")
            .arg(&ready_file)
            .env("RUST_LOG", "warn")
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let ready = loop {
            if let Ok(text) = std::fs::read_to_string(&ready_file) {
                break serde_json::from_str(&text).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let tenant = Self {
            child,
            program: program.to_owned(),
            data: folder.join("data"),
            ready,
        };
        for args in [
            &[
                "policy",
                "set",
                "--join",
                "all",
                "--device-limit",
                "1000000000",
            ][..],
            &["policy", "set", "--attestation", "off"],
            &["policy", "set", "--require-mfa-to-join", "false"],
        ] {
            tenant.run(args);
        }
        tenant.sign_in();
        tenant
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A command beside the server.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = Command::new(&self.program)
            .args(args)
            .arg("--data")
            .arg(&self.data)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Registers an application whose tokens, and tokens for it, are signed with that algorithm; its id.
    pub(crate) fn app(&self, alg: &str) -> &'static str {
        let id = match alg {
            "ES256" => "7a5c39f2-0000-4000-8000-0000000000e5",
            _ => "7a5c39f2-0000-4000-8000-0000000000a5",
        };
        self.run(&[
            "app",
            "add",
            "--client-id",
            id,
            "--redirect-uri",
            REDIRECT,
            "--secret",
            SECRET,
            "--id-token-signed-response-alg",
            alg,
        ]);
        id
    }

    /// The store, behind its back.
    pub(crate) fn store(&self) -> rusqlite::Connection {
        let store = rusqlite::Connection::open(self.data.join("tenant.db")).unwrap();
        store.busy_timeout(Duration::from_mins(1)).unwrap();
        store
    }

    /// Bytes of the store that are in use.
    pub(crate) fn store_bytes(&self) -> f64 {
        let text = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        let bytes: i64 = self.store().query_row(text, [], |row| row.get(0)).unwrap();
        bytes as f64
    }

    pub(crate) fn devices(&self) -> f64 {
        let text = "SELECT count(*) FROM device";
        let count: i64 = self.store().query_row(text, [], |row| row.get(0)).unwrap();
        count as f64
    }

    fn sign_in(&self) {
        let hash = digest(&SHA256, b"dovetailloaddovetailloaddovetailloaddovetai");
        self.store()
            .execute(
                "INSERT INTO session (id_hash, sid, user_id, amr, created, expires)
                 SELECT ?1, 'load', id, 'pwd mfa', unixepoch(), unixepoch() + 86400 FROM user WHERE upn = ?2",
                params![hash.as_ref(), WHO],
            )
            .unwrap();
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.ready
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("the ready file has no {name}"))
    }

    /// One of its hosts.
    pub(crate) fn host(&self, name: &str) -> Server {
        let url = Url::parse(self.value(name)).unwrap();
        let address = self.value("address").parse().unwrap();
        Server::new(
            address,
            url.host_str().unwrap(),
            Path::new(self.value("ca")),
        )
    }
}
