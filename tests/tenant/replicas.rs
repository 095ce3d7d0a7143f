//! Two servers of one tenant on one database, and what becomes of it when one of them, or the database, is cut off.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dovetail_shared::encode::hex_upper;
use dovetail_tests::postgres::Postgres;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::Tenant;
use dovetail_tests::wait;
use serde_json::{Value, json};

use crate::stage::{BROKER, Machine, Stage, register};

const V2: &str = "/common/oauth2/v2.0/token";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
const ADELE: &str = "adele@contoso.com";

/// Both servers; the first is where everything began.
struct Pair {
    first: Stage,
    second: Stage,
}

impl Pair {
    fn on(database: Option<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tenant = Tenant::start_on(dir.path(), database, &[]);
        let first = Stage { tenant, dir };
        let dir = tempfile::tempdir().unwrap();
        let tenant = first.tenant.beside(dir.path());
        let second = Stage { tenant, dir };
        Self { first, second }
    }
}

/// A refresh token of a session at `stage`.
async fn refresh_token(stage: &Stage, visitor: &mut Visitor) -> String {
    let code = code(stage, visitor).await;
    let (status, tokens) = stage.token(V2, &redeeming(stage, &code)).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

async fn code(stage: &Stage, visitor: &mut Visitor) -> String {
    let changes = [
        ("redirect_uri", NATIVE),
        ("resource", ""),
        ("scope", "openid offline_access"),
    ];
    let mut answer = stage.answered(visitor, stage.code_request(&changes)).await;
    answer.remove("code").expect("a code")
}

fn redeeming(stage: &Stage, code: &str) -> Vec<(String, String)> {
    stage.redeeming(code, &[("redirect_uri", NATIVE), ("resource", "")])
}

fn refreshing(token: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", token),
            ("scope", "offline_access"),
        ])
        .finish()
}

/// The database of a tenant: SQLite's file, or one on PostgreSQL.
fn databases(postgres: &Postgres) -> [Option<String>; 2] {
    [None, Some(postgres.database())]
}

/// [ST-07] A code shown to both servers at the same moment is good at one of them; a key that joins at both is one device.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_one_wins() {
    let postgres = Postgres::start();
    for database in databases(&postgres) {
        let pair = Pair::on(database);
        let mut visitor = pair.second.signed_in(ADELE).await;
        for _ in 0..4 {
            let code = code(&pair.second, &mut visitor).await;
            let form = redeeming(&pair.first, &code);
            let (a, b) = tokio::join!(pair.first.token(V2, &form), pair.second.token(V2, &form),);
            let good = [a.0, b.0].iter().filter(|status| **status == 200).count();
            assert_eq!(good, 1, "{a:?} {b:?}");
        }
        let token = pair.second.id_token(ADELE).await;
        let request = Machine::new().request(|_| {});
        let (a, b) = tokio::join!(
            register(&pair.first, &token, &request),
            register(&pair.second, &token, &request),
        );
        assert_eq!((a.0, b.0), (200, 200), "{a:?} {b:?}");
        assert_eq!(pair.first.tenant.devices().len(), 1);
    }
}

/// [DR-07] [ST-07] Joins at both servers at once do not pass the limit together.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_across_servers() {
    const LIMIT: usize = 5;
    let postgres = Postgres::start();
    let requests: Vec<Value> = (0..16).map(|_| Machine::new().request(|_| {})).collect();
    for database in databases(&postgres) {
        let pair = Pair::on(database);
        pair.first
            .tenant
            .run(&["policy", "set", "--device-limit", &LIMIT.to_string()]);
        let token = pair.second.id_token(ADELE).await;
        let answers = requests.iter().enumerate().map(|(number, request)| {
            let stage = if number % 2 == 0 {
                &pair.first
            } else {
                &pair.second
            };
            register(stage, &token, request)
        });
        let answers = futures_util::future::join_all(answers).await;
        let joined = answers.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(joined, LIMIT, "{answers:?}");
        assert_eq!(pair.first.tenant.devices().len(), LIMIT);
        the_log_is_whole(&pair.first.tenant).await;
    }
}

