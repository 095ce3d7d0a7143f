//! What is printed: JSON for programs, lines for people, failures as one line.

use std::process::ExitCode;

use serde::Serialize;

use super::args::Failure;

/// A failure, on standard error.
pub(crate) fn fail(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    eprintln!("dovetail-tenant: {error}");
    ExitCode::FAILURE
}

/// Pretty JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A line.
pub(super) fn line(text: &str) {
    println!("{text}");
}
