//! Another organisation's sign-in service: npm `wsfed`, unchanged (`tests/sts`), with a key of its own, federated with the tenant.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::assertion::Key;
use crate::lab::Lab;
use crate::place::{root, tool};
use crate::process::Process;
use crate::tenant::Tenant;
use crate::wait;

/// The federated domain that is seeded.
pub const DOMAIN: &str = "fabrikam.com";
/// Who issues its assertions.
pub const ISSUER: &str = "http://fabrikam.com/adfs/services/trust/";
/// Its host: browsers find it on this machine by themselves.
pub const HOST: &str = "sts.fabrikam.localhost";

/// When the service claims a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mfa {
    /// Never.
    Never,
    /// When it is asked for (`wauth`).
    Asked,
    /// Always.
    Always,
}

/// A running sign-in service. Ends with its handle.
#[derive(Debug)]
pub struct Sts {
    /// The server.
    pub process: Process,
    /// What it signs with.
    pub key: Key,
    /// Its passive address.
    pub passive_url: String,
    certificate: PathBuf,
    /// Where it describes itself.
    pub metadata_url: String,
}

impl Sts {
    /// Starts it in a lab, for the seeded people of the federated domain, and points the domain to it. `None`, with a sentence,
    /// where its packages are not installed and nobody insists (`CI`).
    pub fn start(lab: &Lab) -> Option<Self> {
        Self::beside(&lab.tenant, lab.dir(), Mfa::Never)
    }

    /// The same beside a tenant, its files in `dir`.
    pub fn beside(tenant: &Tenant, dir: &Path, mfa: Mfa) -> Option<Self> {
        let modules = root().join("target/tools/node/sts/node_modules");
        let node = tool("node").filter(|_| modules.join(".package-lock.json").exists());
        let Some(node) = node else {
            assert!(
                std::env::var_os("CI").is_none(),
                "the sign-in service is not installed"
            );
            eprintln!("skipped: the sign-in service is not installed (cargo xtask setup)");
            return None;
        };
        let key = Key::new("Fabrikam signing");
        let (config, ready) = (dir.join("sts-config.json"), dir.join("sts.json"));
        let certificate = dir.join("sts.pem");
        std::fs::write(&certificate, &key.certificate_pem).unwrap();
        keep_private(&config, &configuration(tenant, &key, mfa, &ready));
        let mut command = Command::new(node);
        command
            .arg(root().join("tests/sts/server.js"))
            .arg(&config)
            .env("NODE_PATH", &modules);
        let mut process = Process::start(&mut command, &dir.join("sts.log"));
        let ready: Value = wait::until("the sign-in service to listen", || {
            assert!(
                process.ended().is_none(),
                "the sign-in service ended: {}",
                process.output()
            );
            serde_json::from_str(&std::fs::read_to_string(&ready).ok()?).ok()
        });
        let base = format!("http://{HOST}:{}", ready["port"]);
        let sts = Self {
            process,
            key,
            passive_url: format!("{base}/adfs/ls/"),
            certificate,
            metadata_url: format!("{base}/FederationMetadata/2007-06/FederationMetadata.xml"),
        };
        sts.federate(tenant, &[]);
        Some(sts)
    }

    /// Points the domain to it, with more settings of `domain add`.
    pub fn federate(&self, tenant: &Tenant, more: &[&str]) {
        let certificate = self.certificate.display().to_string();
        let mut args = vec![
            "domain",
            "add",
            DOMAIN,
            "--brand",
            "Fabrikam",
            "--federated",
            "--passive-url",
            &self.passive_url,
            "--issuer",
            ISSUER,
            "--certificate",
            &certificate,
        ];
        args.extend_from_slice(more);
        tenant.run(&args);
    }
}

fn configuration(tenant: &Tenant, key: &Key, mfa: Mfa, ready: &Path) -> Value {
    let mfa = match mfa {
        Mfa::Never => "never",
        Mfa::Asked => "asked",
        Mfa::Always => "always",
    };
    let people: Vec<Value> = tenant
        .people()
        .iter()
        .filter(|person| person["immutable_id"].is_string())
        .map(|person| {
            json!({ "upn": person["upn"], "password": person["password"], "immutable_id": person["immutable_id"], "mfa": mfa })
        })
        .collect();
    json!({
        "issuer": ISSUER,
        "certificate": key.certificate_pem,
        "key": key.private_pem,
        "reply": format!("{}/login.srf", tenant.value("login")),
        "ready": ready,
        "people": people,
    })
}

/// It holds passwords and a key.
fn keep_private(file: &Path, value: &Value) {
    use std::io::Write as _;
    let mut open = std::fs::OpenOptions::new();
    let mut file = open
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .unwrap();
    file.write_all(value.to_string().as_bytes()).unwrap();
}
