//! `roadtx` of PyPI: a command line that speaks the device's side of the dialect.

use dovetail_shared::encode::from_b64url;
use dovetail_tests::wait;
use serde_json::{Value, json};

use crate::person::{ADELE, MEGAN, Person, approve};
use crate::stage::Stage;
use crate::tool::Tool;
use crate::trial::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    "roadtx"; auth, refresh_token_to, device_code, device, prt, prt_by_refresh_token, prt_cookie, prt_of_a_deleted_device,
    hello,
];

const AUTHORIZE: &str = "https://login.microsoftonline.com/common/oauth2/authorize";
const TOKENS: &str = ".roadtools_auth";
const PRT: &str = "roadtx.prt";
const BY_PRT: &[&str] = &["prtauth", "-c", CLI, "-r", "msgraph"];
const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";

/// Name and password become a token of the v1.0 endpoint.
fn auth(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    signed_in(stage, &road, CLI, "msgraph");
    let claims = claims(&road);
    assert_eq!(claims["upn"], ADELE);
    assert_eq!(claims["appid"], CLI);
    assert_eq!(claims["tid"], stage.id());
}

/// A refresh token of one client of the family serves another one, for another resource.
fn refresh_token_to(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    signed_in(stage, &road, BROKER, DRS);
    road.run(&["refreshtokento", "-c", CLI, "-r", "msgraph"]);
    let claims = claims(&road);
    assert_eq!(claims["appid"], CLI);
    let audience = claims["aud"].as_str().unwrap();
    assert_eq!(
        audience.trim_end_matches('/'),
        "https://graph.microsoft.com"
    );
}

/// A device code, with the v1.0 endpoint's words.
fn device_code(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let mut asking = road.start(&["gettokens", "--device-code", "-c", CLI, "-r", "msgraph"]);
    let said = wait::until("the code to be shown", || {
        let said = asking.output();
        assert!(asking.ended().is_none(), "roadtx ended: {said}");
        said.contains("enter the code").then_some(said)
    });
    let code = said.split("enter the code ").nth(1).unwrap_or_default();
    let code = code.split_whitespace().next().unwrap_or_default();
    approve(stage, &json!({ "user_code": code }));
    wait::until("roadtx to have its tokens", || asking.ended());
    assert_eq!(claims(&road)["upn"], ADELE);
}

/// A device joins, and is deleted by its own certificate.
fn device(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    let known = |stage: &Stage| {
        let devices = stage.tenant.devices();
        devices
            .iter()
            .any(|device| device.to_string().contains(&id))
    };
    assert!(known(stage));
    let said = road.run(&["device", "-a", "delete", "-c", "road.pem", "-k", "road.key"]);
    assert!(said.contains("Device was deleted"), "{said}");
    assert!(!known(stage));
}

/// A PRT by name and password: it gives tokens that carry the device, is renewed, and gives tokens again.
fn prt(stage: &Stage) {
    let (password, _) = stage.tenant.person(ADELE);
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    road.run(&[
        "prt", "-u", ADELE, "-p", &password, "-c", "road.pem", "-k", "road.key",
    ]);
    let first = road.left(PRT);
    works(&road, &id);
    road.run(&["prt", "-a", "renew"]);
    let renewed = road.left(PRT);
    assert_ne!(renewed["refresh_token"], first["refresh_token"]);
    assert_eq!(renewed["session_key"], first["session_key"]);
    works(&road, &id);
}

/// A PRT by the refresh token of the broker, as a machine gets it after its join.
fn prt_by_refresh_token(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    road.run(&["prt", "-r", "file", "-c", "road.pem", "-k", "road.key"]);
    works(&road, &id);
}

/// The cookie of a PRT signs in at the authorize endpoint; one without a nonce of the tenant's, or with another session key's
/// signature, does not.
fn prt_cookie(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    road.run(&["prt", "-r", "file", "-c", "road.pem", "-k", "road.key"]);
    let said = road.run(&["prtcookie"]);
    let cookie = said.split("PRT cookie: ").nth(1).unwrap_or_default();
    let cookie = cookie.lines().next().unwrap_or_default();
    std::fs::remove_file(road.dir.path().join(TOKENS)).unwrap();
    let request = |cookie: &str| {
        let to = ["-c", CLI, "-r", "msgraph"];
        road.tried(&[&["gettokens", "--prt-cookie", cookie], &to[..]].concat())
    };
    let (signed, signature) = cookie.rsplit_once('.').unwrap();
    let backwards: String = signature.chars().rev().collect();
    request(&format!("{signed}.{backwards}"));
    assert!(!road.has(TOKENS), "a cookie that nobody signed was taken");
    request(cookie);
    assert_eq!(claims(&road)["deviceid"], id);
}

