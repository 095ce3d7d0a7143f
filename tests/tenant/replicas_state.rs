//! What servers on one database know of each other at once: what was revoked, what was used, what was guessed; and a restart of
//! one after the other that nobody notices.

use std::time::{Duration, Instant};

use dovetail_tests::postgres::Postgres;
use dovetail_tests::tenant::Tenant;
use serde_json::{Value, json};

use crate::soft_device::{SoftDevice, V1, WINDOWS};
use crate::stage::{BROKER, Stage, number};

const ADELE: &str = "adele@contoso.com";
/// A change of rules or registrations is seen within this: servers ask 20 times a second at most whether there was one.
const SEEN: Duration = Duration::from_secs(5);

/// Another server.
fn beside(first: &Stage) -> Stage {
    let dir = tempfile::tempdir().unwrap();
    let tenant = first.tenant.beside(dir.path());
    Stage { tenant, dir }
}

fn on(database: Option<String>) -> Stage {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start_on(dir.path(), database, &[]);
    Stage { tenant, dir }
}

async fn refreshed(stage: &Stage, token: &str) -> (u16, Value) {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", token),
    ];
    stage.token(V1, &fields).await
}

/// [ST-06] [DR-09] What is revoked by one server, or by the command line beside it, is refused by the other with its very next
/// request: refresh tokens, primary refresh tokens, sessions, devices. Nothing is read from a copy that lags.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_counts_everywhere_at_once() {
    let postgres = Postgres::start();
    for database in [None, Some(postgres.database())] {
        let first = on(database);
        let second = beside(&first);
        for round in 0..3 {
            let device = SoftDevice::join(&second, ADELE).await;
            let prt = device.prt(&second, ADELE).await;
            let token = second.refresh_token(ADELE).await;
            let mut visitor = second.signed_in(ADELE).await;
            // Both have just looked, and know the person and the device to be good.
            assert_eq!(prt.ask(&first, json!({})).await.0, 200);
            let kept = refreshed(&second, &token).await.1["refresh_token"].clone();
            let kept = kept.as_str().unwrap();
            let command: &[&str] = if round == 0 {
                &["device", "disable", &device.id]
            } else {
                &["user", "revoke", ADELE]
            };
            first.tenant.run(command);
            for stage in [&second, &first] {
                assert_ne!(prt.ask(stage, json!({})).await.0, 200, "{command:?}");
            }
            if round > 0 {
                assert_ne!(refreshed(&second, kept).await.0, 200, "{command:?}");
                let request = second.code_request(&[]);
                let answer = second.answered(&mut visitor, request).await;
                assert_eq!(answer["error"], "login_required");
            }
        }
        let token = second.refresh_token(ADELE).await;
        let rule = ["policy", "access", "add", "--app", "all", "--block"];
        first.tenant.run(&rule);
        assert_eq!(number(&refreshed(&second, &token).await), 53_003);
        // Switches are remembered for a moment, and no longer.
        first
            .tenant
            .run(&["policy", "set", "--password-grant", "true"]);
        let fields = [
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("resource", "https://graph.microsoft.com"),
            ("username", ADELE),
            ("password", "wrong"),
        ];
        let begin = Instant::now();
        while number(&second.token(V1, &fields).await) == 53_003 {
            assert!(begin.elapsed() < SEEN, "a switch is not seen");
        }
    }
}

/// What a server says to somebody who comes to sign in and go on to the page of another, or its own.
async fn asked_at(stage: &Stage, page_of: &Stage) -> u16 {
    let page = page_of.tenant.value("page");
    let asked = stage.authorize(&[("redirect_uri", page)]);
    stage.visitor().get(asked).await.status().as_u16()
}

/// [ID-01] Each of two servers at different addresses signs people in at its own page and knows the other's, whichever came last. Once
/// the other has stopped, nobody is sent to where its page was; nor, when it was killed, after the time for which it is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn each_server_has_its_own_page() {
    let postgres = Postgres::start();
    for database in [None, Some(postgres.database())] {
        let first = on(database);
        let mut second = beside(&first);
        let mut third = beside(&first);
        for stage in [&first, &second, &third] {
            stage.id_token(ADELE).await;
            stage.refresh_token(ADELE).await;
        }
        // Servers hear of each other within moments.
        dovetail_tests::wait::until_async("the first to know the others", async || {
            let known =
                asked_at(&first, &third).await == 302 && asked_at(&second, &first).await == 302;
            known.then_some(())
        })
        .await
        .unwrap();
        second.tenant.process.stop();
        third.tenant.process.kill();
        dovetail_tests::wait::until_async("the stopped one's page to be forgotten", async || {
            (asked_at(&first, &second).await == 400).then_some(())
        })
        .await
        .unwrap();
        assert_eq!(asked_at(&first, &third).await, 302, "waited for");
        // As if that time were over, for all of them: who lives says so again.
        first.sql("UPDATE server_redirect SET expires = 1").await;
        dovetail_tests::wait::until_async("the killed one's page to be forgotten", async || {
            (asked_at(&first, &third).await == 400).then_some(())
        })
        .await
        .unwrap();
        dovetail_tests::wait::until_async("its own page to be known", async || {
            (asked_at(&first, &first).await == 302).then_some(())
        })
        .await
        .unwrap();
        first.id_token(ADELE).await;
    }
}

