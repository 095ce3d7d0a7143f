//! The program `dovetail-tenant`.

use std::process::ExitCode;

/// Gives memory back: what hashing a password took would otherwise stay.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dovetail_tenant::run()
}
