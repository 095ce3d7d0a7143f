//! Two servers on one database, and the keys that sign their tokens: whatever becomes of those, what one server signs the other takes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use dovetail_shared::encode::{b64url, from_b64url};
use dovetail_tests::postgres::Postgres;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::Tenant;
use dovetail_tests::wait::until_async;
use serde_json::Value;
use url::Url;

use crate::stage::{BROKER, Stage};

const ADELE: &str = "adele@contoso.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// A server as somebody sees it who has a refresh token.
struct Seen {
    visitor: Visitor,
    tokens: Url,
    userinfo: Url,
    keys: Url,
}

impl Seen {
    fn of(stage: &Stage) -> Self {
        Self {
            visitor: stage.visitor(),
            tokens: stage.url("login", "/common/oauth2/token"),
            userinfo: stage.url("graph", "/oidc/userinfo"),
            keys: stage.url("login", "/common/discovery/keys"),
        }
    }

    /// A new access token; `refresh` is renewed.
    async fn mint(&self, refresh: &mut String) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "refresh_token"),
                ("client_id", BROKER),
                ("refresh_token", refresh.as_str()),
                ("resource", "https://graph.microsoft.com"),
            ])
            .finish();
        let sent = self
            .visitor
            .send(self.tokens.clone(), FORM, &[], body.into());
        let tokens: Value = sent.await.unwrap().json().await.unwrap();
        let text = |name: &str| tokens[name].as_str().map(str::to_owned);
        *refresh = text("refresh_token").unwrap_or_else(|| panic!("{tokens}"));
        text("access_token").unwrap()
    }

    /// What it says to a token.
    async fn status(&self, token: &str) -> u16 {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let url = self.userinfo.clone();
        let answer = self.visitor.ask("GET", url, &headers, None).await;
        answer.status().as_u16()
    }

    /// The names of the keys that it publishes.
    async fn published(&self) -> BTreeSet<String> {
        let answer = self.visitor.ask("GET", self.keys.clone(), &[], None).await;
        let keys: Value = answer.json().await.unwrap();
        let keys = keys["keys"].as_array().unwrap();
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&from_b64url(token.split('.').next().unwrap()).unwrap()).unwrap()
}

fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

/// The token under the name of a key that nobody has.
fn of_nobody(token: &str) -> String {
    let mut head = header(token);
    head["kid"] = "unknown".into();
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", b64url(head.to_string()))
}

/// Two servers of a tenant on that database, and refresh tokens of so many sign-ins.
async fn two(database: Option<String>, sign_ins: usize) -> (Stage, Stage, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start_on(dir.path(), database, &[]);
    let first = Stage { tenant, dir };
    let dir = tempfile::tempdir().unwrap();
    let tenant = first.tenant.beside(dir.path());
    let second = Stage { tenant, dir };
    let mut tokens = Vec::new();
    for _ in 0..sign_ins {
        tokens.push(second.refresh_token(ADELE).await);
    }
    (first, second, tokens)
}

/// The keys that signed so far.
type Signed = Arc<Mutex<BTreeSet<String>>>;

/// Has tokens signed by one server and shown to the other, all of which must be taken, until `stop`.
async fn across(
    (from, to): (Seen, Seen),
    mut refresh: String,
    signed: Signed,
    stop: Arc<AtomicBool>,
) {
    while !stop.load(Ordering::Relaxed) {
        let token = from.mint(&mut refresh).await;
        assert_eq!(to.status(&token).await, 200, "a token by {}", kid(&token));
        signed.lock().unwrap().insert(kid(&token));
    }
}

/// [ID-23] The keys are rotated twice while tokens are signed without end at either of two servers, and each is shown to the other
/// at once: all are taken. That does not hang on a look into the store for names that nobody knows: others send such names all the
/// while, and use that look up.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_signs_the_other_takes_around_a_rotation() {
    let postgres = Postgres::start();
    for database in [None, Some(postgres.database())] {
        let (first, second, tokens) = two(database, 3).await;
        let mut tokens = tokens.into_iter();
        let mut unknown = tokens.next().unwrap();
        let unknown = of_nobody(&Seen::of(&first).mint(&mut unknown).await);
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        let mut signed: Vec<Signed> = Vec::new();
        for (from, to) in [(&first, &second), (&second, &first)] {
            let by = Signed::default();
            signed.push(by.clone());
            let pair = (Seen::of(from), Seen::of(to));
            tasks.push(tokio::spawn(across(
                pair,
                tokens.next().unwrap(),
                by,
                stop.clone(),
            )));
            let (seen, unknown, stop) = (Seen::of(from), unknown.clone(), stop.clone());
            tasks.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(seen.status(&unknown).await, 401);
                }
            }));
        }
        let here = Seen::of(&first);
        for turn in 1..=2 {
            let published = here.published().await;
            first.tenant.run(&["key-rotate"]);
            for by in &signed {
                until_async("tokens by the next key", async || {
                    (by.lock().unwrap().len() > turn).then_some(())
                })
                .await
                .unwrap();
                // It was published when the rotation began.
                assert!(by.lock().unwrap().is_subset(&published));
            }
        }
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
    }
}

/// [ID-23] When the keys have to go at once, what they signed is refused everywhere, and what the one server signs with the new ones
/// is taken by the other although that has not heard of them yet: it looks into the store for the name.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_others_may_have_are_withdrawn_at_once() {
    let postgres = Postgres::start();
    for database in [None, Some(postgres.database())] {
        let (first, second, tokens) = two(database, 1).await;
        let (here, there) = (Seen::of(&first), Seen::of(&second));
        let mut refresh = tokens.into_iter().next().unwrap();
        let stolen = here.mint(&mut refresh).await;
        assert_eq!(there.status(&stolen).await, 200);
        let before = here.published().await;
        first.tenant.run(&["key-rotate", "--now"]);
        // Whoever is asked for the keys reads them anew: this server is ahead of the other.
        let after = here.published().await;
        assert!(before.is_disjoint(&after), "{before:?} {after:?}");
        let token = here.mint(&mut refresh).await;
        assert!(after.contains(&kid(&token)));
        assert_eq!(there.status(&token).await, 200);
        for seen in [&here, &there] {
            until_async("the stolen token to be refused", async || {
                (seen.status(&stolen).await == 401).then_some(())
            })
            .await
            .unwrap();
            assert_eq!(seen.published().await, after);
        }
    }
}
