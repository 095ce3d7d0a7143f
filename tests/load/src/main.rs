//! `dovetail-load`: puts the tenant under load and prints what a request costs, as JSON for `cargo xtask bench`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench: ends where anything is wrong"
)]

mod cfssl;
mod crowd;
mod floor;
mod http;
mod key_pool;
mod register;
mod tenant;
mod token;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde_json::{Map, Value};

use crate::cfssl::{Bodies, Cfssl, Sign};
use crate::crowd::{Measured, crowd, resident_mib};
use crate::register::{Register, Requests, join_token};
use crate::tenant::{BROKER, Tenant};
use crate::token::{Refresh, SignIn, relying};

/// Load
#[derive(Debug, Parser)]
struct Args {
    /// The tenant's program, built as it is shipped
    #[arg(long)]
    tenant: PathBuf,
    /// Where keys are kept between runs
    #[arg(long)]
    pool: PathBuf,
    /// Seconds for each measurement
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Clients at the same time
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Only these parts
    only: Vec<String>,
}

/// Signatures for the floor.
const FLOOR: u32 = 4000;
/// Certificate requests, each with a key of its own.
const REQUESTS: usize = 16_000;

/// Numbers by name, printed at the end.
#[derive(Default)]
struct Numbers(Map<String, Value>);

impl Numbers {
    fn put(&mut self, name: &str, value: f64) {
        eprintln!("{name} {value:.3}");
        self.0.insert(name.to_owned(), value.into());
    }

    fn measured(&mut self, name: &str, measured: &Measured) {
        self.put(&format!("{name}_per_cpu"), measured.per_cpu_second());
        self.put(&format!("{name}_per_second"), measured.per_second());
        self.put(&format!("{name}_p50_ms"), measured.p50);
        self.put(&format!("{name}_p99_ms"), measured.p99);
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let args = Args::parse();
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    let folder = std::env::temp_dir().join(format!("dovetail-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let tenant = Tenant::start(&args.tenant, &folder).await;
    let mut numbers = Numbers::default();
    let time = Duration::from_secs(args.seconds);
    if wanted("sign-in") {
        numbers.put("sign_in_floor", floor::rsa_signatures(FLOOR));
        sign_in(&tenant, &args, time, &mut numbers).await;
    }
    if wanted("refresh") {
        numbers.put("refresh_floor", floor::rsa_signatures(FLOOR));
        refresh(&tenant, &args, time, &mut numbers).await;
    }
    let (high, now) = resident_mib(tenant.pid());
    numbers.put("resident_high_mib", high);
    numbers.put("resident_mib", now);
    if wanted("register") {
        numbers.put("register_floor", floor::rsa_signatures(FLOOR));
        register(&tenant, &args, time, &mut numbers).await;
    }
    if wanted("cfssl") {
        sign(&folder, &args, time, &mut numbers).await;
    }
    drop(tenant);
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{}", Value::Object(numbers.0));
}

async fn sign_in(tenant: &Tenant, args: &Args, time: Duration, numbers: &mut Numbers) {
    let login = tenant.host("login");
    let mut clients = Vec::new();
    for _ in 0..args.clients {
        clients.push(SignIn {
            line: login.line().await,
            relying: relying(tenant, BROKER, "openid offline_access"),
            signatures: 0,
        });
    }
    let (clients, measured) = crowd(clients, tenant.pid(), time).await;
    let signatures = clients.first().map_or(0, |client| client.signatures);
    numbers.measured("sign_in", &measured);
    numbers.put("sign_in_signatures", signatures as f64);
}

async fn refresh(tenant: &Tenant, args: &Args, time: Duration, numbers: &mut Numbers) {
    let login = tenant.host("login");
    let mut clients = Vec::new();
    for _ in 0..args.clients {
        let mut first = SignIn {
            line: login.line().await,
            relying: relying(tenant, BROKER, "openid offline_access"),
            signatures: 0,
        };
        let tokens = first.tokens().await;
        clients.push(Refresh {
            line: first.line,
            client_id: BROKER.to_owned(),
            token: tokens["refresh_token"].as_str().unwrap().to_owned(),
            scope: "offline_access https://graph.microsoft.com/.default",
            signatures: 0,
        });
    }
    let (clients, measured) = crowd(clients, tenant.pid(), time).await;
    let signatures = clients.first().map_or(0, |client| client.signatures);
    numbers.measured("refresh", &measured);
    numbers.put("refresh_signatures", signatures as f64);
}

async fn register(tenant: &Tenant, args: &Args, time: Duration, numbers: &mut Numbers) {
    let requests = key_pool::requests(&args.pool, REQUESTS);
    let requests = Requests::new(&requests);
    let token = Arc::new(join_token(tenant).await);
    let drs = tenant.host("drs");
    let mut clients = Vec::new();
    for _ in 0..args.clients * 2 {
        clients.push(Register {
            line: drs.line().await,
            token: token.clone(),
            requests: requests.clone(),
        });
    }
    let before = tenant.store_bytes();
    let (_, measured) = crowd(clients, tenant.pid(), time).await;
    numbers.measured("register", &measured);
    // The certificate's.
    numbers.put("register_signatures", 1.0);
    numbers.put(
        "device_bytes",
        (tenant.store_bytes() - before) / tenant.devices(),
    );
}

async fn sign(folder: &Path, args: &Args, time: Duration, numbers: &mut Numbers) {
    let bodies = Bodies::new(&key_pool::requests(&args.pool, REQUESTS));
    let cfssl = Cfssl::start(folder).await;
    let mut clients = Vec::new();
    for _ in 0..args.clients * 2 {
        clients.push(Sign {
            line: cfssl.server.line().await,
            bodies: bodies.clone(),
        });
    }
    let (_, measured) = crowd(clients, cfssl.pid(), time).await;
    numbers.measured("cfssl", &measured);
}
