//! What the page weighs on the wire.

use super::figure::Figure;
use crate::Result;
use crate::run::root;

/// A React and MSAL starter page, brotli, in kB (performance reference).
const STARTER_KB: f64 = 128.0;
/// Where we want to go.
const GOAL_KB: f64 = 76.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    crate::web::build_for_use()?;
    let mut bytes = 0;
    for entry in std::fs::read_dir(root().join("web/dist"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "br") {
            bytes += std::fs::metadata(&path)?.len();
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page is no larger than 2^52 bytes"
    )]
    let kb = bytes as f64 / 1000.0;
    Ok(vec![
        Figure::at_most("page: whole, over the wire, brotli", kb, STARTER_KB, "kB"),
        Figure::shown("page: times the goal of 76 kB", kb / GOAL_KB, "×"),
    ])
}
