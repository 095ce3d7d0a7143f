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
mod peer;
mod register;
mod tenant;
mod token;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde_json::{Map, Value};

use crate::cfssl::{Bodies, Cfssl, Sign};
use crate::crowd::{Client, Measured, crowd, resident_mib};
use crate::http::Server;
use crate::peer::Peer;
use crate::register::{Register, Requests, join_token};
use crate::tenant::{BROKER, Tenant};
use crate::token::{ForItself, Refresh, Relying, SignIn, relying};

/// Load
#[derive(Debug, Parser)]
struct Args {
    /// The tenant's program, built as it is shipped
    #[arg(long)]
    tenant: PathBuf,
    /// Where keys are kept between runs
    #[arg(long)]
    pool: PathBuf,
    /// Packages of `oidc-provider`, which is measured beside the tenant then
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Seconds for each measurement, in five rounds
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Clients at the same time, so many that commits are shared as a busy server shares them
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Only these parts
    only: Vec<String>,
}

/// A measurement is the middle one of so many, each between two looks at the floor: a neighbour on the machine spoils one, not all.
const ROUNDS: u32 = 5;
/// Signatures for a look at the floor.
const FLOOR: u32 = 2000;
/// Certificate requests, each with a key of its own.
const REQUESTS: usize = 32_000;

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
    let mut load = Load {
        time: Duration::from_secs(args.seconds),
        clients: args.clients,
        numbers: Numbers::default(),
    };
    if wanted("sign-in") {
        load.sign_in(
            "sign_in",
            &login(&tenant),
            broker(&tenant, "openid offline_access"),
        )
        .await;
    }
    if wanted("refresh") {
        let graph = "offline_access https://graph.microsoft.com/.default";
        load.refresh("refresh", &tenant, graph).await;
        // As Microsoft's libraries ask, always: with an ID token.
        let both = format!("openid profile {graph}");
        load.refresh("refresh_both", &tenant, &both).await;
    }
    let (high, now) = resident_mib(tenant.pid());
    load.numbers.put("resident_high_mib", high);
    load.numbers.put("resident_mib", now);
    if wanted("others") {
        others(&tenant, &args, &folder, &mut load).await;
    }
    if wanted("register") {
        register(&tenant, &args, &mut load).await;
    }
    if wanted("cfssl") {
        sign(&folder, &args, &mut load).await;
    }
    drop(tenant);
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{}", Value::Object(load.numbers.0));
}

/// A server of tokens under load.
struct At {
    server: Server,
    pid: u32,
}

fn login(tenant: &Tenant) -> At {
    At {
        server: tenant.host("login"),
        pid: tenant.pid(),
    }
}

fn broker(tenant: &Tenant, scope: &str) -> Relying {
    relying(tenant, BROKER, scope)
}

/// What is measured with, and what came out.
struct Load {
    time: Duration,
    clients: usize,
    numbers: Numbers,
}

impl Load {
    /// Measures a crowd beside what the processor could sign.
    async fn measure<C: Client>(&mut self, name: &str, pid: u32, mut clients: Vec<C>) -> Vec<C> {
        let mut rounds: Vec<(f64, Measured)> = Vec::new();
        let mut before = floor::rsa_signatures(FLOOR);
        for _ in 0..ROUNDS {
            let (back, measured) = crowd(clients, pid, self.time / ROUNDS).await;
            let after = floor::rsa_signatures(FLOOR);
            rounds.push((f64::midpoint(before, after), measured));
            (clients, before) = (back, after);
            if !clients.iter().all(Client::has_more) {
                break;
            }
        }
        let share = |(floor, measured): &(f64, Measured)| measured.per_cpu_second() / floor;
        rounds.sort_by(|one, other| share(one).total_cmp(&share(other)));
        let (floor, measured) = rounds[(rounds.len() - 1) / 2];
        self.numbers.put(&format!("{name}_floor"), floor);
        self.numbers.measured(name, &measured);
        clients
    }

    fn signatures(&mut self, name: &str, signatures: Option<u64>) {
        let name = format!("{name}_signatures");
        self.numbers.put(&name, signatures.unwrap_or(0) as f64);
    }

    async fn sign_in(&mut self, name: &str, at: &At, relying: Relying) {
        let mut clients = Vec::new();
        for number in 0..self.clients {
            let line = at.server.line().await;
            clients.push(SignIn::new(line, relying.clone(), number));
        }
        let clients = self.measure(name, at.pid, clients).await;
        self.signatures(name, clients.first().map(|client| client.signatures));
    }

