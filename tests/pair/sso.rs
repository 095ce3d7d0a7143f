//! Single sign-on: daemon and tenant, from the sign-in to the organisation's last word.

use dovetail_shared::encode::from_b64url;
use dovetail_shared::link::{Errand, JoinState, Request, SignIn, SignInCode, StepState};
use dovetail_shared::status::{KeyProtection, SsoDetails, SsoState, Status};
use dovetail_shared::{Code, Step};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk, wait};
use serde_json::Value;
use url::Url;

use crate::mdm::{managed, status};

pub(crate) const ADELE: &str = "adele@contoso.com";
const GRAPH: &str = "https://graph.microsoft.com";
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// Joins as somebody whose devices nobody manages.
pub(crate) async fn joined(lab: &Lab) -> Visitor {
    joined_as(lab, ADELE).await
}

/// The same as somebody else.
pub(crate) async fn joined_as(lab: &Lab, upn: &str) -> Visitor {
    let mut visitor = Visitor::new(&lab.tenant);
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = visitor.id_token(&lab.tenant, &began, upn).await;
    let view = talk::token(&mut client, &began, token).await.unwrap();
    talk::confirm(&mut client, &view).await;
    let stops = [JoinState::Joined, JoinState::Failed];
    let view = talk::standing(&lab.daemon, &stops).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    visitor
}

/// What the page does: the errand, the code, and what came of it.
pub(crate) async fn sign_in(lab: &Lab, visitor: &mut Visitor) -> SsoDetails {
    let mut client = talk::connect(&lab.daemon).await;
    let begin = Request::SignInBegin(SignIn::default());
    let errand: Errand = client.call(&begin, PATIENCE).await.unwrap();
    let fields = visitor.errand(&lab.tenant, &errand).await;
    let answer = Request::SignInCode(SignInCode {
        code: fields.get("code").cloned().map(Into::into),
        error: fields.get("error").cloned(),
        error_description: fields.get("error_description").cloned(),
    });
    let status: Status = client.call(&answer, PATIENCE).await.unwrap();
    status.sso.unwrap()
}

/// Renewals every second from now on.
fn hurry(lab: &mut Lab) {
    lab.daemon
        .reconfigure(|text| format!("{text}\n[sso]\nrenewal_seconds = 1\n"));
}

async fn until(lab: &Lab, what: &str, good: impl Fn(&SsoDetails) -> bool) -> SsoDetails {
    let awaited = format!("the sign-on to be {what}");
    let found = wait::until_async(&awaited, || async {
        status(lab).await.sso.filter(|sso| good(sso))
    })
    .await;
    found.unwrap()
}

pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&from_b64url(payload).unwrap()).unwrap()
}

/// A managed join ends signed on. The command line shows it, gives a token that names the device, and a cookie that the tenant takes
/// instead of a person.
#[tokio::test(flavor = "multi_thread")]
async fn a_managed_device_signs_its_user_on() {
    let Some(lab) = Lab::start("pair_sso") else {
        return;
    };
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let last = view.steps.last().unwrap();
    assert_eq!((last.step, last.state), (Step::SignOn, StepState::Done));
    let sso = status(&lab).await.sso.unwrap();
    assert_eq!(
        (sso.state, sso.keys),
        (SsoState::Active, Some(KeyProtection::Tpm)),
        "{sso:?}"
    );
    assert_eq!(sso.upn.as_deref(), Some("diego@contoso.com"));
    let (code, text, complaint) = lab.daemon.cli(&["status"]);
    assert!(
        code == 0 && text.contains("AzureAdPrt : YES"),
        "{text}{complaint}"
    );

    let device = view.device.unwrap().device_id.to_string();
    let (code, text, complaint) = lab.daemon.cli(&["token", "--resource", GRAPH]);
    assert_eq!(code, 0, "{complaint}");
    let token = claims(text.trim());
    assert_eq!(
        (&token["deviceid"], &token["upn"]),
        (&device.as_str().into(), &"diego@contoso.com".into()),
        "{token}"
    );
    let scope = format!("{GRAPH}/.default");
    let (code, text, complaint) = lab.daemon.cli(&["token", "--scope", &scope, "--json"]);
    assert_eq!(code, 0, "{complaint}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        claims(answer["access_token"].as_str().unwrap())["deviceid"],
        device.as_str()
    );

    let authority = status(&lab).await.tenant.unwrap().authority;
    let mut authorize = Url::parse(&format!("{authority}/oauth2/authorize")).unwrap();
    authorize.query_pairs_mut().extend_pairs([
        ("client_id", "29d9ed98-a469-4536-ade2-f981bc1d605e"),
        ("response_type", "code"),
        ("resource", GRAPH),
        ("prompt", "none"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
        ("redirect_uri", lab.tenant.value("page")),
    ]);
    let mut stranger = Visitor::new(&lab.tenant);
    let refused = stranger.get(authorize.clone()).await;
    let refused = refused.headers()["location"].to_str().unwrap().to_owned();
    assert!(!refused.contains("code="), "{refused}");
    let (code, text, complaint) = lab.daemon.cli(&["cookie", authorize.as_str()]);
    assert_eq!(code, 0, "{complaint}");
    let (name, value) = text.trim().split_once('=').unwrap();
    let mut visitor = Visitor::new(&lab.tenant);
    let answer = visitor.get_with(authorize, &[(name, value)]).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with(lab.tenant.value("page")) && location.contains("code="),
        "{location}"
    );
}

