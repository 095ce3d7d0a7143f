//! A TPM per test: swtpm with an endorsement certificate of its own small CA, stopped when the test ends.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "shared by test binaries, each of which uses a part"
)]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running swtpm.
#[derive(Debug)]
pub struct Swtpm {
    dir: tempfile::TempDir,
    child: Option<Child>,
    port: u16,
}

impl Swtpm {
    /// Provisioned as a maker would, and running. `None`, with a sentence, where swtpm is not installed and nobody insists (`CI`).
    pub fn start() -> Option<Self> {
        if !Path::new("/usr/bin/swtpm_setup").exists() {
            assert!(std::env::var_os("CI").is_none(), "swtpm is not installed");
            eprintln!("skipped: swtpm is not installed");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        provision(dir.path());
        let mut tpm = Self {
            dir,
            child: None,
            port: 0,
        };
        tpm.run();
        Some(tpm)
    }

    /// How the TSS finds it.
    pub fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Port of its commands; the next one is for control.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Certificate of the CA that certified its endorsement key.
    pub fn ca(&self) -> PathBuf {
        self.dir.path().join("ca/issuercert.pem")
    }

    /// Its state, to be copied elsewhere.
    pub fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// Power off: no goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Power on again, at the same place.
    pub fn run(&mut self) {
        if self.port == 0 {
            self.port = free_pair();
        }
        let (state, port) = (self.state(), self.port);
        let child = Command::new("swtpm")
            .args([
                "socket",
                "--tpm2",
                "--tpmstate",
                &format!("dir={}", state.display()),
            ])
            .args([
                "--server",
                &format!("type=tcp,port={port}"),
                "--ctrl",
                &format!("type=tcp,port={}", port + 1),
            ])
            .args(["--flags", "not-need-init,startup-clear"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let child = self.child.insert(child);
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            // Somebody else may have taken a port between the probe and this.
            assert!(
                child.try_wait().unwrap().is_none(),
                "swtpm ended at once: are the ports {port} and {} taken?",
                port + 1
            );
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "swtpm does not answer on port {port}"
            );
            std::thread::yield_now();
        }
    }

    /// A tpm2-tools command on it.
    pub fn tool(&self, name: &str, args: &[&str]) {
        let output = Command::new(name)
            .args(args)
            .env("TPM2TOOLS_TCTI", self.tcti())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Drop for Swtpm {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Two neighbouring free ports: the TSS takes the second for control by itself.
fn free_pair() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

fn provision(dir: &Path) {
    let write = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
    for name in ["ca", "state"] {
        std::fs::create_dir(dir.join(name)).unwrap();
    }
    let d = dir.display();
    write(
        "localca.conf",
        format!(
            "statedir={d}/ca\nsigningkey={d}/ca/signkey.pem\nissuercert={d}/ca/issuercert.pem\ncertserial={d}/ca/certserial\n"
        ),
    );
    write(
        "localca.options",
        "--platform-manufacturer Contoso\n--platform-version 1.0\n--platform-model Lab\n".into(),
    );
    write(
        "setup.conf",
        format!(
            "create_certs_tool=/usr/bin/swtpm_localca\ncreate_certs_tool_config={d}/localca.conf\ncreate_certs_tool_options={d}/localca.options\nactive_pcr_banks=sha256\n"
        ),
    );
    let output = Command::new("swtpm_setup")
        .args(["--tpm2", "--create-ek-cert", "--overwrite", "--tpmstate"])
        .arg(dir.join("state"))
        .arg("--config")
        .arg(dir.join("setup.conf"))
        .arg("--logfile")
        .arg(dir.join("setup.log"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "swtpm_setup: {}",
        std::fs::read_to_string(dir.join("setup.log")).unwrap_or_default()
    );
}
