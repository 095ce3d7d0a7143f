//! Every kind of credential at every kind of door.

use crate::stage::{BROKER, Machine, Stage, register};

const V1: &str = "/common/oauth2/token";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";

/// Whether each door opens for a credential: the directory, the registration service, the token endpoint by refresh token and by
/// code.
async fn opens(stage: &Stage, credential: &str) -> [bool; 4] {
    let bearer = format!("Bearer {credential}");
    let graph = stage
        .visitor()
        .ask(
            "GET",
            stage.url("graph", "/v1.0/me"),
            &[("authorization", &bearer)],
            None,
        )
        .await;
    let (drs, _) = register(stage, credential, &Machine::new().request(|_| {})).await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", credential),
    ];
    let code = stage.redeeming(credential, &[]);
    [
        graph.status().as_u16() == 200,
        drs == 200,
        stage.token(V1, &refresh).await.0 == 200,
        stage.token(V1, &code).await.0 == 200,
    ]
}

/// [DR-11] A credential opens the doors that it is for, and no other.
#[tokio::test]
async fn each_credential_opens_its_own_door() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (password, _) = stage.tenant.person("alex@contoso.com");
    let tokens = async |resource: &str| {
        let form = [
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("resource", resource),
            ("username", "alex@contoso.com"),
            ("password", &password),
        ];
        let (status, answer) = stage.token(V1, &form).await;
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let text = |answer: &serde_json::Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let graph = tokens("https://graph.microsoft.com").await;
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let matrix = [
        ("nothing", String::new(), [false; 4]),
        ("garbage", "a.b.c".to_owned(), [false; 4]),
        (
            "token for the directory",
            text(&graph, "access_token"),
            [true, false, false, false],
        ),
        (
            "token for registration",
            text(&tokens(DRS).await, "access_token"),
            [false, true, false, false],
        ),
        (
            "token for management",
            text(
                &tokens(stage.tenant.value("mdm_resource")).await,
                "access_token",
            ),
            [false; 4],
        ),
        (
            "ID token of another application",
            text(&graph, "id_token"),
            [false; 4],
        ),
        (
            "ID token of a join",
            stage.id_token("alex@contoso.com").await,
            [false, true, false, false],
        ),
        (
            "refresh token",
            text(&graph, "refresh_token"),
            [false, false, true, false],
        ),
        (
            "code",
            stage.code(&mut visitor).await,
            [false, false, false, true],
        ),
        (
            "session",
            stage
                .answered(&mut visitor, stage.code_request(&[]))
                .await
                .remove("session_state")
                .unwrap(),
            [false; 4],
        ),
    ];
    for (name, credential, expected) in matrix {
        assert_eq!(opens(&stage, &credential).await, expected, "{name}");
    }
}
