//! `dovetail-session`: Microsoft's identity broker interface on a user's session bus, in front of the Dovetail daemon.
//!
//! It holds no key and keeps no token; each call is a talk with the daemon, which decides. Contract: `docs/protocol.md`,
//! "D-Bus".
//!
//! A program: [`run`] is all of it. It is a library only so that fuzz targets get at its readers.

mod account;
mod broker;
mod browser;
mod bus;
mod caller;
mod cookie;
mod cut;
mod daemon;
mod flows;
#[doc(hidden)]
pub mod fuzz;
mod interactive;
mod notice;
mod token;
mod transport;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dovetail_client::place::SOCKET;

use crate::bus::BusError;

/// The identity broker on this user's session bus.
#[derive(Debug, Parser)]
#[command(name = "dovetail-session", version)]
struct Arguments {
    /// The daemon's socket
    #[arg(long, value_name = "PATH", default_value = SOCKET)]
    socket: PathBuf,
    /// Print who owns the broker's name on this bus, as JSON, and end
    #[arg(long)]
    who: bool,
}

/// The program: serves the bus until it goes away.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // Tokens pass through this memory; they do not belong into a core file or under another's debugger.
    if rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .is_err()
    {
        log("this process could not be closed to debuggers");
    }
    let ended = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(BusError::Runtime)
        .and_then(|runtime| runtime.block_on(serve(arguments)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), BusError> {
    if arguments.who {
        let owner = bus::owner().await?;
        let line = serde_json::to_string(&owner).unwrap_or_default();
        writeln!(io::stdout(), "{line}").ok();
        return Ok(());
    }
    bus::serve(arguments.socket).await
}

/// One line for the journal. Never the content of a message.
pub(crate) fn log(line: &str) {
    // Without standard error there is nobody to tell.
    writeln!(io::stderr(), "dovetail-session: {line}").ok();
}
