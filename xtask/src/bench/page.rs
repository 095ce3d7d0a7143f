//! What the page weighs on the wire, and what Lighthouse makes of it.

use super::figure::Figure;
use super::measured::Measured;
use crate::Result;
use crate::run::{program, root, target};

/// A React and MSAL starter page, brotli, in kB (performance reference).
const STARTER_KB: f64 = 128.0;
/// Where we want to go.
const GOAL_KB: f64 = 76.0;
const PERFORMANCE: f64 = 95.0;
const ACCESSIBILITY: f64 = 100.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    crate::web::build_for_use()?;
    let (mut bytes, mut texts, mut codes) = (0, 0, 0);
    for entry in std::fs::read_dir(root().join("web/dist"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "br") {
            continue;
        }
        let size = std::fs::metadata(&path)?.len();
        let name = path.file_stem().map(std::path::Path::new);
        let is_text = name.is_some_and(|name| name.extension().is_some_and(|end| end == "txt"));
        let is_codes = name.is_some_and(|name| name.to_string_lossy().contains("-codes-"));
        match (is_text, is_codes) {
            // A visit fetches the texts of one language: the larger counts.
            (true, false) => texts = texts.max(size),
            // No visit in which all goes well, or in English, fetches these.
            (true, true) => codes += size,
            (false, _) => bytes += size,
        }
    }
    bytes += texts;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page is no larger than 2^52 bytes"
    )]
    let [kb, codes] = [bytes, codes].map(|bytes| bytes as f64 / 1000.0);
    let mut figures = vec![
        Figure::at_most(
            "page: a whole visit, over the wire, brotli",
            kb,
            STARTER_KB,
            "kB",
        ),
        Figure::shown("page: times the goal of 76 kB", kb / GOAL_KB, "×"),
        Figure::shown("page: what went wrong in German, once it does", codes, "kB"),
    ];
    figures.extend(audit()?);
    Ok(figures)
}

/// Lighthouse's scores of a first load on a throttled connection, the middle of three runs.
fn audit() -> Result<Vec<Figure>> {
    let packages = crate::setup::node_packages("lighthouse")?;
    crate::demo::prepare(crate::setup::Scope::Demo)?;
    let bins = target().join("debug");
    let mut command = program(bins.join("dovetail-audit"));
    command.arg(packages).env("DOVETAIL_BIN_DIR", &bins);
    let measured = Measured::by(&mut command)?;
    let number = |name: &str| measured.number(name);
    Ok(vec![
        Figure::at_least(
            "page: Lighthouse, performance",
            number("performance")?,
            PERFORMANCE,
            "",
        ),
        Figure::at_least(
            "page: Lighthouse, accessibility",
            number("accessibility")?,
            ACCESSIBILITY,
            "",
        ),
        Figure::at_most(
            "page: requests to others",
            number("foreign_requests")?,
            0.0,
            "",
        ),
        Figure::shown(
            "page: transferred in a first load",
            number("kilobytes")?,
            "kB",
        ),
    ])
}