/// Every certificate of the log follows from the one before, and every device's certificate stands in it.
pub(crate) async fn the_log_is_whole(tenant: &Tenant) {
    use sqlx::Row as _;
    let pool = tenant.pool().await;
    let rows = sqlx::query(
        "SELECT serial, device_id, thumbprint, issued, chain FROM issuance ORDER BY number",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut last: Vec<u8> = Vec::new();
    let mut logged = BTreeSet::new();
    for row in &rows {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        context.update(&last);
        let thumbprint: Vec<u8> = row.get(2);
        for field in [
            hex_upper(row.get(0)),
            row.get(1),
            hex_upper(&thumbprint),
            row.get::<i64, _>(3).to_string(),
        ] {
            context.update(format!("{field}\n").as_bytes());
        }
        last = row.get(4);
        assert_eq!(context.finish().as_ref(), last);
        logged.insert(thumbprint);
    }
    let devices = sqlx::query("SELECT thumbprint FROM device")
        .fetch_all(&pool)
        .await
        .unwrap();
    for device in devices {
        assert!(logged.contains(&device.get::<Vec<u8>, _>(0)));
    }
    pool.close().await;
}

/// Somebody who refreshes without end, at whichever server answers, and remembers the last token that was acknowledged.
async fn refreshes(
    addresses: Vec<url::Url>,
    visitors: Vec<Visitor>,
    mut token: String,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
) -> String {
    let mut at = 0;
    while !stop.load(Ordering::Relaxed) {
        at += 1;
        let place = at % addresses.len();
        let sent = visitors[place]
            .send(
                addresses[place].clone(),
                "application/x-www-form-urlencoded",
                &[],
                refreshing(&token).into_bytes(),
            )
            .await;
        // A server that is gone answers nothing; the same token goes to the other one.
        let Ok(answer) = sent else {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        let status = answer.status().as_u16();
        let Ok(tokens) = answer.json::<Value>().await else {
            continue;
        };
        if status >= 500 {
            continue;
        }
        assert_eq!(status, 200, "a token was lost: {tokens}");
        tokens["refresh_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut token);
        count.fetch_add(1, Ordering::Relaxed);
    }
    token
}

/// Lets people refresh at `stages` while `then` happens, and gives the tokens they were left with.
async fn under_load(
    stages: &[&Stage],
    tokens: Vec<String>,
    then: impl AsyncFnOnce(&AtomicU64),
) -> Vec<String> {
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let addresses = stages.iter().map(|stage| stage.url("login", V2)).collect();
            let visitors = stages.iter().map(|stage| stage.visitor()).collect();
            tokio::spawn(refreshes(
                addresses,
                visitors,
                token,
                stop.clone(),
                count.clone(),
            ))
        })
        .collect();
    more(&count, 20).await;
    then(&count).await;
    more(&count, 20).await;
    stop.store(true, Ordering::Relaxed);
    let mut left = Vec::new();
    for task in tasks {
        left.push(task.await.unwrap());
    }
    left
}

async fn more(count: &AtomicU64, some: u64) {
    let from = count.load(Ordering::Relaxed);
    wait::until_async("more refreshes", async || {
        (count.load(Ordering::Relaxed) >= from + some).then_some(())
    })
    .await
    .unwrap();
}

/// [ST-05] [ST-07] [DR-15] One of two servers is killed under a mixed load: everybody goes on at the other, no acknowledged
/// token is lost, and no device is lost or there twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing() {
    let postgres = Postgres::start();
    for database in databases(&postgres) {
        let mut pair = Pair::on(database);
        let mut visitor = pair.second.signed_in(ADELE).await;
        let mut tokens = Vec::new();
        for _ in 0..6 {
            tokens.push(refresh_token(&pair.second, &mut visitor).await);
        }
        let token = pair.second.id_token(ADELE).await;
        let machines: Vec<Value> = (0..8).map(|_| Machine::new().request(|_| {})).collect();
        let process = std::mem::replace(
            &mut pair.first.tenant.process,
            // Taken out, so that it can be killed while others borrow the rest.
            dovetail_tests::process::Process::start(
                &mut std::process::Command::new("true"),
                &pair.first.dir.path().join("true.log"),
            ),
        );
        let stages = [&pair.first, &pair.second];
        let left = under_load(&stages, tokens, async |_| {
            let joins = machines.iter().map(async |machine| {
                loop {
                    let body = serde_json::to_vec(machine).unwrap();
                    let authorization = format!("Bearer {token}");
                    for stage in stages {
                        let url = stage.url("drs", "/EnrollmentServer/device/?api-version=2.0");
                        let headers = [("authorization", authorization.as_str())];
                        let visitor = stage.visitor();
                        let sent = visitor.send(url, "application/json", &headers, body.clone());
                        if sent.await.is_ok_and(|answer| answer.status() == 200) {
                            return;
                        }
                    }
                }
            });
            let mut process = process;
            let kill = async { process.kill() };
            tokio::join!(futures_util::future::join_all(joins), kill);
        })
        .await;
        for token in left {
            let (status, answer) = pair
                .second
                .visitor()
                .post_raw(pair.second.url("login", V2), refreshing(&token))
                .await;
            assert_eq!(status, 200, "{answer}");
        }
        let devices = pair.second.tenant.devices();
        assert_eq!(devices.len(), machines.len());
        the_log_is_whole(&pair.second.tenant).await;
    }
}

/// [ST-05] PostgreSQL is stopped like a crash and comes back: what was acknowledged is there, what was not is tried again, and
/// nobody has to start the servers anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_loses_nothing() {
    let mut postgres = Postgres::start();
    let pair = Pair::on(Some(postgres.database()));
    let mut visitor = pair.second.signed_in(ADELE).await;
    let mut tokens = Vec::new();
    for _ in 0..6 {
        tokens.push(refresh_token(&pair.second, &mut visitor).await);
    }
    let left = under_load(&[&pair.first, &pair.second], tokens, async |count| {
        for _ in 0..2 {
            postgres.down();
            postgres.up();
            more(count, 20).await;
        }
    })
    .await;
    for token in left {
        let (status, answer) = pair
            .second
            .visitor()
            .post_raw(pair.second.url("login", V2), refreshing(&token))
            .await;
        assert_eq!(status, 200, "{answer}");
    }
}

/// [ST-08] Three servers start at once on an empty database: its tables are made once, and all three answer.
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_make_the_tables_once() {
    let postgres = Postgres::start();
    for database in databases(&postgres) {
        let data = tempfile::tempdir().unwrap();
        let commands: Vec<_> = (0..3)
            .map(|_| {
                let mut command =
                    std::process::Command::new(dovetail_tests::place::program("dovetail-tenant"));
                command
                    .args(["policy", "show", "--json", "--data"])
                    .arg(data.path());
                if let Some(address) = &database {
                    command.env("DOVETAIL_TENANT_DATABASE", address);
                }
                command
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for child in commands {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let rules: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(rules["device_limit"], json!(50));
        }
    }
}
