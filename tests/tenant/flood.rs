//! More than the tenant can do: it says so, at once, and goes on with what it has begun.

use std::time::{Duration, Instant};

use dovetail_tests::sign_in::Visitor;
use futures_util::StreamExt as _;
use serde_json::Value;
use url::Url;

use crate::stage::{BROKER, Stage};

const V1: &str = "/common/oauth2/token";
const ADELE: &str = "adele@contoso.com";

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
        .into_bytes()
}

async fn post(visitor: &Visitor, url: &Url, fields: &[(&str, &str)]) -> reqwest::Response {
    let kind = "application/x-www-form-urlencoded";
    visitor
        .send(url.clone(), kind, &[], form(fields))
        .await
        .unwrap()
}

/// Refreshes so often; gives how long each took, the slowest last, and the newest token.
async fn refreshes(stage: &Stage, token: &mut String, often: usize) -> Vec<Duration> {
    let (visitor, url) = (stage.visitor(), stage.url("login", V1));
    let mut times = Vec::new();
    for _ in 0..often {
        let begin = Instant::now();
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", token.as_str()),
        ];
        let answer = post(&visitor, &url, &fields).await;
        let status = answer.status().as_u16();
        let tokens: Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{tokens}");
        times.push(begin.elapsed());
        tokens["refresh_token"].as_str().unwrap().clone_into(token);
    }
    times.sort();
    times
}

/// [ID-13] A thousand wrong passwords at once: a few are checked, the rest is told to come again; refreshes go on meanwhile, none
/// of them behind the queue of passwords; and afterwards the right password is taken at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_passwords_is_sent_away() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let mut token = stage.refresh_token(ADELE).await;
    let url = stage.url("login", V1);
    let fields = |upn: &'static str, password: String| {
        [
            ("grant_type", "password".to_owned()),
            ("client_id", BROKER.to_owned()),
            ("resource", "https://graph.microsoft.com".to_owned()),
            ("username", upn.to_owned()),
            ("password", password),
        ]
    };
    let guess = async |visitor: &Visitor, upn: &'static str, password: String| {
        let fields = fields(upn, password);
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        post(visitor, &url, &fields.collect::<Vec<_>>()).await
    };
    // How long one hash takes here, with everything around it.
    let one = {
        let visitor = stage.visitor();
        let begin = Instant::now();
        guess(&visitor, "nobody@contoso.com", "x".to_owned()).await;
        begin.elapsed()
    };
    let visitors: Vec<Visitor> = (0..10).map(|_| stage.visitor()).collect();
    let flood = async {
        let all = (0..1000).map(|number| {
            let visitor = &visitors[number % visitors.len()];
            guess(visitor, "nobody@contoso.com", number.to_string())
        });
        // Many more at a time than are let in to be checked.
        let all = futures_util::stream::iter(all).buffer_unordered(150);
        all.collect::<Vec<_>>().await
    };
    let (answers, times) = tokio::join!(flood, refreshes(&stage, &mut token, 20));
    let (mut checked, mut away) = (0, 0);
    for answer in answers {
        let status = answer.status().as_u16();
        if status == 429 {
            let wait = answer.headers()["retry-after"].to_str().unwrap().to_owned();
            assert!((1..=5).contains(&wait.parse::<u32>().unwrap()));
            let said: Value = answer.json().await.unwrap();
            assert_eq!(said["error_codes"][0], 90_055, "{said}");
            away += 1;
        } else {
            assert_eq!(status, 400);
            checked += 1;
        }
    }
    assert!(checked >= 30 && away >= 500, "{checked} {away}");
    // The queue alone is 32 hashes long: who waited behind it took half as long as all of them, at least.
    let queue = one * 16;
    let median = times[times.len() / 2];
    assert!(median < queue, "{median:?} {queue:?} {times:?}");
    let (password, _) = stage.tenant.person(ADELE);
    let visitor = stage.visitor();
    assert_eq!(
        guess(&visitor, ADELE, password).await.status().as_u16(),
        200
    );
}

