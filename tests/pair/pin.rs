//! A PIN: daemon, TPM and tenant, from the set-up to the day on which the organisation takes it away.

use dovetail_shared::Secret;
use dovetail_shared::link::{Errand, Pin, PinView, Request, SignIn, SignInCode};
use dovetail_shared::status::{SsoState, Status};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, talk, wait};
use serde_json::Value;
use url::Url;

use crate::mdm::status;
use crate::sso::{claims, joined_as, sign_in};

/// Somebody whose account has a second factor.
const MEGAN: &str = "megan@contoso.com";
const GRAPH: &str = "https://graph.microsoft.com";
const PIN: &str = "482916\n";

/// What the page does where the errand asks for the second factor.
async fn sign_in_with_both(lab: &Lab, visitor: &mut Visitor, upn: &str) -> Status {
    let mut client = talk::connect(&lab.daemon).await;
    let begin = Request::SignInBegin(SignIn::default());
    let errand: Errand = client.call(&begin, wait::PATIENCE).await.unwrap();
    assert_eq!(errand.amr_values.as_deref(), Some("ngcmfa"));
    let silent = visitor.errand(&lab.tenant, &errand).await;
    assert_eq!(silent["error"], "interaction_required", "{silent:?}");
    let mut authorize = Url::parse(&format!("{}/oauth2/authorize", errand.authority)).unwrap();
    authorize.query_pairs_mut().extend_pairs([
        ("client_id", errand.client_id.as_str()),
        ("response_type", "code"),
        ("response_mode", "fragment"),
        ("resource", &errand.resource),
        ("nonce", &errand.nonce),
        ("state", "state"),
        ("code_challenge", &errand.code_challenge),
        ("code_challenge_method", "S256"),
        ("amr_values", "ngcmfa"),
        ("redirect_uri", lab.tenant.value("page")),
    ]);
    let back = visitor.sign_in(&lab.tenant, authorize, upn).await;
    let code = form_urlencoded::parse(back.fragment().unwrap().as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned().into());
    let answer = Request::SignInCode(SignInCode {
        code,
        ..SignInCode::default()
    });
    client.call(&answer, wait::PATIENCE).await.unwrap()
}

/// Sets it up as a program would; the code of a refusal.
async fn pin_set_up(lab: &Lab) -> Result<PinView, String> {
    let mut client = talk::connect(&lab.daemon).await;
    let ask = Pin {
        pin: Secret::new(PIN.trim().to_owned()),
        account: None,
    };
    let made = client.call(&Request::PinSetUp(ask), wait::PATIENCE).await;
    made.map_err(|error| error.code().to_string())
}

fn keys(lab: &Lab) -> Vec<Value> {
    serde_json::from_str(&lab.tenant.run(&["hello", "list", "--json"])).unwrap()
}

/// Right after a sign-in with the second factor the PIN is set up without a further question, and signs in: the token says that it was
/// by a key, and on which device. Once the organisation removes the key, what it gave ends, and it is no way in any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_pin_signs_in_until_it_is_taken_away() {
    let Some(lab) = Lab::start("pair_pin") else {
        return;
    };
    let mut visitor = joined_as(&lab, MEGAN).await;
    assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
    let cli = |arguments: &[&str], input: &str| lab.daemon.cli_with(arguments, input);
    let (code, _, complaint) = cli(&["pin", "set-up", "--pin-stdin"], "123456\n");
    assert!(code == 1 && complaint.contains("JOIN-484"), "{complaint}");
    assert!(keys(&lab).is_empty());
    let (code, text, complaint) = cli(&["pin", "set-up", "--pin-stdin"], PIN);
    assert!(
        code == 0 && text.contains("with a PIN"),
        "{text}{complaint}"
    );
    let listed = keys(&lab);
    assert_eq!(listed.len(), 1, "{listed:?}");

    let (code, _, complaint) = cli(&["sign-in", "--pin", "--pin-stdin"], "482917\n");
    assert!(code == 1 && complaint.contains("JOIN-481"), "{complaint}");
    let (code, text, complaint) = cli(&["sign-in", "--pin", "--pin-stdin"], PIN);
    assert!(code == 0 && text.contains(MEGAN), "{text}{complaint}");
    let (code, text, complaint) = cli(&["token", "--resource", GRAPH], "");
    assert_eq!(code, 0, "{complaint}");
    let token = claims(text.trim());
    let methods: Vec<&str> = token["amr"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        methods.contains(&"rsa") && methods.contains(&"mfa"),
        "{token}"
    );
    assert!(!methods.contains(&"pwd"), "{token}");
    let (code, text, _) = cli(&["status"], "");
    assert!(code == 0 && text.contains("NgcSet : YES"), "{text}");
    // Another PIN before the same key: the organisation hears nothing of it.
    let (code, _, complaint) = cli(&["pin", "change", "--pin-stdin"], "482916\n926184\n");
    assert_eq!(code, 0, "{complaint}");
    assert_eq!(keys(&lab), listed);
    let (code, _, complaint) = cli(&["sign-in", "--pin", "--pin-stdin"], "926184\n");
    assert_eq!(code, 0, "{complaint}");

    let key = listed[0]["id"].as_str().unwrap();
    lab.tenant.run(&["hello", "remove", key]);
    let (code, _, complaint) = cli(&["token", "--resource", GRAPH], "");
    assert_eq!(code, 1, "{complaint}");
    assert_eq!(status(&lab).await.sso.unwrap().state, SsoState::SignInAgain);
    let (code, _, complaint) = cli(&["sign-in", "--pin", "--pin-stdin"], "926184\n");
    assert!(code == 3 && complaint.contains("JOIN-489"), "{complaint}");
    assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
}

/// An hour after the sign-in the organisation wants to see the second factor first: the next sign-in by the page asks for it, and then
/// the PIN can be set up. A PIN is no such second factor: a key makes no other key.
#[tokio::test(flavor = "multi_thread")]
async fn a_pin_wants_a_fresh_second_factor() {
    let Some(lab) = Lab::start("pair_pin_fresh") else {
        return;
    };
    let mut visitor = joined_as(&lab, MEGAN).await;
    assert_eq!(sign_in(&lab, &mut visitor).await.state, SsoState::Active);
    lab.tenant.an_hour_later().await;
    let refused = pin_set_up(&lab).await;
    assert_eq!(refused.unwrap_err(), "JOIN-488");
    assert!(keys(&lab).is_empty());
    let now = sign_in_with_both(&lab, &mut visitor, MEGAN).await;
    assert_eq!(now.sso.unwrap().state, SsoState::Active);
    pin_set_up(&lab).await.unwrap();
    assert_eq!(keys(&lab).len(), 1);
    let (code, _, complaint) = lab
        .daemon
        .cli_with(&["sign-in", "--pin", "--pin-stdin"], PIN);
    assert_eq!(code, 0, "{complaint}");
    assert_eq!(pin_set_up(&lab).await.unwrap_err(), "JOIN-488");
    let sso = status(&lab).await.sso.unwrap();
    assert_eq!(sso.state, SsoState::Active);
}