/// With the device its PRT ends.
fn prt_of_a_deleted_device(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    let id = joined(stage, &road);
    road.run(&["prt", "-r", "file", "-c", "road.pem", "-k", "road.key"]);
    works(&road, &id);
    road.run(&["device", "-a", "delete", "-c", "road.pem", "-k", "road.key"]);
    let (_, said) = road.tried(BY_PRT);
    assert!(said.contains("AADSTS700003"), "{said}");
}

/// A person with a second factor registers a Hello key, and has a PRT by it. What that gives is no ground for another key; with
/// the key it ends.
fn hello(stage: &Stage) {
    let road = Tool::new(stage, "roadtx");
    // Somebody joined the device; it serves everybody of the tenant.
    let id = joined(stage, &road);
    // What roadtx's own browser opens for a fresh second factor.
    let back = "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS";
    let mut authorize = url::Url::parse(AUTHORIZE).unwrap();
    authorize.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", BROKER),
        ("redirect_uri", back),
        ("resource", DRS),
        ("add_account", "noheadsup"),
        ("scope", "openid"),
        ("login_hint", MEGAN),
        ("response_mode", "form_post"),
        ("windows_api_version", "2.0"),
        ("amr_values", "ngcmfa"),
    ]);
    let answer = Person::new(stage, MEGAN).go(&json!(authorize.as_str()));
    let code = answer["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no code: {answer}"));
    // A code may begin with a dash.
    road.run(&["codeauth", "-c", BROKER, "-r", DRS, "-ru", back, "--", code]);
    road.run(&["prt", "-r", "file", "-c", "road.pem", "-k", "road.key"]);
    let to_register = ["prtauth", "-c", BROKER, "-r", DRS];
    road.run(&to_register);
    let said = road.run(&["winhello", "-k", "hello.key"]);
    assert!(said.contains(MEGAN) && said.contains("'kid': '"), "{said}");
    let kid = said.split("'kid': '").nth(1).unwrap_or_default();
    let kid = kid.split('\'').next().unwrap_or_default().to_owned();
    std::fs::remove_file(road.dir.path().join(PRT)).unwrap();
    road.run(&[
        "prt",
        "-u",
        MEGAN,
        "-hk",
        "hello.key",
        "-c",
        "road.pem",
        "-k",
        "road.key",
    ]);
    works_for(&road, &id, MEGAN);
    assert_eq!(claims(&road)["amr"], json!(["rsa", "mfa"]));
    road.run(&to_register);
    let said = road.run(&["winhello", "-k", "another.key"]);
    assert!(said.contains("error_mfa_required"), "{said}");
    stage.tenant.run(&["hello", "remove", &kid]);
    let (_, said) = road.tried(BY_PRT);
    assert!(said.contains("AADSTS50173"), "{said}");
}

/// The PRT gives an access token that carries the device.
fn works(road: &Tool<'_>, device: &str) {
    works_for(road, device, ADELE);
}

fn works_for(road: &Tool<'_>, device: &str, upn: &str) {
    std::fs::remove_file(road.dir.path().join(TOKENS)).ok();
    road.run(BY_PRT);
    let claims = claims(road);
    assert_eq!(claims["deviceid"], device);
    assert_eq!(claims["upn"], upn);
}

fn signed_in(stage: &Stage, road: &Tool<'_>, client: &str, resource: &str) {
    let (password, _) = stage.tenant.person(ADELE);
    road.run(&[
        "gettokens",
        "-u",
        ADELE,
        "-p",
        &password,
        "-c",
        client,
        "-r",
        resource,
    ]);
}

/// Joins a device with keys `road.pem` and `road.key`, and gives its id.
fn joined(stage: &Stage, road: &Tool<'_>) -> String {
    signed_in(stage, road, BROKER, DRS);
    let said = road.run(&["device", "-a", "join", "-n", "road"]);
    let id = said.split("Device ID: ").nth(1).unwrap_or_default();
    let id = id.split_whitespace().next();
    id.unwrap_or_else(|| panic!("no device: {said}")).to_owned()
}

/// What the access token says.
fn claims(road: &Tool<'_>) -> Value {
    let tokens = road.left(TOKENS);
    let token = tokens["accessToken"].as_str().unwrap();
    let payload = from_b64url(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
