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
    let (mut bytes, mut texts) = (0, 0);
    for entry in std::fs::read_dir(root().join("web/dist"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "br") {
            continue;
        }
        let size = std::fs::metadata(&path)?.len();
        let name = path.file_stem().map(std::path::Path::new);
        // A visit fetches the texts of one language: the larger counts.
        if name.is_some_and(|name| name.extension().is_some_and(|ending| ending == "txt")) {
            texts = texts.max(size);
        } else {
            bytes += size;
        }
    }
    bytes += texts;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page is no larger than 2^52 bytes"
    )]
    let kb = bytes as f64 / 1000.0;
    Ok(vec![
        Figure::at_most(
            "page: a whole visit, over the wire, brotli",
            kb,
            STARTER_KB,
            "kB",
        ),
        Figure::shown("page: times the goal of 76 kB", kb / GOAL_KB, "×"),
    ])
}
