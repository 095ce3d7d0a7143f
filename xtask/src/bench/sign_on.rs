//! A user's sign-on with the programs as they are shipped, beside what it cannot be faster than.
//!
//! *Cookie*: through host and daemon, beside the TPM's one command for it, asked of the same TPM with the same key without any
//! library. *Primary refresh token*: beside its TPM operations, which are measured alone through the daemon's own TPM code, and the waits
//! for the tenant, handshake included, which a relay adds up. Not in the floor, and so within the margin: TLS on our side, JSON,
//! signatures and seals outside the TPM, four writes that reach the disk.

use std::path::{Path, PathBuf};

use super::figure::Figure;
use super::host::overridable;
use super::measured::Measured;
use crate::Result;
use crate::demo::prepare;
use crate::run::{cargo, program, run, target};
use crate::setup::Scope;

/// Milliseconds that a cookie may take beyond the TPM's command.
const COOKIE_MS: f64 = 0.5;
/// Times the floor.
const PRT_RATIO: f64 = 1.2;
/// The last session key unloaded; load, sign, unload; a session, load, decrypt, unload, two keys made, end of the session, load.
const PRT_COMMANDS: f64 = 12.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    prepare(Scope::Demo)?;
    run(cargo().args(["build", "--quiet", "--release", "-p", "dovetail-tenant"]))?;
    let bins = shipped(&overridable()?)?;
    let mut command = program(target().join("debug/dovetail-sign-on-bench"));
    command.env("DOVETAIL_BIN_DIR", &bins);
    let lab = Measured::by(&mut command)?;
    let mut command = cargo();
    command
        .args(["bench", "--quiet", "--profile", "dist"])
        .args(["-p", "dovetaild", "--bench", "tpm"]);
    let tpm = Measured::by(&mut command)?;
    let (whole, hmac) = (lab.number("cookie_ms")?, lab.number("hmac_ms")?);
    let operations = tpm.number("sign_ms")? + tpm.number("adopt_ms")?;
    let waits = lab.number("prt_tenant_ms")?;
    let prt = lab.number("prt_ms")?;
    Ok(vec![
        Figure::shown("cookie: through host and daemon, warm", whole, "ms"),
        Figure::shown("cookie: the TPM's command alone", hmac, "ms"),
        Figure::at_most(
            "cookie: beyond the TPM's command",
            whole - hmac,
            COOKIE_MS,
            "ms",
        ),
        Figure::shown("prt: code handed over to token on disk", prt, "ms"),
        Figure::shown("prt: floor, TPM operations", operations, "ms"),
        Figure::shown(
            "prt: of these, the chip's own",
            lab.number("prt_chip_ms")?,
            "ms",
        ),
        Figure::shown("prt: floor, waits for the tenant", waits, "ms"),
        Figure::shown(
            "prt: answers of the tenant, handshake included",
            lab.number("prt_answers")?,
            "",
        ),
        Figure::at_most(
            "prt: commands to the TPM",
            lab.number("prt_commands")?,
            PRT_COMMANDS,
            "",
        ),
        Figure::at_most(
            "prt: times the floor",
            prt / (operations + waits),
            PRT_RATIO,
            "×",
        ),
    ])
}

/// A folder with the programs that are shipped.
fn shipped(host: &Path) -> Result<PathBuf> {
    let dir = target().join("bench/shipped");
    std::fs::create_dir_all(&dir)?;
    for (name, program) in [
        ("dovetaild", &target().join("dist/dovetaild")),
        ("dovetail-tenant", &target().join("release/dovetail-tenant")),
        ("dovetail-host", &host.to_owned()),
    ] {
        let link = dir.join(name);
        // One of an earlier run may lead elsewhere.
        if link.is_symlink() {
            std::fs::remove_file(&link)?;
        }
        std::os::unix::fs::symlink(program, link)?;
    }
    Ok(dir)
}
