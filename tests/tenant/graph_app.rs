//! The directory API for applications on their own behalf: what the administrator gave them, and nothing that takes a person.

use serde_json::{Value, json};

use crate::stage::{Machine, Stage, register};

const APP: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const ADELE: &str = "adele@contoso.com";

/// A token of an application with these roles.
async fn token(stage: &Stage, roles: &[&str]) -> String {
    let mut add = vec!["app", "add", "--client-id", APP, "--secret", "s3cret"];
    for role in roles {
        add.extend(["--role", role]);
    }
    stage.tenant.run(&add);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("client_secret", "s3cret"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let (status, tokens) = stage.token("/common/oauth2/v2.0/token", &fields).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn ask(
    stage: &Stage,
    method: &str,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let url = stage.url("graph", path);
    let bearer = format!("Bearer {token}");
    let answer = stage
        .visitor()
        .ask(
            method,
            url,
            &[("authorization", &bearer)],
            body.map(|body| body.to_string()),
        )
        .await;
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default(),
    )
}

/// [DR-10] [DR-11] Every role against every request: let in where the role says so, 403 where it does not, and "me" is nobody.
#[tokio::test]
async fn roles_open_what_they_name() {
    let stage = Stage::new();
    let person = stage.id_token(ADELE).await;
    let request = Machine::new().request(|_| {});
    assert_eq!(register(&stage, &person, &request).await.0, 200);
    let device = stage.tenant.devices().remove(0);
    let object = device["ObjectId"].as_str().unwrap();
    let one = format!("/v1.0/devices/{object}");
    let user = format!("/v1.0/users/{ADELE}");
    let owned = format!("{user}/ownedDevices");
    let groups = format!("{user}/memberOf");
    // Devices, one, a person, their devices, their groups, a change.
    for (role, devices, people, memberships, writes) in [
        ("", 403, 403, 403, 403),
        ("User.Read", 403, 403, 403, 403),
        ("Device.Read.All", 200, 403, 403, 403),
        ("Device.ReadWrite.All", 200, 403, 403, 204),
        ("User.Read.All", 403, 200, 403, 403),
        ("GroupMember.Read.All", 403, 403, 200, 403),
        ("Directory.Read.All", 200, 200, 200, 403),
        ("Directory.ReadWrite.All", 200, 200, 200, 204),
        ("Directory.AccessAsUser.All", 403, 403, 403, 403),
    ] {
        let roles: Vec<&str> = [role].into_iter().filter(|role| !role.is_empty()).collect();
        let token = token(&stage, &roles).await;
        for (path, expected) in [
            ("/v1.0/devices", devices),
            (one.as_str(), devices),
            (owned.as_str(), devices),
            (user.as_str(), people),
            (groups.as_str(), memberships),
            ("/v1.0/me", 400),
            ("/v1.0/me/ownedDevices", 400),
        ] {
            let answer = ask(&stage, "GET", path, &token, None).await;
            assert_eq!(answer.0, expected, "{role} {path}: {}", answer.1);
        }
        let change = Some(json!({ "displayName": "renamed" }));
        let answer = ask(&stage, "PATCH", &one, &token, change).await;
        assert_eq!(answer.0, writes, "{role}: {}", answer.1);
    }
    let (_, list) = ask(
        &stage,
        "GET",
        "/v1.0/devices?$count=true",
        &token(&stage, &["Device.Read.All"]).await,
        None,
    )
    .await;
    assert!(list["error"].is_object(), "counting takes its header");
}

/// What an administrator takes away is gone with the next request, whatever the token says; an application that is gone is nobody.
#[tokio::test]
async fn what_is_taken_away_is_gone_at_once() {
    let stage = Stage::new();
    let old = token(&stage, &["Device.Read.All"]).await;
    assert_eq!(ask(&stage, "GET", "/v1.0/devices", &old, None).await.0, 200);
    let new = token(&stage, &["User.Read.All"]).await;
    assert_eq!(ask(&stage, "GET", "/v1.0/devices", &old, None).await.0, 403);
    let user = format!("/v1.0/users/{ADELE}");
    assert_eq!(ask(&stage, "GET", &user, &new, None).await.0, 200);
    stage
        .sql("DELETE FROM app_credential WHERE client_id LIKE 'bbbbbbbb%'")
        .await;
    stage
        .sql("DELETE FROM app WHERE client_id LIKE 'bbbbbbbb%'")
        .await;
    assert_eq!(ask(&stage, "GET", &user, &new, None).await.0, 401);
}
