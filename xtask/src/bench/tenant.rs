//! What a request costs the tenant, beside the signatures it must make: ratios within one run.

use super::figure::Figure;
use super::measured::Measured;
use super::token;
use crate::Result;
use crate::run::{cargo, program, run, target};

/// Share of what the processor could sign in the same time.
const REGISTER: f64 = 0.60;
/// Certificates of Debian's cfssl, which stores nothing, for the same processor time.
const CFSSL: f64 = 1.9;
const JOINS_PER_SECOND: f64 = 900.0;
const BYTES: f64 = 1024.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    run(cargo().args(["build", "--quiet", "--release"]).args([
        "-p",
        "dovetail-tenant",
        "-p",
        "dovetail-load",
    ]))?;
    let peer = crate::setup::node_packages("load/peer")?;
    let release = target().join("release");
    // Clients of another machine do not take the processor from the server in the middle of a request: these wait for their turn. What
    // they start runs as usual.
    let mut command = program("chrt");
    command
        .args(["--reset-on-fork", "--batch", "0"])
        .arg(release.join("dovetail-load"))
        .arg("--tenant")
        .arg(release.join("dovetail-tenant"))
        .arg("--pool")
        .arg(target().join("load"))
        .arg("--peer")
        .arg(peer);
    let measured = Measured::by(&mut command)?;
    let mut figures = token::figures(&measured)?;
    figures.extend(registration(&measured)?);
    Ok(figures)
}

fn registration(measured: &Measured) -> Result<Vec<Figure>> {
    let number = |name: &str| measured.number(name);
    let per_cpu = number("register_per_cpu")?;
    let cfssl = number("cfssl_per_cpu")?;
    Ok(vec![
        Figure::shown("tenant: registrations per processor second", per_cpu, "/s"),
        Figure::at_least(
            "tenant: registration, share of the floor",
            measured.share("register")?,
            REGISTER,
            "",
        ),
        Figure::shown(
            "tenant: certificates of cfssl per processor second",
            cfssl,
            "/s",
        ),
        Figure::at_least(
            "tenant: registrations to certificates of cfssl",
            per_cpu / cfssl,
            CFSSL,
            "",
        ),
        Figure::at_least(
            "tenant: registrations per second, load beside it",
            number("register_per_second")?,
            JOINS_PER_SECOND,
            "/s",
        ),
        Figure::at_most(
            "tenant: store per device",
            number("device_bytes")?,
            BYTES,
            "B",
        ),
    ])
}
