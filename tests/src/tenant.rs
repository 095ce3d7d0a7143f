//! A tenant of the lab's own, on a free port.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::place::{program, root};
use crate::process::Process;
use crate::wait;

/// A running tenant.
#[derive(Debug)]
pub struct Tenant {
    /// The server.
    pub process: Process,
    data: PathBuf,
    ready: Value,
}

impl Tenant {
    /// Starts it in `dir` and waits until it answers.
    pub fn start(dir: &Path, more: &[&str]) -> Self {
        let (data, ready) = (dir.join("tenant"), dir.join("tenant.json"));
        let listen: &[&str] = if more.contains(&"--listen") {
            &[]
        } else {
            &["--listen", "127.0.0.1:0", "--listen", "[::1]:0"]
        };
        let mut command = Command::new(program("dovetail-tenant"));
        command
            .arg("serve")
            .arg("--data")
            .arg(&data)
            .arg("--ready-file")
            .arg(&ready)
            .arg("--portal-assets")
            .arg(root().join("web/dist"))
            .args(listen)
            .args(more);
        let mut process = Process::start(&mut command, &dir.join("tenant.log"));
        let ready = wait::until("the tenant to answer", || {
            assert!(
                process.ended().is_none(),
                "the tenant ended: {}",
                process.output()
            );
            serde_json::from_str(&std::fs::read_to_string(&ready).ok()?).ok()
        });
        Self {
            process,
            data,
            ready,
        }
    }

    /// A value of its ready file: `login`, `drs`, `portal`, `page`, `ca`, `device_ca`, `tenant_id`, ….
    pub fn value(&self, name: &str) -> &str {
        self.ready[name]
            .as_str()
            .unwrap_or_else(|| panic!("the ready file has no {name}"))
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.value("address")
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// The seeded people, with what is needed to sign in as them; with `immutable_id` those who do so elsewhere.
    pub fn people(&self) -> &[Value] {
        self.ready["people"].as_array().unwrap()
    }

    /// Password and, where there is one, secret of the second factor.
    pub fn person(&self, upn: &str) -> (String, Option<String>) {
        let person = self
            .people()
            .iter()
            .find(|person| person["upn"] == upn)
            .unwrap_or_else(|| panic!("{upn} is not seeded"));
        (
            person["password"].as_str().unwrap().to_owned(),
            person["totp"].as_str().map(str::to_owned),
        )
    }

    /// Who a federated person is at their own sign-in service.
    pub fn immutable_id(&self, upn: &str) -> String {
        let person = self.people().iter().find(|person| person["upn"] == upn);
        person.unwrap()["immutable_id"].as_str().unwrap().to_owned()
    }

    /// Runs a command of the tenant's that must be refused, and gives the complaint.
    pub fn refuses(&self, args: &[&str]) -> String {
        let output = self.command(args);
        assert!(
            !output.status.success(),
            "dovetail-tenant {args:?} was taken"
        );
        String::from_utf8(output.stderr).unwrap()
    }

    fn command(&self, args: &[&str]) -> std::process::Output {
        Command::new(program("dovetail-tenant"))
            .args(args)
            .arg("--data")
            .arg(&self.data)
            .output()
            .unwrap()
    }

    /// Runs a command of the tenant's beside the server.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command(args);
        assert!(
            output.status.success(),
            "dovetail-tenant {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Trusts TPMs certified by this CA.
    pub fn trust_tpms_of(&self, ca: &Path) {
        self.run(&["ek-root-add", &ca.display().to_string()]);
    }

    /// Every device object.
    pub fn devices(&self) -> Vec<Value> {
        serde_json::from_str(&self.run(&["device", "list", "--json"])).unwrap()
    }
}
