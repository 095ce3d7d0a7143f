//! Measures what header SSO costs a navigation, and whether each is signed in by a credential of its own, as JSON for
//! `cargo xtask bench`.
//!
//! Two browsers visit the same application in turns: one has no extension and a session at the tenant; the other takes no cookies, so
//! that each visit is signed in by the device or not at all. The tenant takes each nonce once: who is signed in had a fresh credential.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "ends where anything is wrong"
)]

use std::process::ExitCode;
use std::time::Instant;

use dovetail_tests::app::App;
use dovetail_tests::browser::{Cookies, Options};
use dovetail_tests::page::Person;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::signed_on::signed_on;
use dovetail_tests::{Browser, Kind, Lab, Setup};
use serde_json::{Value, json};
use url::Url;

const ADELE: &str = "adele@contoso.com";
/// Timed visits, their nonce known.
const TIMED: usize = 200;
/// Visits without a nonce, and with one that is stale.
const BARE: usize = 200;
const STALE: usize = 100;
/// A tab gets twenty credentials in ten seconds (`guard.js`): a person changes tabs, too.
const VISITS_OF_A_TAB: usize = 10;
/// What the tenant says when it sends a new nonce.
const NEW_NONCE: &str = "a credential needs a new nonce";

#[tokio::main]
async fn main() -> ExitCode {
    let mut result = json!({});
    for (kind, name) in [(Kind::Chromium, "chromium"), (Kind::Firefox, "firefox")] {
        let Some(measured) = measure(kind).await else {
            return ExitCode::FAILURE;
        };
        for (key, value) in measured.as_object().unwrap() {
            result[format!("{name}_{key}")] = value.clone();
        }
    }
    println!("{result}");
    ExitCode::SUCCESS
}

async fn measure(kind: Kind) -> Option<Value> {
    let setup = Setup {
        daemon: "\n[sso]\ngrants_per_minute = 100000",
        ..Setup::default()
    };
    let lab = Lab::with("bench_sso", setup)?;
    let app = App::start(&lab);
    signed_on(&lab, ADELE).await;
    let bare = Options {
        extension: false,
        host: false,
        ..Options::default()
    };
    let without = Browser::start(&lab, kind, bare).await?;
    let cookieless = Options {
        cookies: Cookies::None,
        ..Options::default()
    };
    let with = Browser::start(&lab, kind, cookieless).await?;
    let (without, with) = (
        Person {
            browser: &without,
            lab: &lab,
        },
        Person {
            browser: &with,
            lab: &lab,
        },
    );
    types_a_password(&without, &app).await;
    // The extension has found the device when it signs in.
    while visit(&with, &app, "").await.is_none() {}
    let visitor = Visitor::new(&lab.tenant);
    let (mut plain, mut signed, mut fresh) = (Vec::new(), Vec::new(), 0_usize);
    for round in 0..TIMED {
        another_tab(&with, round).await;
        plain.push(visit(&without, &app, "").await.unwrap());
        let query = format!("?sso_nonce={}", nonce(&lab, &visitor).await);
        if let Some(ms) = visit(&with, &app, &query).await {
            signed.push(ms);
            fresh += 1;
        }
    }
    for round in 0..BARE {
        another_tab(&with, round).await;
        fresh += usize::from(visit(&with, &app, "").await.is_some());
    }
    let sent = || lab.tenant.process.output().matches(NEW_NONCE).count();
    let before = sent();
    for round in 0..STALE {
        another_tab(&with, round).await;
        let query = format!("?sso_nonce=stale{round}");
        fresh += usize::from(visit(&with, &app, &query).await.is_some());
    }
    let redirects = sent().saturating_sub(before);
    let (plain, signed) = (median(plain), median(signed));
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let measured = json!({
        "without_ms": plain,
        "more_ms": signed - plain,
        "fresh_percent": 100.0 * share(fresh, TIMED + BARE + STALE),
        "redirects": share(redirects, STALE),
    });
    for person in [without, with] {
        person.browser.driver.clone().quit().await.ok();
    }
    Some(measured)
}

async fn types_a_password(person: &Person<'_>, app: &App) {
    person
        .goes_to(&format!("{}/?login_hint={ADELE}", app.url))
        .await
        .unwrap();
    let (password, _) = person.lab.tenant.person(ADELE);
    person.enters_password(&password).await.unwrap();
    person.does_not_stay_signed_in().await.unwrap();
    person.sees("Signed in").await.unwrap();
}

/// How long it took until the application knew who came; none where it does not know.
async fn visit(person: &Person<'_>, app: &App, query: &str) -> Option<f64> {
    let begin = Instant::now();
    person
        .goes_to(&format!("{}/{query}", app.url))
        .await
        .unwrap();
    let ms = begin.elapsed().as_secs_f64() * 1e3;
    let heading = person.reads("h1").await.unwrap();
    (heading == "Signed in").then_some(ms)
}

async fn another_tab(person: &Person<'_>, round: usize) {
    if round.is_multiple_of(VISITS_OF_A_TAB) {
        let driver = &person.browser.driver;
        let new = driver.new_tab().await.unwrap();
        driver.close_window().await.unwrap();
        driver.switch_to_window(new).await.unwrap();
    }
}

/// A nonce of the tenant's, as it would have put it into the address.
async fn nonce(lab: &Lab, visitor: &Visitor) -> String {
    let url = Url::parse(&format!(
        "{}/common/oauth2/token",
        lab.tenant.value("login")
    ))
    .unwrap();
    let form = b"grant_type=srv_challenge".to_vec();
    let kind = "application/x-www-form-urlencoded";
    let answer = visitor.send(url, kind, &[], form).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["Nonce"].as_str().unwrap().to_owned()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
