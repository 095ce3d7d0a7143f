//! Clients that go away in the middle of what they asked for.

use std::time::{Duration, Instant};

use dovetail_shared::link::{AccessToken, CookieAsk, Empty, Request, SignIn, SsoCookie, TokenAsk};
use dovetail_shared::status::{SsoState, Status};
use dovetail_tests::raw_tpm::RawTpm;
use dovetail_tests::{Lab, Setup, talk, wait};

use crate::sso::{joined, sign_in};

const GRAPH: &str = "https://graph.microsoft.com";
/// Connections that a user may hold (`max_connections_per_uid`).
const PLACES: usize = 32;
const CLIENTS: u32 = 150;
/// Of so many clients in a row, the first is gone at once, the last waits for its answer, the others leave at points between.
const POINTS: u32 = 10;
const LAST: u32 = POINTS - 1;

fn cookie(lab: &Lab) -> Request {
    Request::Cookie(CookieAsk {
        url: format!("{}/common/oauth2/authorize", lab.tenant.value("login")),
        nonce: None,
        account: None,
    })
}

fn token() -> Request {
    Request::Token(TokenAsk {
        resource: Some(GRAPH.into()),
        scope: None,
        client_id: None,
        account: None,
    })
}

fn descriptors(lab: &Lab) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", lab.daemon.pid()))
        .unwrap()
        .count()
}

/// [OP-08] Clients ask for a cookie, a token, a sign-in, and are gone: at once, while the tenant is asked, while the TPM works, while
/// the answer is written. Afterwards the daemon holds no descriptor and no object in the TPM more than before, every place of the
/// user's is free again, and the next one gets what they ask for.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_in_the_middle_leaves_nothing_behind() {
    let setup = Setup {
        daemon: "\n[sso]\ngrants_per_minute = 100000",
        ..Setup::default()
    };
    let Some(lab) = Lab::with("pair_gone", setup) else {
        return;
    };
    let mut visitor = joined(&lab).await;
    assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
    let tpm = RawTpm::on(lab.swtpm.as_ref().unwrap().port());
    let mut client = talk::connect(&lab.daemon).await;
    client
        .call::<SsoCookie>(&cookie(&lab), wait::PATIENCE)
        .await
        .unwrap();
    drop(client);
    let loaded = tpm.loaded().len();
    let open = wait::until("nothing to be under way", || {
        let before = descriptors(&lab);
        std::thread::park_timeout(Duration::from_millis(200));
        (descriptors(&lab) == before).then_some(before)
    });
    let (mut answered, mut gone) = (0, 0);
    // How long each kind took when it was last answered: the machine is not equally fast all the time.
    let mut takes = [Duration::ZERO; 3];
    for number in 0..CLIENTS {
        let (kind, point) = (number % 3, number / 3 % POINTS);
        let request = match kind {
            0 => cookie(&lab),
            1 => token(),
            _ => Request::SignInBegin(SignIn::default()),
        };
        let takes = &mut takes[kind as usize];
        let stays = match point {
            LAST => wait::PATIENCE,
            _ => *takes * point / (LAST - 1),
        };
        let mut client = talk::connect(&lab.daemon).await;
        let begin = Instant::now();
        let call = client.call::<serde_json::Value>(&request, wait::PATIENCE);
        match tokio::time::timeout(stays, call).await {
            Ok(answer) => {
                answer.unwrap();
                *takes = begin.elapsed();
                answered += 1;
            }
            Err(_) => gone += 1,
        }
    }
    assert!(
        answered >= CLIENTS / POINTS && gone > CLIENTS / POINTS,
        "{answered} answered, {gone} gone"
    );
    wait::until("all descriptors to be closed", || {
        (descriptors(&lab) <= open).then_some(())
    });
    assert_eq!(tpm.loaded().len(), loaded, "objects stay in the TPM");
    let mut all = Vec::new();
    for _ in 0..PLACES {
        let mut client = talk::connect(&lab.daemon).await;
        let status = Request::Status(Empty {});
        let status: Status = client.call(&status, wait::PATIENCE).await.unwrap();
        assert_eq!(status.sso.unwrap().state, SsoState::Active);
        all.push(client);
    }
    let client = all.last_mut().unwrap();
    let token: AccessToken = client.call(&token(), wait::PATIENCE).await.unwrap();
    assert_eq!(token.token_type, "Bearer");
}
