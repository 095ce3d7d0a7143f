//! The native-messaging host: a browser starts it, it relays frames to the Dovetail daemon and back.
//!
//! It holds nothing and decides nothing but one thing: which extension started it, and so which dialect is spoken: ours, or
//! that of the linux-entra-sso project. It looks into our frames only for what it needs to answer when the daemon cannot.
//! Contract: `docs/protocol.md`, "Extension to host" and "linux-entra-sso".
//!
//! For a package: `cargo build --profile dist -p dovetail-host`, about 0.4 MiB. One without any shared library, which no
//! `LD_PRELOAD` reaches, about 1.2 MiB: the same with `--target x86_64-unknown-linux-gnu` and
//! `RUSTFLAGS="-C target-feature=+crt-static"` in the environment.
//!
//! A program: [`run`] is all of it. It is a library only so that fuzz targets get at its readers.

mod allowed;
mod caller;
mod daemon;
mod dialect;
mod entra;
#[doc(hidden)]
pub mod fuzz;
mod inbox;
mod outbox;
mod peek;
mod pending;
mod plain;
mod refuse;
mod relay;
mod retry;
mod stdio;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use dovetail_client::place::SOCKET;
use dovetail_shared::Code;

use crate::caller::Caller;
use crate::entra::Entra;
use crate::outbox::Outbox;
use crate::plain::Plain;
use crate::relay::Relay;
use crate::stdio::Pipes;

/// The program: relays between its own standard input and output and the daemon until either ends.
pub fn run() -> ExitCode {
    // First of all, so that nothing a library prints can get between two frames.
    let Ok(pipes) = Pipes::take() else {
        return ExitCode::FAILURE;
    };
    // ID tokens pass through this memory; they do not belong into a core file or under another's debugger.
    if rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .is_err()
    {
        stdio::log("this process could not be closed to debuggers");
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let Some(caller) = caller::find(&arguments) else {
        stdio::log("started by an unknown extension");
        let mut last_words = Outbox::default();
        last_words.push(&refuse::frame("", Code::WRONG_CALLER));
        last_words.flush(&pipes.output).ok();
        return ExitCode::FAILURE;
    };
    let socket = socket_place(cfg!(debug_assertions), std::env::var_os("DOVETAIL_SOCKET"));
    let ended = match caller {
        Caller::Ours(caller) => Relay::new(Plain::default(), pipes, socket, caller).run(),
        Caller::Entra(caller) => Relay::new(Entra::default(), pipes, socket, caller).run(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            stdio::log(&format!("ended: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Where the daemon listens. What the environment says counts in debug builds only: whoever can set a browser's
/// environment must not be able to put himself between it and the daemon.
fn socket_place(overridable: bool, said: Option<OsString>) -> PathBuf {
    said.filter(|_| overridable)
        .map_or_else(|| PathBuf::from(SOCKET), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [NH-15] A shipped host is started with another socket in its environment and does not go there.
    #[test]
    fn a_shipped_host_does_not_ask_the_environment_where_the_daemon_is() {
        let said = || Some(OsString::from("/tmp/evil.sock"));
        assert_eq!(socket_place(false, said()), PathBuf::from(SOCKET));
        assert_eq!(socket_place(true, None), PathBuf::from(SOCKET));
        assert_eq!(socket_place(true, said()), PathBuf::from("/tmp/evil.sock"));
    }
}