/// A user signs in on the page after the join, and the organisation has the last word on the device: disabled, enabled again, deleted.
#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_has_the_last_word_on_the_device() {
    let Some(mut lab) = Lab::start("pair_sso_device") else {
        return;
    };
    hurry(&mut lab);
    let mut visitor = joined(&lab).await;
    let before = status(&lab).await.sso.unwrap();
    assert_eq!(before.state, SsoState::None);
    let sso = sign_in(&lab, &mut visitor).await;
    assert_eq!(sso.state, SsoState::Active, "{sso:?}");
    let issued = sso.issued;
    until(&lab, "renewed", |sso| sso.issued > issued).await;
    let device = status(&lab).await.details.unwrap().device_id.to_string();
    lab.tenant.run(&["device", "disable", &device]);
    let told = until(&lab, "disabled", |sso| {
        sso.state == SsoState::DeviceDisabled
    })
    .await;
    assert_eq!(told.report.unwrap().code, Code::AADSTS_DEVICE_DISABLED);
    assert_eq!(lab.daemon.cli(&["token", "--resource", GRAPH]).0, 3);
    lab.tenant.run(&["device", "enable", &device]);
    let back = until(&lab, "active or to be signed in to", |sso| {
        sso.state != SsoState::DeviceDisabled
    })
    .await;
    // Disabling a device has ended its tokens: the person signs in once more.
    if back.state != SsoState::Active {
        assert_eq!(back.state, SsoState::SignInAgain, "{back:?}");
        assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
    }
    lab.tenant.run(&["device", "delete", &device]);
    let told = until(&lab, "deleted", |sso| sso.state == SsoState::DeviceDeleted).await;
    assert_eq!(told.report.unwrap().code, Code::AADSTS_DEVICE_NOT_FOUND);
}

/// An account that was disabled has no sign-on any more, and the person is asked to sign in again.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_ends_the_sign_on() {
    let setup = Setup {
        soft_keys: true,
        ..Setup::default()
    };
    let Some(mut lab) = Lab::with("pair_sso_account", setup) else {
        return;
    };
    hurry(&mut lab);
    let mut visitor = joined(&lab).await;
    let sso = sign_in(&lab, &mut visitor).await;
    assert_eq!(
        (sso.state, sso.keys),
        (SsoState::Active, Some(KeyProtection::File)),
        "{sso:?}"
    );
    lab.tenant.run(&["user", "disable", ADELE]);
    let told = until(&lab, "ended", |sso| sso.state == SsoState::SignInAgain).await;
    assert!(told.report.is_some() && told.expires.is_none(), "{told:?}");
    let (code, _, complaint) = lab.daemon.cli(&["token", "--resource", GRAPH]);
    assert!(
        code == 1 && complaint.contains("dovetail sign-in"),
        "{complaint}"
    );
}

/// After thirty days the session key is changed: the tenant takes a refresh token that the old token brought.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_session_key_is_changed_for_a_new_one() {
    let Some(mut lab) = Lab::start("pair_sso_roll") else {
        return;
    };
    let mut visitor = joined(&lab).await;
    assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
    let uid = rustix::process::geteuid().as_raw();
    let file = lab.daemon.state().join(format!("sso/{uid}/prt.json"));
    let read = || serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap();
    let old = read()["prt"]["keys"].clone();
    lab.daemon.stop();
    let mut record = read();
    record["prt"]["key_since"] = 1.into();
    record["prt"]["next_renewal"] = 1.into();
    std::fs::write(&file, record.to_string()).unwrap();
    hurry(&mut lab);
    wait::until("a new session key", || {
        (read()["prt"]["keys"] != old).then_some(())
    });
    let (code, _, complaint) = lab.daemon.cli(&["token", "--resource", GRAPH]);
    assert_eq!(code, 0, "{complaint}");
}