/// [ID-08] [ST-07] A nonce that was used at one server is used at the other, too; of two requests with one nonce at the same
/// moment one is served. A server that starts takes the nonces of those that were there before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_is_used_once_by_all() {
    let postgres = Postgres::start();
    let first = on(Some(postgres.database()));
    let second = beside(&first);
    let device = SoftDevice::join(&second, ADELE).await;
    let prt = device.prt(&second, ADELE).await;
    for turn in 0..4 {
        let request = prt.sign(2, &prt.payload(&first, json!({})).await);
        let (a, b) = tokio::join!(
            first.send_signed(V1, &request, &WINDOWS),
            second.send_signed(V1, &request, &WINDOWS),
        );
        let good = [a.0, b.0].iter().filter(|status| **status == 200).count();
        assert_eq!(good, 1, "{turn}: {a:?} {b:?}");
        let again = if turn % 2 == 0 { &first } else { &second };
        let (status, text) = again.send_signed(V1, &request, &WINDOWS).await;
        assert_eq!(status, 400);
        assert!(text.contains("50196"), "{text}");
    }
    let nonce = first.nonce().await;
    let third = beside(&first);
    let asked = prt.payload(&third, json!({ "request_nonce": nonce })).await;
    let (status, text) = third.send_signed(V1, &prt.sign(2, &asked), &WINDOWS).await;
    assert_eq!(status, 200, "{text}");
}

/// [ID-14] Guesses at device codes are counted over all servers: going from one to the next gives no more of them.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_counted_by_all() {
    let postgres = Postgres::start();
    let first = on(Some(postgres.database()));
    let second = beside(&first);
    let mut statuses = Vec::new();
    for turn in 0..24 {
        let stage = if turn % 2 == 0 { &first } else { &second };
        let page = stage.url("login", "/common/oauth2/deviceauth");
        let answer = stage.visitor().post(page, &[("otc", "BBBBBBBBB")]).await;
        statuses.push(answer.status().as_u16());
    }
    let expected: Vec<u16> = (0..24)
        .map(|turn| if turn < 20 { 200 } else { 429 })
        .collect();
    assert_eq!(statuses, expected);
}

/// [OP-04] Three servers are restarted one after the other while people sign in at them. Whoever meets one that is stopping tries
/// the next one, once; no sign-in fails, and no code or token is lost on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_fails_no_sign_in() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    let postgres = Postgres::start();
    let database = postgres.database();
    let mut stages = vec![on(Some(database.clone()))];
    stages.push(beside(&stages[0]));
    stages.push(beside(&stages[0]));
    let data = stages[0].dir.path().join("tenant");
    let addresses: Vec<_> = stages.iter().map(|stage| stage.url("login", V1)).collect();
    let ports: Vec<u16> = stages.iter().map(|stage| stage.tenant.port()).collect();
    let (stop, count) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut people = Vec::new();
    for _ in 0..4 {
        let token = stages[2].refresh_token(ADELE).await;
        let visitors: Vec<_> = stages.iter().map(Stage::visitor).collect();
        let (addresses, stop, count) = (addresses.clone(), stop.clone(), count.clone());
        people.push(tokio::spawn(async move {
            let mut token = token;
            let mut at = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut answered = None;
                for _ in 0..2 {
                    at += 1;
                    let place = at % addresses.len();
                    let body = form_urlencoded::Serializer::new(String::new())
                        .extend_pairs([
                            ("grant_type", "refresh_token"),
                            ("client_id", BROKER),
                            ("refresh_token", token.as_str()),
                            ("resource", "https://graph.microsoft.com"),
                        ])
                        .finish();
                    let kind = "application/x-www-form-urlencoded";
                    let url = addresses[place].clone();
                    let sent = visitors[place].send(url, kind, &[], body.into_bytes());
                    if let Ok(answer) = sent.await {
                        answered = Some(answer);
                        break;
                    }
                }
                let answer = answered.expect("two servers in a row did not answer");
                let status = answer.status().as_u16();
                let tokens: Value = answer.json().await.unwrap();
                assert_eq!(status, 200, "{tokens}");
                tokens["refresh_token"]
                    .as_str()
                    .unwrap()
                    .clone_into(&mut token);
                count.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let more = async |some: u64| {
        let from = count.load(Ordering::Relaxed);
        dovetail_tests::wait::until_async("more sign-ins", async || {
            (count.load(Ordering::Relaxed) >= from + some).then_some(())
        })
        .await
        .unwrap();
    };
    more(20).await;
    let mut folders = Vec::new();
    for (place, port) in ports.into_iter().enumerate() {
        stages[place].tenant.process.stop();
        let folder = tempfile::tempdir().unwrap();
        let listen = format!("127.0.0.1:{port}");
        let tenant = Tenant::start_at(folder.path(), &data, Some(database.clone()), &listen);
        stages[place].tenant = tenant;
        folders.push(folder);
        more(20).await;
    }
    stop.store(true, Ordering::Relaxed);
    for person in people {
        person.await.unwrap();
    }
}
