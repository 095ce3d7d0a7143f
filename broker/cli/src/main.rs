//! `dovetail`: the command line of the device broker, a second client of the daemon beside the browser.

mod args;
mod browser;
mod command;
mod error;
mod password;
mod ui;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::error::CliError;
use crate::ui::Ui;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ui = Ui::new(cli.global.json, cli.global.verbose);
    match run(cli, &ui) {
        Ok(code) => code,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: Cli, ui: &Ui) -> Result<ExitCode, CliError> {
    let socket = cli.global.socket;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| CliError::file("the asynchronous runtime", source))?;
    runtime.block_on(async {
        match cli.command {
            Command::Status(command) => command.run(&socket, ui).await,
            Command::Join(command) => command.run(&socket, ui).await,
            Command::SignIn(command) => command.run(&socket, ui).await,
            Command::Accounts(command) => command.run(&socket, ui).await,
            Command::SignOut(command) => command.run(&socket, ui).await,
            Command::Pin(command) => command.run(&socket, ui).await,
            Command::Token(command) => command.run(&socket, ui).await,
            Command::Cookie(command) => command.run(&socket, ui).await,
            Command::Leave(command) => command.run(&socket, ui).await,
            Command::Sync(command) => command.run(&socket, ui).await,
            Command::Unenroll(command) => command.run(&socket, ui).await,
            Command::Approve(command) => command.run(&socket, ui).await,
            Command::Doctor(command) => command.run(&socket, ui).await,
            Command::Install(command) => command.run(ui),
            Command::Uninstall(command) => command.run(ui),
            Command::Completions(command) => Ok(command.run()),
            Command::Man(command) => command.run(),
        }
    })
}
