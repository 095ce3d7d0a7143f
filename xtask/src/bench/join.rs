//! The join from "ID token handed over" to "joined", beside its floor and beside the same with keys made on demand.
//!
//! The lab's own program measures, because it has tenant, TPM and daemon; this reads its JSON.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::demo::prepare;
use crate::run::{program, target};
use crate::setup::Scope;

const FLOOR_RATIO: f64 = 1.5;
const ON_DEMAND_RATIO: f64 = 8.0;
const ROUND_TRIPS: f64 = 25.0;
const OWN_MS: f64 = 1500.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    prepare(Scope::Demo)?;
    let bins = target().join("debug");
    let mut command = program(bins.join("dovetail-bench"));
    command.env("DOVETAIL_BIN_DIR", &bins);
    let measured = Measured::by(&mut command)?;
    let ms = |name: &str| measured.number(name);
    let (join, floor, on_demand) = (ms("join_ms")?, ms("floor_ms")?, ms("on_demand_ms")?);
    Ok(vec![
        Figure::shown("join: token handed over to joined", join, "ms"),
        Figure::shown(
            "join: floor (TPM operations, round trips, handshakes, signatures)",
            floor,
            "ms",
        ),
        Figure::at_most("join: times the floor", join / floor, FLOOR_RATIO, "×"),
        Figure::at_least(
            "join: keys on demand, times keys made ahead",
            on_demand / join,
            ON_DEMAND_RATIO,
            "×",
        ),
        Figure::shown(
            "management: nodes asked and set in the first session",
            ms("manage_nodes")?,
            "",
        ),
        Figure::at_most(
            "management: round trips, enrollment and first session",
            ms("manage_round_trips")?,
            ROUND_TRIPS,
            "",
        ),
        Figure::shown(
            "management: code handed over to policies in force",
            ms("manage_ms")?,
            "ms",
        ),
        Figure::at_most(
            "management: of that, the daemon's own time",
            ms("manage_own_ms")?,
            OWN_MS,
            "ms",
        ),
    ])
}