/// [OP-01] Many times more requests than places: those that are let in are answered, the others are told at once when to come
/// again, nobody is left without an answer, and afterwards everybody is served as before.
#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_to_come_again() {
    let stage = Stage::new();
    let mut token = stage.refresh_token(ADELE).await;
    let before = refreshes(&stage, &mut token, 20).await;
    // A place is held for as long as a request is under way.
    let held = Duration::from_secs(3);
    let delay = held.as_millis().to_string();
    let lag = ["fault", "set", "lag", "--delay-ms", &delay, "--count"];
    stage.tenant.run(&[&lag[..], &["100000"]].concat());
    let url = stage.url("login", "/common/discovery/keys");
    let visitors: Vec<Visitor> = (0..16).map(|_| stage.visitor()).collect();
    let all = (0..600).map(|number| {
        let url = url.clone();
        let visitor = &visitors[number % visitors.len()];
        async move { visitor.ask("GET", url, &[], None).await }
    });
    let answers = futures_util::future::join_all(all).await;
    let (mut served, mut away) = (0, 0);
    for answer in &answers {
        match answer.status().as_u16() {
            200 => served += 1,
            429 => {
                let wait = answer.headers()["retry-after"].to_str().unwrap();
                assert!((1..=5).contains(&wait.parse::<u32>().unwrap()));
                away += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(served >= 256 && away > 0, "{served} {away}");
    stage.tenant.run(&["fault", "clear"]);
    let after = refreshes(&stage, &mut token, 20).await;
    // Who found a place taken now would wait for about as long as it was held.
    let (before, after) = (before[10], after[10]);
    assert!(after < held / 3, "{before:?} {after:?}");
}

/// [ID-23] The keys are rotated under load, twice: tokens that live are taken by every request before, during and after it, new ones
/// are signed by the new key, and tokens that name keys nobody knows cost nobody anything: each is refused, others go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_refuses_no_living_token() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    let stage = Stage::new();
    let mut token = stage.refresh_token(ADELE).await;
    let access = stage
        .token(
            V1,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", BROKER),
                ("refresh_token", token.as_str()),
                ("resource", "https://graph.microsoft.com"),
            ],
        )
        .await;
    let living = access.1["access_token"].as_str().unwrap().to_owned();
    access.1["refresh_token"]
        .as_str()
        .unwrap()
        .clone_into(&mut token);
    let (head, rest) = living.split_once('.').unwrap();
    let mut header: Value =
        serde_json::from_slice(&dovetail_shared::encode::from_b64url(head).unwrap()).unwrap();
    let kid = header["kid"].as_str().unwrap().to_owned();
    header["kid"] = "unknown".into();
    let unknown = format!(
        "{}.{rest}",
        dovetail_shared::encode::b64url(header.to_string())
    );
    let url = stage.url("graph", "/oidc/userinfo");
    let (stop, count) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let loads: Vec<_> = [(living.clone(), 200), (unknown, 401), (living, 200)]
        .into_iter()
        .map(|(token, expected)| {
            let (visitor, url) = (stage.visitor(), url.clone());
            let (stop, count) = (stop.clone(), count.clone());
            tokio::spawn(async move {
                let bearer = format!("Bearer {token}");
                while !stop.load(Ordering::Relaxed) {
                    let headers = [("authorization", bearer.as_str())];
                    let answer = visitor.ask("GET", url.clone(), &headers, None).await;
                    assert_eq!(answer.status().as_u16(), expected);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..2 {
        stage.tenant.run(&["key-rotate"]);
        let from = count.load(Ordering::Relaxed);
        dovetail_tests::wait::until_async("more requests", async || {
            (count.load(Ordering::Relaxed) >= from + 60).then_some(())
        })
        .await
        .unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    for load in loads {
        load.await.unwrap();
    }
    // A server looks for new keys once a second.
    dovetail_tests::wait::until_async("a token by the new key", async || {
        let new = stage.id_token(ADELE).await;
        let head = new.split('.').next().unwrap();
        let head = dovetail_shared::encode::from_b64url(head).unwrap();
        let head: Value = serde_json::from_slice(&head).unwrap();
        (head["kid"] != kid.as_str()).then_some(())
    })
    .await
    .unwrap();
}
