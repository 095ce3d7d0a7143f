//! A tenant of the lab's own, on a free port.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::place::{program, root};
use crate::postgres::Postgres;
use crate::process::Process;
use crate::sent::Sent;
use crate::wait;

/// A running tenant.
#[derive(Debug)]
pub struct Tenant {
    /// The server.
    pub process: Process,
    data: PathBuf,
    database: Option<String>,
    ready: Value,
    /// What its visitors sent.
    pub(crate) sent: Sent,
}

/// Whether tenants keep what they know in PostgreSQL instead of a file.
pub fn on_postgres() -> bool {
    std::env::var("DOVETAIL_TESTS_DATABASE").is_ok_and(|name| name == "postgres")
}

/// The database of the tenant in `dir`: the same one when it starts again.
pub fn database(dir: &Path) -> Option<String> {
    if !on_postgres() {
        return None;
    }
    let file = dir.join("database");
    let address = std::fs::read_to_string(&file).unwrap_or_else(|_| {
        let address = Postgres::shared().database();
        std::fs::write(&file, &address).unwrap();
        address
    });
    Some(address)
}

impl Tenant {
    /// Starts it in `dir` and waits until it answers.
    pub fn start(dir: &Path, more: &[&str]) -> Self {
        Self::start_on(dir, database(dir), more)
    }

    /// The same with a database of one's own: an address, or a file in `dir`.
    pub fn start_on(dir: &Path, database: Option<String>, more: &[&str]) -> Self {
        Self::serve(dir, dir.join("tenant"), database, more)
    }

    /// The same where data and log lie apart.
    pub fn start_in(dir: &Path, data: &Path, database: Option<String>) -> Self {
        Self::serve(dir, data.to_owned(), database, &[])
    }

    /// A server of that data directory and database at a certain address.
    pub fn start_at(dir: &Path, data: &Path, database: Option<String>, listen: &str) -> Self {
        Self::serve(dir, data.to_owned(), database, &["--listen", listen])
    }

    /// Another server of the same tenant: the same keys and database, other ports; `dir` is for its log.
    #[must_use]
    pub fn beside(&self, dir: &Path) -> Self {
        Self::serve(dir, self.data.clone(), self.database.clone(), &[])
    }

    fn serve(dir: &Path, data: PathBuf, database: Option<String>, more: &[&str]) -> Self {
        Self::serve_by(
            Command::new(program("dovetail-tenant")),
            dir,
            data,
            database,
            more,
        )
    }

    /// The same, started through another program: one that ends in running the tenant with the arguments behind its own.
    pub fn start_through(command: Command, dir: &Path, data: &Path) -> Self {
        Self::serve_by(command, dir, data.to_owned(), None, &[])
    }

    fn serve_by(
        mut command: Command,
        dir: &Path,
        data: PathBuf,
        database: Option<String>,
        more: &[&str],
    ) -> Self {
        let ready = dir.join("tenant.json");
        // Of an earlier start: it says where that one answered.
        std::fs::remove_file(&ready).ok();
        let listen: &[&str] = if more.contains(&"--listen") {
            &[]
        } else {
            &["--listen", "127.0.0.1:0", "--listen", "[::1]:0"]
        };
        command
            .arg("serve")
            .arg("--data")
            .arg(&data)
            .arg("--ready-file")
            .arg(&ready)
            .args(listen)
            .args(more)
            .envs(environment(database.as_deref()));
        if !more.contains(&"--portal-assets") {
            command.arg("--portal-assets").arg(root().join("web/dist"));
        }
        // What an earlier start left there says nothing of this one.
        std::fs::remove_file(&ready).ok();
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
            database,
            ready,
            sent: Sent::default(),
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

    /// What its visitors sent and were refused.
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its database, behind the server's back.
    pub async fn pool(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        let file = format!("sqlite://{}", self.data.join("tenant.db").display());
        let address = self.database.as_deref().unwrap_or(&file);
        sqlx::AnyPool::connect(address).await.unwrap()
    }

    /// As if everybody had signed in an hour earlier.
    pub async fn an_hour_later(&self) {
        let pool = self.pool().await;
        for statement in [
            "UPDATE prt SET auth_time = auth_time - 3600",
            "UPDATE lineage SET auth_time = auth_time - 3600",
            "UPDATE session SET created = created - 3600",
            // An authenticator shows another code by then.
            "UPDATE \"user\" SET totp_last_step = 0",
        ] {
            sqlx::query(statement).execute(&pool).await.unwrap();
        }
        pool.close().await;
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
            .envs(environment(self.database.as_deref()))
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

fn environment(database: Option<&str>) -> Option<(&'static str, &str)> {
    database.map(|address| ("DOVETAIL_TENANT_DATABASE", address))
}
