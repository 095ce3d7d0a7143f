//! A PostgreSQL of the test's own: on a Unix socket in a folder of its own, never a system's cluster.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::wait;

/// What it runs as when the tests run as root, whom it refuses. The Debian package makes this account.
const ACCOUNT: &str = "postgres";

/// A running cluster.
#[derive(Debug)]
pub struct Postgres {
    dir: tempfile::TempDir,
    /// A shell that stops the server when its input ends, however this process ends.
    keeper: Option<Child>,
    databases: AtomicU32,
}

/// The folder of PostgreSQL's programs, if it is installed: the newest one's.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|dir| dir.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn command(dir: &Path, program: &str) -> Command {
    let programs = programs().expect("PostgreSQL is not installed: cargo xtask setup");
    let file = programs.join(program);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .args([
                "--reuid",
                ACCOUNT,
                "--regid",
                ACCOUNT,
                "--clear-groups",
                "--",
            ])
            .arg(file);
        command
    } else {
        Command::new(file)
    };
    command.current_dir(dir);
    command
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        if rustix::process::geteuid().is_root() {
            let given = Command::new("chown").arg(ACCOUNT).arg(dir.path()).status();
            assert!(
                given.unwrap().success(),
                "the folder could not be given away"
            );
        }
        let made = command(dir.path(), "initdb")
            .arg("--pgdata=data")
            .args([
                "--username=dovetail",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {made:?}");
        let mut postgres = Self {
            dir,
            keeper: None,
            databases: AtomicU32::new(0),
        };
        postgres.up();
        postgres
    }

    /// Starts the server, which was stopped.
    pub fn up(&mut self) {
        let dir = self.dir.path();
        let server = command(dir, "postgres");
        let mut keeper = Command::new("sh");
        // A line says that it will start again; without one nobody comes back to this folder.
        let script = r#""$@" & server=$!; read -r again; kill -s QUIT $server; wait $server; [ "$again" ] || rm -rf "$PWD""#;
        keeper
            .args(["-c", script, "sh"])
            .arg(server.get_program())
            .args(server.get_args())
            .args(["-D", "data", "-k"])
            .arg(dir)
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            // Machines do not lose power here; processes are killed, and what they wrote stays.
            .args(["-c", "fsync=off", "-c", "shared_buffers=32MB"])
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(dir.join("log")).unwrap());
        self.keeper = Some(keeper.spawn().unwrap());
        wait::until("PostgreSQL to answer", || {
            let asked = command(dir, "pg_isready")
                .arg("-q")
                .arg("-h")
                .arg(dir)
                .status();
            asked.unwrap().success().then_some(())
        });
    }

    /// Stops it at once, like a crash: what was under way is lost, and clients see their connections cut.
    pub fn down(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            writeln!(keeper.stdin.take().unwrap(), "again").unwrap();
            keeper.wait().unwrap();
        }
    }

    /// A new, empty database: its address.
    pub fn database(&self) -> String {
        let name = format!("tenant{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!(
            "postgres://dovetail@localhost/{name}?host={}",
            self.dir.path().display()
        )
    }

    /// Runs statements in a database, by name, and gives what they print, bare.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let output = command(self.dir.path(), "psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet"])
            .args(["--set=ON_ERROR_STOP=1", "--username=dovetail", "--host"])
            .arg(self.dir.path())
            .args(["--dbname", database, "--command", statement])
            .output()
            .unwrap();
        assert!(output.status.success(), "{statement}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The one that all tests of this process share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.down();
    }
}
