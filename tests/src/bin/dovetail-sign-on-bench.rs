//! Measures a user's sign-on beside what it cannot be faster than, as JSON for `cargo xtask bench`: a cookie through host and daemon
//! beside the TPM's one command for it, and the primary refresh token beside the waits for the tenant.
//!
//! Host, daemon and tenant are the ones that `DOVETAIL_BIN_DIR` has: those that are shipped. The waits for tenant and TPM are taken
//! by relays in front of both, in other acquisitions than those that are timed: a relay costs time.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "ends where anything is wrong"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use dovetail_client::place::CHROMIUM_ID;
use dovetail_shared::encode::{from_b64, from_b64url};
use dovetail_shared::link::{Errand, Request, SignIn, SignInCode};
use dovetail_shared::prt::kdf::{bound, derivation_input};
use dovetail_shared::status::{SsoState, Status};
use dovetail_tests::gauge::Gauge;
use dovetail_tests::host::Host;
use dovetail_tests::raw_tpm::RawTpm;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::signed_on::signed_on;
use dovetail_tests::{Lab, Setup, talk};
use serde_json::{Value, json};

const ADELE: &str = "adele@contoso.com";
const DEADLINE: Duration = Duration::from_mins(1);
/// Acquisitions that are timed, and that are looked into.
const TIMED: usize = 31;
const SEEN: usize = 15;
/// Cookies of one host, and hosts: a connection may ask three hundred times in ten seconds.
const COOKIES: usize = 250;
const HOSTS: usize = 6;
/// Those that warm up.
const WARM: usize = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let setup = Setup {
        daemon: "\n[sso]\ngrants_per_minute = 100000",
        ..Setup::default()
    };
    let Some(mut lab) = Lab::with("bench_sign_on", setup) else {
        return ExitCode::FAILURE;
    };
    let mut visitor = signed_on(&lab, ADELE).await;
    let mut result = cookies(&lab);
    let mut timed = Vec::new();
    for _ in 0..=TIMED {
        let code = code(&lab, &mut visitor).await;
        timed.push(acquires(&lab, &code).await);
    }
    // The first one finds nothing warm.
    result["prt_ms"] = json!(median(timed.split_off(1)));
    let seen = seen(&mut lab, &mut visitor).await;
    for (key, value) in seen.as_object().unwrap() {
        result[key] = value.clone();
    }
    println!("{result}");
    ExitCode::SUCCESS
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn ms(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e3
}

/// What the daemon's page brings for a sign-on that was begun.
async fn code(lab: &Lab, visitor: &mut Visitor) -> Request {
    let mut client = talk::connect(&lab.daemon).await;
    let begin = Request::SignInBegin(SignIn::default());
    let errand: Errand = client.call(&begin, DEADLINE).await.unwrap();
    let errand = Errand {
        // The browser goes there without a detour.
        authority: format!("{}/common", lab.tenant.value("login")),
        ..errand
    };
    let fields = visitor.errand(&lab.tenant, &errand).await;
    Request::SignInCode(SignInCode {
        code: fields.get("code").cloned().map(Into::into),
        error: fields.get("error").cloned(),
        error_description: fields.get("error_description").cloned(),
    })
}

/// From the code to a primary refresh token on disk.
async fn acquires(lab: &Lab, code: &Request) -> f64 {
    let mut client = talk::connect(&lab.daemon).await;
    let begin = Instant::now();
    let status: Status = client.call(code, DEADLINE).await.unwrap();
    let taken = ms(begin.elapsed());
    let sso = status.sso.unwrap();
    assert!(
        sso.state == SsoState::Active && sso.report.is_none(),
        "{sso:?}"
    );
    taken
}

