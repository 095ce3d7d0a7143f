//! The tenant under Microsoft's names, one for all clients, and what a client must be told to trust it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dovetail_tests::place::{evidence, root};
use dovetail_tests::tenant::Tenant;
use tempfile::TempDir;

/// An application that the tests register: public, a program on somebody's machine.
pub(crate) const RELYING_PARTY: &str = "5d0f3c1e-3d0c-4b0b-9c55-0a2f6f6f1c01";
/// Another, a page in a browser.
pub(crate) const SPA: &str = "5d0f3c1e-3d0c-4b0b-9c55-0a2f6f6f1c02";
/// A third, a server with a secret.
pub(crate) const WEB: &str = "5d0f3c1e-3d0c-4b0b-9c55-0a2f6f6f1c03";
/// Its secret.
pub(crate) const SECRET: &str = "the secret of a server in a lab";
/// Where answers for the first and the third go. Nobody is there: drivers are handed the answer.
pub(crate) const CALLBACK: &str = "https://rp.contoso.example/callback";

/// Where answers for programs on somebody's machine go.
pub(crate) const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";

/// Started by the first test that needs it.
#[derive(Default)]
pub(crate) struct Lazy(Mutex<Option<Arc<Stage>>>);

impl Lazy {
    pub(crate) fn get(&self) -> Arc<Stage> {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stage.get_or_insert_with(|| Arc::new(Stage::new())).clone()
    }

    /// Ends it, and keeps what it said when a test failed.
    pub(crate) fn end(&self, failed: bool) {
        let stage = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stage) = stage.filter(|_| failed) {
            let kept = evidence("clients");
            std::fs::copy(stage.dir.path().join("tenant.log"), kept.join("tenant.log")).ok();
            eprintln!("evidence: {}", kept.display());
        }
    }
}

/// A running tenant.
pub(crate) struct Stage {
    pub(crate) tenant: Tenant,
    /// Held for writing by a test that makes the tenant misbehave, for reading by all others.
    pub(crate) alone: RwLock<()>,
    dir: TempDir,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tenant = Tenant::start(
            dir.path(),
            &["--impersonate-microsoft", "--listen", "127.0.0.1:443"],
        );
        tenant.run(&["policy", "set", "--password-grant", "true"]);
        let (callback, native, web) = (CALLBACK, RELYING_PARTY, WEB);
        for (id, name, more) in [
            (native, "A program", &["--native"][..]),
            (
                web,
                "A server",
                &["--web", "--secret", SECRET, "--role", "Device.Read.All"],
            ),
        ] {
            let add = ["app", "add", "--client-id", id, "--name", name];
            tenant.run(&[&add, more, &["--redirect-uri", callback]].concat());
        }
        // Where drivers stand, Node looks for packages; so they stand beside them.
        let drivers = dir.path().join("drivers");
        copy(&root().join("tests/clients/drivers"), &drivers);
        std::os::unix::fs::symlink(
            root().join("target/tools/node/clients/node_modules"),
            dir.path().join("node_modules"),
        )
        .unwrap();
        Self {
            tenant,
            alone: RwLock::default(),
            dir,
        }
    }

    /// A driver's file.
    pub(crate) fn driver(&self, name: &str) -> PathBuf {
        self.dir.path().join("drivers").join(name)
    }

    /// The tenant's id.
    pub(crate) fn id(&self) -> &str {
        self.tenant.value("tenant_id")
    }

    /// Registers one more address of the single-page application.
    pub(crate) fn register_spa(&self, redirect_uri: &str) {
        self.tenant.run(&[
            "app",
            "add",
            "--client-id",
            SPA,
            "--name",
            "A single-page application",
            "--spa",
            "--redirect-uri",
            redirect_uri,
        ]);
    }

    /// A program that trusts the lab's CA, and goes through no proxy.
    pub(crate) fn client(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        for name in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
            command.env(name, self.tenant.value("ca"));
        }
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command
                .env_remove(name)
                .env_remove(name.to_ascii_uppercase());
        }
        command
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}
