//! `cargo xtask lab`: tenant, TPM and daemon for use by hand, until Ctrl-C.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "talks to the person who runs it"
)]

use clap::Parser;
use dovetail_tests::place::{program, root};
use dovetail_tests::{Lab, Setup};

/// Starts a lab and prints how to use it
#[derive(Debug, Parser)]
struct Args {
    /// Answer under Microsoft's host names
    #[arg(long)]
    impersonate_microsoft: bool,
    /// Port of the tenant
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// The yes outside the browser: waived, or terminal (`dovetail approve`)
    #[arg(long, default_value = "waived")]
    approval: String,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    let (four, six) = (
        format!("127.0.0.1:{}", args.port),
        format!("[::1]:{}", args.port),
    );
    let mut tenant = vec!["--listen", four.as_str(), "--listen", six.as_str()];
    if args.impersonate_microsoft {
        tenant.push("--impersonate-microsoft");
    }
    let setup = Setup {
        tenant: &tenant,
        approval: &args.approval,
        ..Setup::default()
    };
    let Some(lab) = Lab::with("lab", setup) else {
        return;
    };
    describe(&lab);
    tokio::signal::ctrl_c().await.unwrap();
    println!("\nEnding the lab.");
}

fn describe(lab: &Lab) {
    let dir = lab.dir().display();
    let (password, _) = lab.tenant.person("adele@contoso.com");
    let (second, totp) = lab.tenant.person("megan@contoso.com");
    let socket = lab.daemon.socket().display().to_string();
    println!("Portal    {}", lab.tenant.value("page"));
    println!("Account   adele@contoso.com   {password}");
    println!(
        "          megan@contoso.com   {second}   second factor {}",
        totp.unwrap_or_default()
    );
    let (third, _) = lab.tenant.person("alex@contoso.com");
    println!("          alex@contoso.com    {third}   managed, with terms of use");
    println!("CA        {}", lab.tenant.value("ca"));
    println!();
    println!("A browser that trusts the lab and has the extension (a throw-away profile):");
    println!("  mkdir -p {dir}/browser/NativeMessagingHosts");
    println!(
        "  {} --socket {socket} install --user --browser chromium --host-path {} --root {dir}/browser-root",
        program("dovetail").display(),
        program("dovetail-host").display()
    );
    println!(
        "  cp {dir}/browser-root$HOME/.config/chromium/NativeMessagingHosts/* {dir}/browser/NativeMessagingHosts/"
    );
    println!(
        "  DOVETAIL_SOCKET={socket} chromium --user-data-dir={dir}/browser --load-extension={} --ignore-certificate-errors {}",
        root().join("extension").display(),
        lab.tenant.value("page")
    );
    println!();
    println!("The command line:");
    for command in ["status", "status --json", "sync", "doctor", "leave"] {
        println!(
            "  {} --socket {socket} {command}",
            program("dovetail").display()
        );
    }
    println!();
    println!("The tenant:");
    println!(
        "  {} --data {dir}/tenant device list",
        program("dovetail-tenant").display()
    );
    println!(
        "  curl --cacert {} {}/common/.well-known/openid-configuration",
        lab.tenant.value("ca"),
        lab.tenant.value("login")
    );
    println!();
    println!("Ctrl-C ends it and removes {dir}.");
}
