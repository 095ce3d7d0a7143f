//! `dovetaild`: reads its configuration, opens its socket, serves until SIGTERM.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use dovetaild::mdm::policy;
use dovetaild::{Daemon, config, front, harden, health};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Wipes what is freed: tokens pass through the buffers of TLS, HTTP and JSON, which do not.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Joins this machine to a tenant, and holds its keys.
#[derive(Debug, Parser)]
#[command(name = "dovetaild", version)]
struct Args {
    /// Configuration file, instead of /etc/dovetail/dovetail.toml and its drop-ins.
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the configuration, say what is wrong with it, and exit.
    CheckConfig,
    /// Put the management's policies in force that the daemon has left in its state directory (dovetail-policy.service).
    ApplyPolicies,
}

fn main() -> ExitCode {
    let levels = std::env::var("RUST_LOG").unwrap_or_default();
    // Levels by module are all that is asked for here: a filter for spans and fields would bring a regex engine along.
    let levels = levels
        .parse::<Targets>()
        .ok()
        .filter(|_| !levels.is_empty());
    let levels = levels.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(levels)
        .init();
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let config = config::load(args.config.as_deref())?;
    if matches!(args.command, Some(Command::CheckConfig)) {
        tracing::info!("the configuration is good");
        return Ok(());
    }
    harden::process()?;
    if matches!(args.command, Some(Command::ApplyPolicies)) {
        let run = Path::new(policy::RUN);
        policy::apply_handed_over(&config.daemon.state_dir, run, &config.management)?;
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .build()?;
    runtime.block_on(serve(config))
}

async fn serve(config: config::Config) -> Result<(), Box<dyn std::error::Error>> {
    let daemon = Arc::new(Daemon::open(config)?);
    let listener = front::listener(&daemon.config.daemon.socket)?;
    if let Some(path) = daemon.config.daemon.health_socket.clone() {
        health::start(Arc::clone(&daemon), &path)?;
    }
    // Nobody to tell outside systemd: then this does nothing.
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        tracing::debug!("systemd was not told: {error}");
    }
    daemon.resume();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        () = front::serve(Arc::clone(&daemon), listener) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    daemon.vault.rest().await;
    Ok(())
}
