//! `docs/errors.md`, written from the one table of codes.

use dovetail_shared::code::table::ENTRIES;

use crate::Result;
use crate::run::root;

const PAGE: &str = "docs/errors.md";

/// Writes the page.
pub(crate) fn write() -> Result {
    std::fs::write(root().join(PAGE), text())?;
    println!("wrote {PAGE}");
    Ok(())
}

/// Fails when the page is not what the table says.
pub(crate) fn check() -> Result {
    let kept = std::fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    if kept == text() {
        Ok(())
    } else {
        Err(format!("{PAGE} is out of date: run `cargo xtask errors`").into())
    }
}

fn text() -> String {
    let mut page = String::from(
        "# Codes\n\nGenerated from `shared/src/code/table.rs` by `cargo xtask errors`. Append only: a number never changes its meaning.\n\n\
         `0x801c…` device registration and `0x8018…` MDM enrollment as Windows prints them, `AADSTS…` as the identity provider says them, `JOIN-…` ours: \
         1xx machine and TPM, 2xx network, 3xx extension and host, 4xx record and sign-in, 5xx our own faults.\n\n\
         Exit codes of the command line: 1 *you* can mend it, 3 your *administrator*, 4 *wait*, 70 report it to *us*; 2 is a bad command line.\n\n\
         | code | name | who | again? | what happened | what to do |\n|---|---|---|---|---|---|\n",
    );
    for entry in ENTRIES {
        let who = format!("{:?}", entry.fix).to_lowercase();
        let again = if entry.retry { "yes" } else { "no" };
        page += &format!(
            "| `{}` | `{}` | {who} | {again} | {} | {} |\n",
            entry.code, entry.symbol, entry.what, entry.cure
        );
    }
    page
}
