//! Everything together.

use std::path::Path;

use tempfile::TempDir;

use crate::daemon::Daemon;
use crate::place::evidence;
use crate::swtpm::Swtpm;
use crate::tenant::Tenant;

/// The machine that policies look at and change.
pub(crate) const MACHINE: &str = "machine";

/// How a lab differs from the ordinary one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup<'a> {
    /// Without a TPM, keys in files allowed.
    pub soft_keys: bool,
    /// Who approves: `waived` where empty.
    pub approval: &'a str,
    /// More arguments of the tenant's.
    pub tenant: &'a [&'a str],
    /// How much the daemon logs: `info` where empty.
    pub log: &'a str,
    /// More of the daemon's configuration, in its `[daemon]` section.
    pub daemon: &'a str,
}

/// How the extension is packed, and which program it talks to.
#[derive(Debug)]
pub struct Packing {
    /// Login hosts, as origins.
    pub logins: Vec<String>,
    /// Origins of pages whose frames may sign in.
    pub frames: Vec<String>,
    /// The program that speaks native messaging.
    pub host: &'static str,
}

/// A running lab. Fields are dropped in this order: who uses something ends before it.
#[derive(Debug)]
pub struct Lab {
    /// The daemon.
    pub daemon: Daemon,
    /// The tenant.
    pub tenant: Tenant,
    /// The TPM, unless keys are in files.
    pub swtpm: Option<Swtpm>,
    /// What this story is called.
    pub story: String,
    /// How the extension is packed for its browsers.
    pub packing: Packing,
    dir: TempDir,
}

impl Lab {
    /// The ordinary lab. `None` where the machine lacks a TPM in software and nobody insists (`CI`).
    pub fn start(story: &str) -> Option<Self> {
        Self::with(story, Setup::default())
    }

    /// Another one.
    pub fn with(story: &str, setup: Setup<'_>) -> Option<Self> {
        let swtpm = if setup.soft_keys {
            None
        } else {
            Some(Swtpm::start()?)
        };
        let dir = tempfile::Builder::new()
            .prefix("dovetail-lab-")
            .tempdir()
            .unwrap();
        let tenant = Tenant::start(dir.path(), setup.tenant);
        if let Some(swtpm) = &swtpm {
            tenant.trust_tpms_of(&swtpm.ca());
        }
        let tcti = swtpm
            .as_ref()
            .map_or_else(|| "swtpm:host=127.0.0.1,port=1".to_owned(), Swtpm::tcti);
        // A bare machine of the lab's own: whatever an organisation's policies write stays in there.
        let etc = dir.path().join(MACHINE).join("etc");
        std::fs::create_dir_all(&etc).unwrap();
        std::fs::write(etc.join("os-release"), "ID=lab\nVERSION_ID=1\n").unwrap();
        let configuration = configuration(dir.path(), &tenant, &tcti, setup);
        let daemon = Daemon::start(
            dir.path(),
            &configuration,
            if setup.log.is_empty() {
                "info"
            } else {
                setup.log
            },
        );
        let packing = Packing {
            logins: vec![tenant.value("login").to_owned()],
            frames: Vec::new(),
            host: "dovetail-host",
        };
        Some(Self {
            daemon,
            tenant,
            swtpm,
            story: story.to_owned(),
            packing,
            dir,
        })
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

fn configuration(dir: &Path, tenant: &Tenant, tcti: &str, setup: Setup<'_>) -> String {
    let approval = if setup.approval.is_empty() {
        "waived"
    } else {
        setup.approval
    };
    format!(
        "[tenant]\nauthority = \"{}/common\"\ndrs = \"{}\"\nca_file = \"{}\"\nonly_ca_file = true\n\
         [portal]\norigins = [\"{}\"]\nurl = \"{}\"\n\
         [management]\nroot = \"{}\"\napply = \"direct\"\n\
         [daemon]\nsocket = \"{}\"\nstate_dir = \"{}\"\ntcti = \"{tcti}\"\nexclusive_tpm = true\nallow_soft_keys = {}\napproval = \"{approval}\"\n{}\n",
        tenant.value("login"),
        tenant.value("drs"),
        tenant.value("ca"),
        tenant.value("portal"),
        tenant.value("page"),
        dir.join(MACHINE).display(),
        dir.join("run/dovetail.sock").display(),
        dir.join("state").display(),
        setup.soft_keys,
        setup.daemon,
    )
}

impl Drop for Lab {
    /// Keeps what is known when the story failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let kept = evidence(&self.story);
            for name in [
                "tenant.log",
                "daemon.log",
                "dovetail.toml",
                "state/record.json",
                "state/audit.log",
            ] {
                let to = kept.join(name.replace('/', "-"));
                std::fs::copy(self.dir().join(name), to).ok();
            }
            eprintln!("evidence: {}", kept.display());
        }
    }
}
