//! What a request costs the tenant, beside the signatures it must make: ratios within one run.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::run::{cargo, program, run, target};

/// Shares of what the processor could sign in the same time.
const REFRESH: f64 = 0.80;
const SIGN_IN: f64 = 0.75;
const REGISTER: f64 = 0.60;
/// Certificates of Debian's cfssl, which stores nothing, for the same processor time.
const CFSSL: f64 = 1.9;
const MEMORY_MIB: f64 = 28.0;
const JOINS_PER_SECOND: f64 = 900.0;
const BYTES: f64 = 1024.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    run(cargo().args(["build", "--quiet", "--release"]).args([
        "-p",
        "dovetail-tenant",
        "-p",
        "dovetail-load",
    ]))?;
    let release = target().join("release");
    let mut command = program(release.join("dovetail-load"));
    command
        .arg("--tenant")
        .arg(release.join("dovetail-tenant"))
        .arg("--pool")
        .arg(target().join("load"));
    let measured = Measured::by(&mut command)?;
    let number = |name: &str| measured.number(name);
    let share = |name: &str| -> Result<f64> {
        let signed = number(&format!("{name}_per_cpu"))? * number(&format!("{name}_signatures"))?;
        Ok(signed / number(&format!("{name}_floor"))?)
    };
    let per_cpu = |name: &str| number(&format!("{name}_per_cpu"));
    let mut figures = vec![
        Figure::shown(
            "tenant: floor, RSA-2048 signatures per processor second",
            number("sign_in_floor")?,
            "/s",
        ),
        Figure::shown(
            "tenant: refreshes per processor second",
            per_cpu("refresh")?,
            "/s",
        ),
        Figure::at_least(
            "tenant: refresh, share of the floor",
            share("refresh")?,
            REFRESH,
            "",
        ),
        Figure::shown(
            "tenant: silent sign-ins per processor second",
            per_cpu("sign_in")?,
            "/s",
        ),
        Figure::at_least(
            "tenant: silent sign-in, share of the floor",
            share("sign_in")?,
            SIGN_IN,
            "",
        ),
        Figure::at_most(
            "tenant: resident memory under that load, at most",
            number("resident_mib")?,
            MEMORY_MIB,
            "MiB",
        ),
    ];
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
            per_cpu / number("register_floor")?,
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
