//! Single sign-on from inside the daemon: two users of one machine, and a disk that is full.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

use std::sync::Arc;

use dovetail_shared::Code;
use dovetail_shared::link::{CookieAsk, SignIn, SignInCode, TokenAsk};
use dovetail_shared::status::{SsoDetails, SsoState};
use dovetaild::front::{Peer, Program};
use dovetaild::{Daemon, config, prt};
use support::machine::Machine;
use support::wait;

fn peer(uid: u32) -> Peer {
    Peer {
        uid,
        pid: 1,
        start: 1,
        name: None,
        program: Program::default(),
        caller: None,
    }
}

/// A joined machine whose daemon is this process.
fn taken_over(further: &str) -> (Machine, Arc<Daemon>) {
    let mut machine = Machine::with(None, further);
    machine.drive();
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    let config = config::load(Some(&machine.dir.path().join("dovetail.toml"))).unwrap();
    let daemon = Arc::new(Daemon::open(config).unwrap());
    (machine, daemon)
}

/// The tenant has a runtime of its own, which may not end inside of this one.
fn inside(story: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(story);
}

async fn sign_in(machine: &Machine, daemon: &Daemon, uid: u32) -> Result<(), Code> {
    let errand = prt::begin(daemon, &peer(uid), SignIn::default())
        .await
        .map_err(|report| report.code)?;
    machine
        .fake
        .expect_sign_in(&serde_json::to_value(&errand).unwrap());
    let answer = SignInCode {
        code: Some("code".to_owned().into()),
        ..SignInCode::default()
    };
    prt::code(daemon, &peer(uid), answer)
        .await
        .map_err(|report| report.code)
}

fn details(daemon: &Daemon, uid: u32) -> SsoDetails {
    prt::details(daemon, uid).unwrap()
}

fn graph() -> TokenAsk {
    TokenAsk {
        resource: Some("https://graph.example".into()),
        ..TokenAsk::default()
    }
}

/// [DM-22] [DM-24] A second user of the machine has neither token nor cookie nor status of the first; each has their own, and an id that is
/// nobody's has none.
#[test]
fn each_user_has_their_own() {
    let (machine, daemon) = taken_over("");
    inside(async {
        sign_in(&machine, &daemon, 0).await.unwrap();
        assert_eq!(details(&daemon, 0).state, SsoState::Active);
        let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
        let cookie = CookieAsk {
            account: None,
            url,
            nonce: Some("n".into()),
        };
        for uid in [1, 2] {
            assert_eq!(details(&daemon, uid).state, SsoState::None);
            assert_eq!(details(&daemon, uid).upn, None);
            let token = prt::token(&daemon, &peer(uid), &graph()).await;
            assert_eq!(token.unwrap_err().code, Code::SSO_NOT_SIGNED_IN);
            let cookie = prt::cookie(&daemon, &peer(uid), &cookie).await;
            assert_eq!(cookie.unwrap_err().code, Code::SSO_NOT_SIGNED_IN);
        }
        // An errand of one is not another's.
        let errand = prt::begin(&daemon, &peer(1), SignIn::default())
            .await
            .unwrap();
        machine
            .fake
            .expect_sign_in(&serde_json::to_value(&errand).unwrap());
        let theirs = SignInCode {
            code: Some("code".to_owned().into()),
            ..SignInCode::default()
        };
        let stolen = prt::code(&daemon, &peer(2), theirs.clone()).await;
        assert_eq!(stolen.unwrap_err().code, Code::SSO_ERRAND);
        prt::code(&daemon, &peer(1), theirs).await.unwrap();
        assert_eq!(details(&daemon, 1).state, SsoState::Active);
        let tokens = machine.fake.sso.lock().unwrap().tokens.len();
        assert_eq!(tokens, 2, "both use one token");
        for uid in [65_534, 61_200, u32::MAX] {
            assert_eq!(
                sign_in(&machine, &daemon, uid).await,
                Err(Code::PEER_REFUSED),
                "{uid}"
            );
        }
        assert!(machine.dir.path().join("state/sso/1/prt.json").exists());
        assert!(!machine.dir.path().join("state/sso/65534").exists());
    });
}

/// [DM-11] The disk is full at a renewal: the token of before stays, on disk and in use, the person is told, and it heals by itself.
#[test]
fn a_full_disk_at_renewal_keeps_the_old_token() {
    let (machine, daemon) = taken_over("[sso]\nrenewal_seconds = 1\n");
    inside(async {
        sign_in(&machine, &daemon, 0).await.unwrap();
        let file = machine.dir.path().join("state/sso/0/prt.json");
        let before = std::fs::read(&file).unwrap();
        daemon.store.fail_from(1);
        prt::start(&daemon);
        until(&daemon, "told", |now| {
            now.report
                .as_ref()
                .is_some_and(|report| report.code == Code::STORE_FAILED)
        })
        .await;
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(details(&daemon, 0).state, SsoState::Active);
        prt::token(&daemon, &peer(0), &graph()).await.unwrap();
        // It does not hammer the server meanwhile: each failure waits longer than the one before.
        let renewals = machine.fake.sso.lock().unwrap().counts[1];
        assert!(renewals < 20, "{renewals} renewals");
        daemon.store.fail_from(0);
        let issued = details(&daemon, 0).issued;
        until(&daemon, "renewed", |now| {
            now.issued > issued && now.report.is_none()
        })
        .await;
        assert_ne!(std::fs::read(&file).unwrap(), before);
    });
}

/// [DM-11] The disk is full at a sign-in: nothing half is left, and the asker is told.
#[test]
fn a_full_disk_at_sign_in_leaves_nothing() {
    let (machine, daemon) = taken_over("");
    inside(async {
        daemon.store.fail_from(1);
        assert_eq!(sign_in(&machine, &daemon, 0).await, Err(Code::STORE_FAILED));
        assert_eq!(details(&daemon, 0).state, SsoState::None);
        assert!(!machine.dir.path().join("state/sso/0/prt.json").exists());
        daemon.store.fail_from(0);
        sign_in(&machine, &daemon, 0).await.unwrap();
        assert_eq!(details(&daemon, 0).state, SsoState::Active);
    });
}

/// Waits until the first user's sign-on is as awaited.
async fn until(daemon: &Daemon, what: &str, good: impl Fn(&SsoDetails) -> bool) {
    wait::until_async(&format!("a sign-on that is {what}"), || {
        let now = details(daemon, 0);
        wait::when(good(&now), format!("{now:?}"))
    })
    .await;
}
