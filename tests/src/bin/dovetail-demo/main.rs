//! `cargo xtask demo`: a whole join in a real Chromium, as a person would do it, and what is left of it.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "talks to the person who runs it; ends where anything is wrong"
)]

mod drive;
mod leave_behind;
mod phases;
mod pictures;
mod pin;
mod sign_on;
mod web_app;
mod who;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::sts::Sts;
use dovetail_tests::{Browser, Kind, Lab, Setup};

use phases::Phases;
use who::Who;

/// Watches a device join
#[derive(Debug, Parser)]
struct Args {
    /// Where to leave report, certificate and screenshots
    #[arg(long)]
    out: PathBuf,
    /// The account's organisation signs in at a service of its own (another project's, unchanged)
    #[arg(long)]
    federated: bool,
    /// Drive nothing: print the portal's address and an account, and wait
    #[arg(long)]
    interactive: bool,
    /// Leave everything running after the drive
    #[arg(long)]
    keep: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if !make_room(&args.out) {
        println!(
            "{} holds something that is not an earlier demo's: name another folder with --out",
            args.out.display()
        );
        return ExitCode::FAILURE;
    }
    for folder in ["attestation", "pictures"] {
        std::fs::create_dir_all(args.out.join(folder)).unwrap();
    }
    let mut phases = Phases::begin();
    println!("A lab of its own: software TPM, tenant, daemon");
    let Some(lab) = Lab::with("demo", Setup::default()) else {
        return ExitCode::FAILURE;
    };
    // A machine that can hold to every policy: what is written for them goes into the lab's folder.
    lab.protect();
    // Request and proof are left behind at the end.
    lab.tenant.run(&["policy", "set", "--keep-evidence", "on"]);
    // Held until the end: it goes with its handle.
    let sts = args.federated.then(|| Sts::start(&lab)).flatten();
    if args.federated && sts.is_none() {
        return ExitCode::FAILURE;
    }
    let who = if args.federated {
        Who::federated(&lab)
    } else {
        Who::managed(&lab)
    };
    phases.over("TPM, tenant and daemon run");
    if args.interactive {
        describe(&lab, &who);
        tokio::signal::ctrl_c().await.unwrap();
        return ExitCode::SUCCESS;
    }
    let outcome = watch(&lab, &who, &args.out, &mut phases).await;
    if let Err(why) = &outcome {
        println!("  ✗ {why}");
    }
    if args.keep {
        println!("\nPortal {}   Ctrl-C ends it.", lab.tenant.value("page"));
        tokio::signal::ctrl_c().await.unwrap();
    }
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn describe(lab: &Lab, who: &Who) {
    let second = who
        .totp
        .as_ref()
        .map_or_else(String::new, |secret| format!("   second factor {secret}"));
    println!(
        "\nPortal   {}\nAccount  {}   {}{second}\nCA       {}",
        lab.tenant.value("page"),
        who.upn,
        who.password,
        lab.tenant.value("ca")
    );
    println!(
        "Socket   {} (DOVETAIL_SOCKET for the browser)\nCtrl-C ends it.",
        lab.daemon.socket().display()
    );
}

/// Removes what an earlier demo left. `false` for a folder that is something else.
fn make_room(out: &Path) -> bool {
    let empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    let ours = out.join("pictures").is_dir() && out.join("attestation").is_dir();
    if ours {
        std::fs::remove_dir_all(out).unwrap();
    }
    empty || ours
}

/// The whole join, what it is good for, and what is left of it.
async fn join(person: &Person<'_>, who: &Who, out: &Path, phases: &mut Phases) -> Outcome {
    drive::join(person, who, out, phases).await?;
    let mut sign_on = sign_on::sign_on(person.lab, phases).await?;
    sign_on["web_app"] = web_app::opens(person, who, out, phases).await?;
    sign_on["pin"] = pin::pin(person.lab, who, phases)?;
    leave_behind::everything(person.lab, out, sign_on, phases).await
}

async fn watch(lab: &Lab, who: &Who, out: &Path, phases: &mut Phases) -> Outcome {
    let browser = Browser::start(lab, Kind::Chromium, Options::default())
        .await
        .ok_or("Chromium is not installed")?;
    phases.over("Chromium runs, with the extension");
    println!("A person joins this device from the browser");
    let person = Person {
        browser: &browser,
        lab,
    };
    let result = join(&person, who, out, phases).await;
    if result.is_err() {
        browser.keep_evidence("demo").await;
    }
    browser.quit().await;
    result?;
    pictures::trouble(lab, out).await?;
    phases.over("pictures of what may go wrong");
    println!("\n{}", lab.daemon.cli(&["status"]).1);
    println!(
        "Left in {}: report.json, device.pem, ca.pem, csr.der, device.json, attestation/, pictures in both themes",
        out.display()
    );
    Ok(())
}