    async fn for_itself(&mut self, name: &str, at: &At, relying: Relying) {
        let mut clients = Vec::new();
        for _ in 0..self.clients {
            clients.push(ForItself {
                line: at.server.line().await,
                relying: relying.clone(),
                signatures: 0,
            });
        }
        let clients = self.measure(name, at.pid, clients).await;
        self.signatures(name, clients.first().map(|client| client.signatures));
    }

    async fn refresh(&mut self, name: &str, tenant: &Tenant, scope: &str) {
        let at = login(tenant);
        let mut clients = Vec::new();
        for _ in 0..self.clients {
            let line = at.server.line().await;
            let mut first = SignIn::new(line, broker(tenant, "openid offline_access"), 0);
            let tokens = first.tokens().await;
            clients.push(Refresh {
                line: first.line,
                relying: broker(tenant, scope),
                token: tokens["refresh_token"].as_str().unwrap().to_owned(),
                signatures: 0,
            });
        }
        let clients = self.measure(name, at.pid, clients).await;
        self.signatures(name, clients.first().map(|client| client.signatures));
    }
}

/// An application's own tokens and sign-ins signed with ES256; and, where it is there, the same at `oidc-provider`.
async fn others(tenant: &Tenant, args: &Args, folder: &Path, load: &mut Load) {
    let ours = login(tenant);
    let app = |client_id: &str, scope: String| Relying {
        client_id: client_id.to_owned(),
        secret: Some(tenant::SECRET),
        redirect_uri: tenant::REDIRECT.to_owned(),
        ..relying(tenant, client_id, &scope)
    };
    let (rs256, es256) = (tenant.app("RS256"), tenant.app("ES256"));
    let own = app(rs256, "https://graph.microsoft.com/.default".to_owned());
    load.for_itself("own", &ours, own).await;
    let own = app(es256, format!("api://{es256}/.default"));
    load.for_itself("own_es256", &ours, own).await;
    let sign_in = app(
        es256,
        format!("openid offline_access api://{es256}/.default"),
    );
    load.sign_in("sign_in_es256", &ours, sign_in).await;
    let Some(packages) = &args.peer else { return };
    let peer = Peer::start(packages, folder, args.clients).await;
    let at = At {
        server: peer.server.clone(),
        pid: peer.pid(),
    };
    // What its compiler does at first is nobody's share.
    let whole = std::mem::replace(&mut load.time, Duration::from_secs(3));
    load.sign_in("warm", &at, peer::relying("rs256", "openid read"))
        .await;
    load.time = whole;
    load.for_itself("peer_own", &at, peer::relying("rs256", "read"))
        .await;
    load.for_itself("peer_own_es256", &at, peer::relying("es256", "read"))
        .await;
    load.sign_in("peer_sign_in", &at, peer::relying("rs256", "openid read"))
        .await;
    load.sign_in(
        "peer_sign_in_es256",
        &at,
        peer::relying("es256", "openid read"),
    )
    .await;
    load.numbers
        .put("peer_resident_mib", resident_mib(peer.pid()).1);
}

async fn register(tenant: &Tenant, args: &Args, load: &mut Load) {
    let requests = key_pool::requests(&args.pool, REQUESTS);
    let requests = Requests::new(&requests);
    let token = Arc::new(join_token(tenant).await);
    let drs = tenant.host("drs");
    let mut clients = Vec::new();
    for _ in 0..args.clients {
        clients.push(Register {
            line: drs.line().await,
            token: token.clone(),
            requests: requests.clone(),
        });
    }
    let before = tenant.store_bytes();
    load.measure("register", tenant.pid(), clients).await;
    // The certificate's.
    load.numbers.put("register_signatures", 1.0);
    load.numbers.put(
        "device_bytes",
        (tenant.store_bytes() - before) / tenant.devices(),
    );
}

async fn sign(folder: &Path, args: &Args, load: &mut Load) {
    let bodies = Bodies::new(&key_pool::requests(&args.pool, REQUESTS));
    let cfssl = Cfssl::start(folder).await;
    let mut clients = Vec::new();
    for _ in 0..args.clients {
        clients.push(Sign {
            line: cfssl.server.line().await,
            bodies: bodies.clone(),
        });
    }
    load.measure("cfssl", cfssl.pid(), clients).await;
}
