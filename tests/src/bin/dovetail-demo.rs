//! `cargo xtask demo`: a whole join in a real Chromium, as a person would do it, and what is left of it.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "talks to the person who runs it; ends where anything is wrong"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use dovetail_shared::encode::from_b64;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::{Browser, Kind, Lab, Setup, talk};
use serde_json::{Value, json};

/// Watches a device join
#[derive(Debug, Parser)]
struct Args {
    /// Where to leave report, certificate and screenshots
    #[arg(long)]
    out: PathBuf,
    /// Drive nothing: print the portal's address and an account, and wait
    #[arg(long)]
    interactive: bool,
    /// Leave everything running after the drive
    #[arg(long)]
    keep: bool,
}

/// What was done, and how long it took.
struct Phases {
    done: Vec<(String, u128)>,
    since: Instant,
}

impl Phases {
    fn over(&mut self, name: &str) {
        let ms = self.since.elapsed().as_millis();
        println!("  ✓ {name:<46} {ms:>6} ms");
        self.done.push((name.to_owned(), ms));
        self.since = Instant::now();
    }
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
    let mut phases = Phases {
        done: Vec::new(),
        since: Instant::now(),
    };
    println!("A lab of its own: software TPM, tenant, daemon");
    let Some(lab) = Lab::with("demo", Setup::default()) else {
        return ExitCode::FAILURE;
    };
    phases.over("TPM, tenant and daemon run");
    if args.interactive {
        let (password, _) = lab.tenant.person("adele@contoso.com");
        println!(
            "\nPortal   {}\nAccount  adele@contoso.com   {password}\nCA       {}",
            lab.tenant.value("page"),
            lab.tenant.value("ca")
        );
        println!(
            "Socket   {} (DOVETAIL_SOCKET for the browser)\nCtrl-C ends it.",
            lab.daemon.socket().display()
        );
        tokio::signal::ctrl_c().await.unwrap();
        return ExitCode::SUCCESS;
    }
    let outcome = drive(&lab, &args.out, &mut phases).await;
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

/// Removes what an earlier demo left. `false` for a folder that is something else.
fn make_room(out: &Path) -> bool {
    let empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    let ours = out.join("pictures").is_dir() && out.join("attestation").is_dir();
    if ours {
        std::fs::remove_dir_all(out).unwrap();
    }
    empty || ours
}

async fn drive(lab: &Lab, out: &Path, phases: &mut Phases) -> Outcome {
    let browser = Browser::start(lab, Kind::Chromium, Options::default())
        .await
        .ok_or("Chromium is not installed")?;
    phases.over("Chromium runs, with the extension");
    println!("A person joins this device from the browser");
    let result = join(lab, &browser, out, phases).await;
    if result.is_err() {
        browser.keep_evidence("demo").await;
    }
    let result = match result {
        Ok(()) => leave_behind(lab, out, phases).await,
        failed => failed,
    };
    browser.quit().await;
    if result.is_ok() {
        trouble_pictures(lab, out).await?;
        phases.over("pictures of what may go wrong");
        println!("\n{}", lab.daemon.cli(&["status"]).1);
        println!(
            "Left in {}: report.json, device.pem, ca.pem, csr.der, device.json, attestation/, pictures in both themes",
            out.display()
        );
    }
    result
}

/// A picture in each theme.
async fn picture(browser: &Browser, out: &Path, name: &str) {
    for (dark, theme) in [(true, "dark"), (false, "light")] {
        browser.theme(dark).await;
        browser
            .picture(&out.join("pictures").join(format!("{name}-{theme}.png")))
            .await;
    }
}

async fn join(lab: &Lab, browser: &Browser, out: &Path, phases: &mut Phases) -> Outcome {
    let person = Person { browser, lab };
    person
        .goes_to(&format!("{}?mode=oobe", lab.tenant.value("page")))
        .await?;
    person.sees("Welcome. Let’s set up this device.").await?;
    picture(browser, out, "01-first-run").await;
    person.opens_the_portal().await?;
    person.sees("Join this device").await?;
    picture(browser, out, "02-choose").await;
    person.clicks("button[type=submit]").await?;
    person.fills("#account", "megan@contoso.com").await?;
    picture(browser, out, "03-account").await;
    phases.over("phase 1: the person chooses to join");
    person.clicks("button[type=submit]").await?;
    let (password, totp) = lab.tenant.person("megan@contoso.com");
    person.sees("Enter password").await?;
    picture(browser, out, "04-password").await;
    person.enters_password(&password).await?;
    person.sees("Enter code").await?;
    picture(browser, out, "05-second-factor").await;
    person.enters_code(&totp.unwrap_or_default()).await?;
    person.sees("Stay signed in?").await?;
    picture(browser, out, "06-stay-signed-in").await;
    person.does_not_stay_signed_in().await?;
    person.sees("Is this right?").await?;
    phases.over("phase 2: password and second factor");
    picture(browser, out, "07-confirm").await;
    person.confirms("Demo laptop").await?;
    person.sees("This device has joined").await?;
    phases.over("phase 4: keys, proof, registration, certificate");
    picture(browser, out, "08-done").await;
    Ok(())
}

/// Everything that somebody may want to look at afterwards.
async fn leave_behind(lab: &Lab, out: &Path, phases: &mut Phases) -> Outcome {
    let mut client = talk::connect(&lab.daemon).await;
    let status = talk::status(&mut client).await;
    let details = status
        .details
        .clone()
        .ok_or("the daemon says that it is not joined")?;
    let device: Value = serde_json::from_str(&lab.tenant.run(&[
        "device",
        "show",
        "--json",
        &details.device_id.to_string(),
    ]))
    .map_err(|error| error.to_string())?;
    let write = |name: &str, bytes: &[u8]| std::fs::write(out.join(name), bytes).unwrap();
    let decoded = |value: &Value| from_b64(value.as_str().unwrap_or_default()).unwrap_or_default();
    write("device.json", &serde_json::to_vec_pretty(&device).unwrap());
    write("device.pem", &lab.daemon.file("device.pem"));
    write(
        "ca.pem",
        &std::fs::read(lab.tenant.value("device_ca")).unwrap(),
    );
    write("csr.der", &decoded(&device["CertificateRequest"]));
    let proof = &device["Attestation"]["AttestationData"];
    write(
        "attestation/ek.der",
        &decoded(&device["Attestation"]["EndorsementCertificate"]),
    );
    write("attestation/ak-public.bin", &decoded(&proof["AkPublic"]));
    for (name, key) in [
        ("device-key", "DeviceKey"),
        ("transport-key", "TransportKey"),
    ] {
        for (part, member) in [
            ("public", "Public"),
            ("certify", "Attest"),
            ("signature", "Signature"),
        ] {
            write(
                &format!("attestation/{name}.{part}.bin"),
                &decoded(&proof[key][member]),
            );
        }
    }
    let join = status.join.ok_or("the daemon tells no join")?;
    let report = json!({
        "device_id": details.device_id,
        "tenant_id": status.tenant.and_then(|tenant| tenant.tenant_id),
        "thumbprint": details.thumbprint,
        "attested": details.attested,
        "keys": details.keys,
        "phases": phases.done.iter().map(|(name, ms)| json!({ "phase": name, "ms": ms })).collect::<Vec<_>>(),
        "steps": join.steps,
        "versions": { "dovetail": env!("CARGO_PKG_VERSION"), "daemon": status.broker.version },
    });
    write("report.json", &serde_json::to_vec_pretty(&report).unwrap());
    phases.over("certificate, request, proof and report written");
    Ok(())
}

/// The pages that nobody hopes to see.
async fn trouble_pictures(lab: &Lab, out: &Path) -> Outcome {
    for (name, options, heading) in [
        (
            "09-extension-missing",
            Options {
                extension: false,
                ..Options::default()
            },
            "Install the Dovetail extension",
        ),
        (
            "10-host-missing",
            Options {
                host: false,
                ..Options::default()
            },
            "Install Dovetail on this device",
        ),
    ] {
        let Some(browser) = Browser::start(lab, Kind::Chromium, options).await else {
            return Ok(());
        };
        let person = Person {
            browser: &browser,
            lab,
        };
        person.opens_the_portal().await?;
        person.sees(heading).await?;
        picture(&browser, out, name).await;
        browser.quit().await;
    }
    Ok(())
}