/// The same behind relays: what is waited for in an acquisition.
async fn seen(lab: &mut Lab, visitor: &mut Visitor) -> Value {
    let tenant = Gauge::before(lab.tenant.port());
    let tpm = Gauge::before_tpm(lab.swtpm.as_ref().unwrap().port());
    let swtpm = lab.swtpm.as_ref().unwrap().port();
    // The tenant's pages stay where they are: what comes back from them must be what was asked for.
    let login = lab.tenant.value("login").to_owned();
    let (host, _) = login.rsplit_once(':').unwrap();
    let behind = format!("{host}:{}", tenant.port());
    lab.daemon.reconfigure(|text| {
        let text = text.replace(&login, &behind);
        text.replace(&format!("port={swtpm}"), &format!("port={}", tpm.port()))
    });
    let (mut waits, mut chip) = (Vec::new(), Vec::new());
    let (mut answers, mut commands) = (Vec::new(), Vec::new());
    for _ in 0..=SEEN {
        let code = code(lab, visitor).await;
        tenant.read();
        tpm.read();
        acquires(lab, &code).await;
        let (asked, commanded) = (tenant.read(), tpm.read());
        waits.push(ms(asked.taken));
        chip.push(ms(commanded.taken));
        answers.push(count(asked.answers));
        commands.push(count(commanded.answers));
    }
    json!({
        "prt_tenant_ms": median(waits.split_off(1)),
        "prt_chip_ms": median(chip.split_off(1)),
        "prt_answers": median(answers.split_off(1)),
        "prt_commands": median(commands.split_off(1)),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen")]
fn count(number: usize) -> f64 {
    number as f64
}

/// Cookies at the host's pipes, in turns with the TPM's command alone, by the same key in the same TPM.
fn cookies(lab: &Lab) -> Value {
    let tpm = RawTpm::on(lab.swtpm.as_ref().unwrap().port());
    let request = json!({"v": 1, "id": "a", "type": "cookie", "deadline_ms": 10_000, "body": {"url":
        format!("{}/common/oauth2/authorize?client_id=a&sso_nonce=AwABEgEAAAADAOz_BQD0_bench", lab.tenant.value("login"))}})
    .to_string();
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..HOSTS {
        let mut host = Host::start(lab, CHROMIUM_ID);
        let (key, message) = session_key(tpm, &host.exchange(request.as_bytes()));
        for round in 0..COOKIES + WARM {
            let begin = Instant::now();
            tpm.hmac(key, &message).unwrap();
            let command = begin.elapsed();
            let begin = Instant::now();
            let answer = host.exchange(request.as_bytes());
            let cookie = begin.elapsed();
            // A refusal is no cookie, and shorter.
            assert!(answer.len() > 400, "{}", String::from_utf8_lossy(&answer));
            if round >= WARM {
                alone.push(ms(command));
                whole.push(ms(cookie));
            }
        }
    }
    json!({ "cookie_ms": median(whole), "hmac_ms": median(alone) })
}

/// The handle of the key that signed this cookie, and what that key was derived with: the TPM is asked for the same once more, and
/// the cookie's signature must be that of what comes back.
fn session_key(tpm: RawTpm, answer: &[u8]) -> (u32, Vec<u8>) {
    let answer: Value = serde_json::from_slice(answer).unwrap();
    let cookie = answer["body"]["value"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    let (input, signature) = cookie.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&from_b64url(header).unwrap()).unwrap();
    let ctx = from_b64(header["ctx"].as_str().unwrap()).unwrap();
    let bound = bound(&ctx, &from_b64url(payload).unwrap());
    let message = derivation_input(digest(&SHA256, &bound).as_ref());
    let signature = from_b64url(signature).unwrap();
    let signed = |handle: &u32| {
        let derived = tpm.hmac(*handle, &message)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &derived);
        hmac::verify(&key, input.as_bytes(), &signature).ok()
    };
    let found = tpm.loaded().into_iter().find(|key| signed(key).is_some());
    let key = found.unwrap_or_else(|| panic!("the key of this cookie is not loaded"));
    (key, message)
}
