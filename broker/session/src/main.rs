//! The program `dovetail-session`.

use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Tokens pass through: what is freed is wiped.
#[global_allocator]
static WIPING: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    dovetail_session::run()
}
