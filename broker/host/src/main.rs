//! The program `dovetail-host`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dovetail_host::run()
}
