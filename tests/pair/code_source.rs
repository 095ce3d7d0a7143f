//! The code source without a browser: what ties a code to a join (ADR 0023).

use dovetail_shared::link::{Began, CodeAnswer, JoinState, JoinView, Request};
use dovetail_shared::{Code, Report};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk};

const DIEGO: &str = "diego@contoso.com";

fn lab(story: &str) -> Lab {
    let setup = Setup {
        soft_keys: true,
        log: "trace",
        ..Setup::default()
    };
    let mut lab = Lab::with(story, setup).unwrap();
    lab.daemon
        .reconfigure(|text| text.replace("[tenant]\n", "[tenant]\nprofile = \"entra\"\n"));
    lab
}

/// Hands a code down as the portal does.
fn hand(lab: &Lab, began: &Began, code: &str) -> Result<JoinView, Box<Report>> {
    let answer = Request::JoinCode(CodeAnswer {
        join_id: began.join.join_id,
        code: Some(code.to_owned().into()),
        error: None,
        error_description: None,
    });
    let body = talk::as_page(&lab.daemon, lab.tenant.value("portal"), &answer)?;
    Ok(serde_json::from_value(body).unwrap())
}

/// A code leads to a joined and managed device; neither it nor its verifier is in any file of the daemon's.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_joins_a_device() {
    let lab = lab("code_source");
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    assert_eq!(
        began.code.redirect_uri.as_deref().unwrap(),
        format!("{}/common/oauth2/nativeclient", lab.tenant.value("login"))
    );
    let mut visitor = Visitor::new(&lab.tenant);
    let code = visitor.join_code(&lab.tenant, &began, DIEGO).await;
    let view = hand(&lab, &began, &code).unwrap();
    assert_eq!(view.account.as_ref().unwrap().upn, DIEGO);
    // Diego has no terms to read.
    let view = talk::standing(&lab.daemon, &[JoinState::WaitingForConfirmation]).await;
    talk::confirm(&mut client, &view).await;
    let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
    assert!(view.device.is_some() && view.report.is_none());
    let log = std::fs::read_to_string(lab.dir().join("daemon.log")).unwrap();
    let record = String::from_utf8(lab.daemon.file("record.json")).unwrap();
    assert!(!log.contains(&code) && !record.contains(&code));
    assert!(!record.contains("eyJ"));
}

/// [PG-08] Another join's code, a code that was used, and a code that somebody fetched by themselves join nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_request_joins_nothing() {
    let mut lab = lab("code_source_foreign");
    let mut client = talk::connect(&lab.daemon).await;
    let mut visitor = Visitor::new(&lab.tenant);
    let first = talk::begin(&mut client).await;
    let old = visitor.join_code(&lab.tenant, &first, DIEGO).await;
    // The person began anew: other challenge, other nonce.
    let second = talk::begin(&mut client).await;
    assert_ne!(first.nonce, second.nonce);
    assert_ne!(first.code.code_challenge, second.code.code_challenge);
    assert!(hand(&lab, &second, &old).is_err());
    // The verifier was for one try.
    let late = visitor.join_code(&lab.tenant, &second, DIEGO).await;
    assert_eq!(
        hand(&lab, &second, &late).unwrap_err().code,
        Code::NONCE_UNKNOWN
    );
    // A restart forgets the verifier; nothing of the join is on disk that could redeem a code.
    let third = talk::begin(&mut client).await;
    let code = visitor.join_code(&lab.tenant, &third, DIEGO).await;
    lab.daemon.kill();
    lab.daemon.run();
    assert_eq!(
        hand(&lab, &third, &code).unwrap_err().code,
        Code::NONCE_UNKNOWN
    );
    // With a nonce of somebody's own, the ID token is not this join's.
    let mut client = talk::connect(&lab.daemon).await;
    let mut forged = talk::begin(&mut client).await;
    let honest = forged.nonce.clone();
    forged.nonce = "somebody-elses".into();
    let code = visitor.join_code(&lab.tenant, &forged, DIEGO).await;
    assert_ne!(honest, forged.nonce);
    assert_eq!(
        hand(&lab, &forged, &code).unwrap_err().code,
        Code::NONCE_UNKNOWN
    );
    assert!(lab.tenant.devices().is_empty());
    let join = talk::status(&mut client).await.join.unwrap();
    assert!(join.account.is_none());
}

/// Where the tenant answers with ID tokens, a code joins nothing, whoever brings it.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_taken_where_none_was_asked_for() {
    let mut lab = lab("code_source_off");
    lab.daemon
        .reconfigure(|text| text.replace("profile = \"entra\"\n", ""));
    let began = talk::begin(&mut talk::connect(&lab.daemon).await).await;
    assert_eq!(began.code, dovetail_shared::link::CodeSource::default());
    assert_eq!(
        hand(&lab, &began, "0.code").unwrap_err().code,
        Code::WRONG_STATE
    );
}
