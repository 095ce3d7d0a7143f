//! What a machine needs beyond Rust: said first, then installed.

use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::run::{cargo, find, program, root, run, target};

/// For what it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The demonstration: one browser.
    Demo,
    /// The same with another organisation's sign-in service, which runs on Node.
    FederatedDemo,
    /// All tests: both browsers and Node.
    Everything,
}

/// Debian package, and the file whose presence tells that it is there.
const DEMO_PACKAGES: &[(&str, &str)] = &[
    ("pkg-config", "/usr/bin/pkg-config"),
    ("libtss2-dev", "/usr/include/tss2/tss2_esys.h"),
    (
        "libtss2-tcti-swtpm0",
        "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0",
    ),
    (
        "libtss2-tcti-device0",
        "/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0",
    ),
    ("swtpm", "/usr/bin/swtpm"),
    ("swtpm-tools", "/usr/bin/swtpm_setup"),
    ("tpm2-tools", "/usr/bin/tpm2"),
    ("libnss3-tools", "/usr/bin/certutil"),
    ("openssl", "/usr/bin/openssl"),
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
];

const TEST_PACKAGES: &[(&str, &str)] = &[
    ("firefox-esr", "/usr/bin/firefox-esr"),
    ("dconf-cli", "/usr/bin/dconf"),
    ("dbus-daemon", "/usr/bin/dbus-daemon"),
    ("libglib2.0-bin", "/usr/bin/gdbus"),
    ("postgresql", "/usr/lib/postgresql/15/bin/initdb"),
    // What the tenant's certificates are measured against.
    ("golang-cfssl", "/usr/bin/cfssl"),
    // Namespaces of the tests' own, for clients that know Microsoft's names by heart.
    ("iproute2", "/usr/sbin/ip"),
    ("util-linux", "/usr/bin/unshare"),
];

/// Folders below `tests/` whose npm packages the tests need.
const NODE_FOLDERS: &[&str] = &["axe", "clients", "sts", "webext"];

/// The WebDriver of Firefox; Debian has none.
const GECKODRIVER: &str = "0.37.1";

/// Installs what is missing for `scope`. Quick when nothing is.
pub(crate) fn install(scope: Scope) -> Result {
    debian(scope)?;
    wasm_target()?;
    if scope == Scope::Everything {
        geckodriver()?;
    }
    let folders = match scope {
        Scope::Demo => &[][..],
        Scope::FederatedDemo => &["sts"],
        Scope::Everything => NODE_FOLDERS,
    };
    for folder in folders {
        node_packages(folder)?;
    }
    if scope == Scope::Everything {
        python_packages("clients")?;
    }
    Ok(())
}

/// Installs what `tests/<name>/package-lock.json` pins, into `target/tools/node/<name>`, and says where. Quick when it is there.
pub(crate) fn node_packages(name: &str) -> Result<PathBuf> {
    let (from, to) = (
        root().join("tests").join(name),
        target().join("tools/node").join(name),
    );
    let wanted = std::fs::read(from.join("package-lock.json"))?;
    // Written by npm itself when it is through.
    let there = to.join("node_modules/.package-lock.json").exists();
    if there && std::fs::read(to.join("package-lock.json")).is_ok_and(|have| have == wanted) {
        return Ok(to);
    }
    println!("The npm packages of tests/{name} are missing and will be installed");
    std::fs::create_dir_all(&to)?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(from.join(file), to.join(file))?;
    }
    run(program("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(&to))?;
    Ok(to)
}

/// Installs what `tests/<name>/requirements.txt` pins, each file checked against its hash, into `target/tools/python/<name>`.
/// Quick when it is there.
fn python_packages(name: &str) -> Result {
    let wanted = root().join("tests").join(name).join("requirements.txt");
    let to = target().join("tools/python").join(name);
    // Copied when pip is through.
    let have = to.join("requirements.txt");
    if std::fs::read(&have).is_ok_and(|have| std::fs::read(&wanted).is_ok_and(|want| want == have))
    {
        return Ok(());
    }
    println!("The Python packages of tests/{name} are missing and will be installed");
    run(program("python3").args(["-m", "venv", "--clear"]).arg(&to))?;
    run(program(to.join("bin/pip"))
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--only-binary=:all:",
            "--requirement",
        ])
        .arg(&wanted))?;
    std::fs::copy(&wanted, &have)?;
    Ok(())
}

/// Whether there is a Python that can make virtual environments: Debian packs that part on its own.
fn python_is_whole() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn debian(scope: Scope) -> Result {
    let extra = if scope == Scope::Everything {
        TEST_PACKAGES
    } else {
        &[]
    };
    let mut missing: Vec<&str> = DEMO_PACKAGES
        .iter()
        .chain(extra)
        .filter(|(package, file)| !std::path::Path::new(file).exists() && !installed(package))
        .map(|(package, _)| *package)
        .collect();
    if scope != Scope::Demo && find("npm").is_none() {
        missing.extend(["nodejs", "npm"]);
    }
    if scope == Scope::Everything && !python_is_whole() {
        missing.extend(["python3", "python3-venv"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "These Debian packages are missing and will be installed: {}",
        missing.join(" ")
    );
    if find("apt-get").is_none() {
        return Err("this is no Debian or Ubuntu: install the like of them by hand".into());
    }
    run(as_root("apt-get").args(["update", "-qq"]))?;
    run(as_root("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether dpkg says so: on other architectures the libraries lie elsewhere.
fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", package])
        .output()
        .is_ok_and(|output| output.stdout.ends_with(b"install ok installed"))
}

fn as_root(name: &str) -> Command {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if root {
        program(name)
    } else {
        let mut command = program("sudo");
        command.arg(name);
        command
    }
}

fn wasm_target() -> Result {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(root())
        .output()?;
    let sysroot = String::from_utf8(sysroot.stdout)?;
    let library = std::path::Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown");
    if library.exists() {
        return Ok(());
    }
    println!("Rust's wasm32-unknown-unknown target is missing and will be installed");
    run(program("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
}

fn geckodriver() -> Result {
    if find("geckodriver").is_some() {
        return Ok(());
    }
    println!("geckodriver {GECKODRIVER} is missing and will be built into target/tools");
    run(cargo()
        .args([
            "install",
            "geckodriver",
            "--locked",
            "--version",
            GECKODRIVER,
            "--root",
        ])
        .arg(target().join("tools"))
        // It is driven, not benchmarked: half the build time.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_TARGET_DIR", target().join("tools/build")))
}
