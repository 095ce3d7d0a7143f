//! A browser under WebDriver, with the extension and the host's manifest where this browser looks for them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::WebDriver;
use thirtyfour::error::WebDriverResult;

use super::managed::under;
use super::{Managed, chromium, firefox};
use crate::lab::Lab;
use crate::place::{evidence, program, root, tool};
use crate::process::Process;
use crate::wait;

/// A tab that takes longer has stalled.
const STALLED: std::time::Duration = std::time::Duration::from_secs(20);

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Debian's Chromium.
    Chromium,
    /// Firefox ESR.
    Firefox,
}

/// Which cookies a browser sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    /// None to a site within another site's page: what both browsers do by themselves.
    OwnPages,
    /// Those too, as an organisation's policy has it for its sign-in service.
    WithinOthers,
    /// None at all.
    None,
}

/// What becomes of Wasm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wasm {
    /// It runs.
    Runs,
    /// It is not known here, as where an organisation allows no compiler in the browser.
    Unknown,
}

/// How a browser differs from one that has everything.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether the extension is installed.
    pub extension: bool,
    /// Whether the native-messaging manifest is.
    pub host: bool,
    /// Whether it is dark.
    pub dark: bool,
    /// Which cookies it sends.
    pub cookies: Cookies,
    /// Whether it runs Wasm.
    pub wasm: Wasm,
}

/// What becomes of a running extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is loaded anew, as by an update.
    Reload,
    /// It is switched off.
    Disable,
    /// It is switched on again.
    Enable,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            extension: true,
            host: true,
            dark: false,
            cookies: Cookies::OwnPages,
            wasm: Wasm::Runs,
        }
    }
}

/// A running browser. Dropped in this order.
#[derive(Debug)]
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    /// Which.
    pub kind: Kind,
    /// Folder of its extension, profile and home.
    pub home: TempDir,
    process: Process,
}

/// What a browser is started with.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) home: &'a Path,
    /// Folder of the unpacked extension.
    pub(super) extension: PathBuf,
    pub(super) options: Options,
    /// What the organisation fixed.
    pub(super) managed: Option<&'a Managed>,
    /// The lab's CA.
    pub(super) ca: &'a Path,
    /// Port of the WebDriver.
    pub(super) port: u16,
    /// The program that speaks native messaging.
    pub(super) program: &'static str,
}

impl Plan<'_> {
    /// Whether the extension is loaded from its folder.
    pub(super) fn loads(&self) -> bool {
        self.options.extension && !self.managed.is_some_and(|managed| managed.installs)
    }
}

impl Browser {
    /// Starts one for the lab. `None` where the machine has none and nobody insists (`CI`).
    pub async fn start(lab: &Lab, kind: Kind, options: Options) -> Option<Self> {
        let ca = Path::new(lab.tenant.value("ca"));
        Self::launch(Some(lab), ca, kind, options, None).await
    }

    /// The same, managed by an organisation.
    pub async fn managed(
        lab: &Lab,
        kind: Kind,
        options: Options,
        managed: &Managed,
    ) -> Option<Self> {
        let ca = Path::new(lab.tenant.value("ca"));
        Self::launch(Some(lab), ca, kind, options, Some(managed)).await
    }

    /// One that knows of no lab: nothing installed, but `ca` is trusted, and the sign-in service is known within other pages.
    pub async fn bare(ca: &Path, kind: Kind) -> Option<Self> {
        let options = Options {
            extension: false,
            host: false,
            dark: false,
            cookies: Cookies::WithinOthers,
            wasm: Wasm::Runs,
        };
        Self::launch(None, ca, kind, options, None).await
    }

    /// A Chromium that loads an extension which watches requests never finishes its first tab, now and then, and its driver may not
    /// even have a session for it: then another is started.
    async fn launch(
        lab: Option<&Lab>,
        ca: &Path,
        kind: Kind,
        options: Options,
        managed: Option<&Managed>,
    ) -> Option<Self> {
        let mut why = String::new();
        for _ in 0..3 {
            match Self::launch_once(lab, ca, kind, options, managed).await? {
                Ok(browser) => return Some(browser),
                Err(error) => why = error,
            }
            eprintln!("{kind:?} does not start: {why}");
        }
        panic!("{kind:?} does not start, however often: {why}");
    }

