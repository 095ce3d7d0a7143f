//! The command line as a whole.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use dovetail_client::place::SOCKET;

use crate::command;

/// Join this device to your organisation, and see what it is.
#[derive(Debug, Parser)]
#[command(
    name = "dovetail",
    version,
    after_help = "Exit codes: 0 done, 1 you can mend it, 2 wrong command line, 3 your administrator can mend it, \
                  4 try again later, 70 a fault of Dovetail's own."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The daemon's socket
    #[arg(long, global = true, value_name = "PATH", default_value = SOCKET)]
    pub(crate) socket: PathBuf,
    /// Print JSON for programs instead of words for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Tell more about failures
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what this device is: joined or not, to whom, with which keys
    Status(command::Status),
    /// Join this device: opens the portal in the browser and shows the progress here
    Join(command::Join),
    /// Sign in on this device, so that every program of yours is
    SignIn(command::SignIn),
    /// Show the accounts that you are signed in with on this device, or choose the default one
    Accounts(command::Accounts),
    /// Sign an account out on this device
    SignOut(command::SignOut),
    /// Set up, change or remove the PIN that you sign in with on this device
    Pin(command::Pin),
    /// Print an access token for a service, by your sign-on on this device
    Token(command::Token),
    /// Print the cookie that signs you in at your organisation's sign-in page
    Cookie(command::Cookie),
    /// Take this device out of the organisation
    Leave(command::Leave),
    /// Talk with your organisation's management now, and show what it wants of this device
    Sync(command::Sync),
    /// Take your own (registered) device out of management
    Unenroll(command::Unenroll),
    /// Approve or refuse joins that wait for a yes on this device
    Approve(command::Approve),
    /// Look for what stands in the way, and say what to do
    Doctor(command::Doctor),
    /// Tell browsers where the Dovetail program is
    Install(command::Install),
    /// Take back what `install` wrote
    Uninstall(command::Uninstall),
    /// Print completions for a shell
    Completions(command::Completions),
    /// Print the manual page, or write one per command into a folder
    Man(command::Man),
}
