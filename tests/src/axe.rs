//! Whether a page keeps anybody out: axe-core in the browser, on what is shown right now.

use thirtyfour::prelude::*;

use crate::place::root;

/// What axe-core finds, a line each: rule, why it matters, where. Empty is good. `None` where axe-core is not installed and
/// nobody insists (`CI`).
pub async fn violations(driver: &WebDriver) -> Option<Vec<String>> {
    let file = root().join("target/tools/node/axe/node_modules/axe-core/axe.min.js");
    let Ok(source) = std::fs::read_to_string(&file) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "{} is missing: run `cargo xtask setup`",
            file.display()
        );
        eprintln!("skipped: axe-core is not installed");
        return None;
    };
    driver.execute(source, vec![]).await.unwrap();
    let found = driver.execute_async(RUN, vec![]).await.unwrap();
    Some(found.convert().unwrap())
}

/// Everything that axe-core can judge, best practices included; the answer is a line for each finding.
const RUN: &str = "
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(
  (found) => done(found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html.slice(0, 160)}`))),
  (error) => done([`axe-core failed: ${error}`]),
);";