    /// A browser with its first tab, or what its driver says; none where the driver is not installed.
    async fn launch_once(
        lab: Option<&Lab>,
        ca: &Path,
        kind: Kind,
        options: Options,
        managed: Option<&Managed>,
    ) -> Option<Result<Self, String>> {
        let name = match kind {
            Kind::Chromium => "chromedriver",
            Kind::Firefox => "geckodriver",
        };
        let Some(program) = tool(name) else {
            assert!(std::env::var_os("CI").is_none(), "{name} is not installed");
            eprintln!("skipped: {name} is not installed");
            return None;
        };
        // The WebDriver client speaks plain HTTP, but its library wants a provider all the same; a second install changes nothing.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
        let home = tempfile::Builder::new()
            .prefix("dovetail-browser-")
            .tempdir()
            .unwrap();
        let extension = lab.map_or_else(PathBuf::new, |lab| extension(home.path(), lab, managed));
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = match managed {
            Some(managed) => {
                let etc = home.path().join("etc");
                managed.write(&etc, kind);
                under(&etc, &program)
            }
            None => Command::new(program),
        };
        command
            .arg(format!("--port={port}"))
            .env("HOME", home.path())
            .env("LANG", "en_US.UTF-8")
            .env("LANGUAGE", "en")
            .env_remove("DISPLAY");
        if let Some(lab) = lab {
            command.env("DOVETAIL_SOCKET", lab.daemon.socket());
            command.env("DOVETAIL_TOLD", lab.dir().join("told"));
        }
        if kind == Kind::Firefox {
            command.args(["--host", "127.0.0.1", "--allow-system-access"]);
        }
        let process = Process::start(&mut command, &home.path().join("driver.log"));
        wait::until("the WebDriver to listen", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let plan = Plan {
            home: home.path(),
            extension,
            options,
            managed,
            ca,
            port,
            program: lab.map_or("dovetail-host", |lab| lab.packing.host),
        };
        let driver = match kind {
            Kind::Chromium => chromium::start(&plan).await,
            Kind::Firefox => firefox::start(&plan).await,
        };
        let driver = match driver {
            Ok(driver) => driver,
            Err(error) => return Some(Err(format!("{error}\n{}", process.output()))),
        };
        let first = tokio::time::timeout(STALLED, driver.goto("about:blank")).await;
        Some(match first {
            Ok(Ok(())) => Ok(Self {
                driver,
                kind,
                home,
                process,
            }),
            Ok(Err(error)) => Err(error.to_string()),
            Err(stalled) => Err(format!("its first tab: {stalled}")),
        })
    }

    /// Opens one of the extension's own pages, in a tab as any other.
    pub async fn opens(&self, page: &str) -> WebDriverResult<()> {
        match self.kind {
            Kind::Chromium => {
                let id = dovetail_client::place::CHROMIUM_ID;
                let address = format!("chrome-extension://{id}/{page}");
                self.driver.goto(address).await
            }
            Kind::Firefox => {
                let address = format!("moz-extension://{}/{page}", firefox::GECKO_UUID);
                firefox::open(&self.driver, &address).await
            }
        }
    }

    /// Does something to the extension, from another tab than the one that is looked at.
    pub async fn extension(&self, change: Change) -> WebDriverResult<()> {
        match self.kind {
            Kind::Chromium => chromium::change(&self.driver, change).await,
            Kind::Firefox => firefox::change(&self.driver, change).await,
        }
    }

    /// A picture of the whole page.
    pub async fn picture(&self, file: &Path) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        match self.kind {
            Kind::Chromium => chromium::picture(&self.driver, file).await,
            Kind::Firefox => self.driver.screenshot(file).await.unwrap(),
        }
    }

    /// Light or dark, whatever the machine prefers. Chromium only; Firefox is told at its start.
    pub async fn theme(&self, dark: bool) {
        if self.kind == Kind::Chromium {
            chromium::theme(&self.driver, dark).await.unwrap();
        }
    }

    /// Keeps what is seen, for a story that failed.
    pub async fn keep_evidence(&self, story: &str) {
        let dir = evidence(story);
        self.driver.screenshot(&dir.join("page.png")).await.ok();
        if let Ok(source) = self.driver.source().await {
            std::fs::write(dir.join("page.html"), source).ok();
        }
        std::fs::write(dir.join("driver.log"), self.process.output()).ok();
        eprintln!("evidence: {}", dir.display());
    }

    /// Ends it.
    pub async fn quit(self) {
        self.driver.quit().await.ok();
    }
}

/// A copy of the extension in `home` that knows this lab's portal.
pub fn unpacked(home: &Path, lab: &Lab) -> PathBuf {
    extension(home, lab, None)
}

/// A copy of the extension that knows this lab's portal and login host, and the hosts that the organisation's own build names.
fn extension(home: &Path, lab: &Lab, managed: Option<&Managed>) -> PathBuf {
    let to = home.join("extension");
    std::fs::create_dir_all(&to).unwrap();
    for part in [
        "manifest.json",
        "managed_schema.json",
        "src",
        "icons",
        "_locales",
    ] {
        copy(&root().join("extension").join(part), &to.join(part));
    }
    std::fs::write(
        to.join("origins.json"),
        serde_json::to_vec(&[lab.tenant.value("portal")]).unwrap(),
    )
    .unwrap();
    let sso =
        serde_json::json!({ "loginHosts": lab.packing.logins, "frameOrigins": lab.packing.frames });
    std::fs::write(to.join("sso.json"), sso.to_string()).unwrap();
    if let Some(managed) = managed.filter(|managed| !managed.hosts.is_empty()) {
        let file = to.join("manifest.json");
        let mut manifest: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let mut hosts = manifest["host_permissions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        hosts.extend(managed.hosts.iter().cloned().map(Value::from));
        manifest["host_permissions"] = Value::Array(hosts);
        std::fs::write(file, serde_json::to_vec(&manifest).unwrap()).unwrap();
    }
    to
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

/// Writes the native-messaging manifest into `dir`: who may start the host is said in this browser's words.
pub(super) fn host_manifest(dir: &Path, name: &str, allowed: (&str, &str)) {
    std::fs::create_dir_all(dir).unwrap();
    let manifest = serde_json::json!({
        "name": "dovetail.host",
        "description": "Dovetail",
        "path": program(name),
        "type": "stdio",
        allowed.0: [allowed.1],
    });
    std::fs::write(
        dir.join("dovetail.host.json"),
        serde_json::to_vec_pretty(&manifest).unwrap(),
    )
    .unwrap();
}
