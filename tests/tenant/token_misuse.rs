//! The token endpoint, as others would like to use it.

use serde_json::json;

use crate::stage::{BROKER, CHALLENGE, Stage, VERIFIER, claims, number};

const V1: &str = "/common/oauth2/token";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";

/// [ID-02] A code is good once. A second try gets nothing and takes back what the first one got.
#[tokio::test]
async fn a_replayed_code_revokes_what_it_gave() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    let form = stage.redeeming(&code, &[]);
    let (status, tokens) = stage.token(V1, &form).await;
    assert_eq!(status, 200);
    let replay = stage.token(V1, &form).await;
    assert_eq!((replay.0, number(&replay)), (400, 54_005));
    assert_eq!(replay.1["error"], "invalid_grant");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(number(&stage.token(V1, &refresh).await), 50_173);
}

/// [ID-02] Two redeem the same code at the same moment: one of them at most has tokens, and their refresh token is dead.
#[tokio::test]
async fn of_two_at_once_one_redeems() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    for _ in 0..5 {
        let code = stage.code(&mut visitor).await;
        let form = stage.redeeming(&code, &[]);
        let (a, b, c) = tokio::join!(
            stage.token(V1, &form),
            stage.token(V1, &form),
            stage.token(V1, &form)
        );
        let good: Vec<_> = [a, b, c].into_iter().filter(|(s, _)| *s == 200).collect();
        assert_eq!(good.len(), 1);
        let refresh = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            (
                "refresh_token",
                good[0].1["refresh_token"].as_str().unwrap(),
            ),
        ];
        assert_eq!(number(&stage.token(V1, &refresh).await), 50_173);
    }
}

/// A code is bound to client, address, resource, session and time; a wrong try does not use it up.
#[tokio::test]
async fn a_code_is_bound() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    for (change, expected) in [
        (
            ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
            65_002,
        ),
        (
            ("client_id", "b743a22d-6705-4147-8670-d92fa515ee2b"),
            70_000,
        ),
        (
            ("client_id", "00000000-0000-0000-0000-000000000001"),
            700_016,
        ),
        (("client_id", ""), 900_144),
        (("redirect_uri", NATIVE), 500_112),
        (("redirect_uri", ""), 900_144),
        (
            ("resource", "urn:ms-drs:enterpriseregistration.windows.net"),
            70_000,
        ),
        (("resource", "https://evil.example/"), 500_011),
        (
            ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            70_000,
        ),
        (("client_secret", "x"), 700_025),
    ] {
        let form = stage.redeeming(&code, &[change]);
        assert_eq!(
            number(&stage.token(V1, &form).await),
            expected,
            "{change:?}"
        );
    }
    let path = "/fabrikam.example/oauth2/token";
    let form = stage.redeeming(&code, &[]);
    assert_eq!(number(&stage.token(path, &form).await), 90_002);
    assert_eq!(stage.token(V1, &form).await.0, 200, "it was not used up");

    let code = stage.code(&mut visitor).await;
    stage.sql("UPDATE lineage SET code_expires = 1").await;
    let form = stage.redeeming(&code, &[]);
    assert_eq!(number(&stage.token(V1, &form).await), 70_008);

    let code = stage.code(&mut visitor).await;
    visitor
        .get(stage.url("login", "/common/oauth2/logout"))
        .await;
    let form = stage.redeeming(&code, &[]);
    assert_eq!(number(&stage.token(V1, &form).await), 50_132);
}

/// [ID-03] PKCE: the page must use it, only S256 is offered, and the verifier must be the code's.
#[tokio::test]
async fn pkce_is_not_got_round() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    for changes in [
        &[("code_challenge", ""), ("code_challenge_method", "")][..],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "")],
        &[("code_challenge", "")],
        &[("code_challenge", "short")],
        &[(
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM",
        )],
        &[(
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        )],
    ] {
        let answer = stage
            .answered(&mut visitor, stage.code_request(changes))
            .await;
        assert_eq!(answer["error"], "invalid_request");
        assert!(
            answer["error_description"].starts_with("AADSTS501491"),
            "{changes:?}"
        );
        assert!(!answer.contains_key("code"));
    }
    let code = stage.code(&mut visitor).await;
    let longer = format!("{VERIFIER}x");
    for verifier in [
        "",
        "dBjftJeZ4CVP",
        CHALLENGE,
        &longer,
        "x".repeat(129).as_str(),
    ] {
        let form = stage.redeeming(&code, &[("code_verifier", verifier)]);
        assert_eq!(number(&stage.token(V1, &form).await), 501_481, "{verifier}");
    }
    assert_eq!(stage.token(V1, &stage.redeeming(&code, &[])).await.0, 200);
    // A verifier for a code that was asked for without PKCE.
    let request = stage.code_request(&[
        ("redirect_uri", NATIVE),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ]);
    let code = stage.answered(&mut visitor, request).await["code"].clone();
    let form = stage.redeeming(&code, &[("redirect_uri", NATIVE)]);
    assert_eq!(number(&stage.token(V1, &form).await), 501_481);
}

/// [ID-15] A refresh token that comes twice is in two hands: the whole family is revoked, the newest token too.
#[tokio::test]
async fn a_reused_refresh_token_ends_its_family() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    let (_, tokens) = stage.token(V1, &stage.redeeming(&code, &[])).await;
    let refresh = async |token: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", token),
        ];
        stage.token(V1, &form).await
    };
    let first = tokens["refresh_token"].as_str().unwrap();
    let (_, second) = refresh(first).await;
    let second = second["refresh_token"].as_str().unwrap();
    // The answer was lost, and the client asks again at once: it gets the very same successor.
    assert_eq!(refresh(first).await.1["refresh_token"], second);
    stage.sql("UPDATE lineage SET used = used - 11").await;
    assert_eq!(number(&refresh(first).await), 50_173);
    assert_eq!(number(&refresh(second).await), 50_173);
}

/// [ID-15] Two windows of one program refresh at once: one moves on, the other gets the same successor, and nobody is signed
/// out. A successor that was used ends that.
#[tokio::test]
async fn two_refreshes_at_once_are_no_theft() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    let (_, tokens) = stage.token(V1, &stage.redeeming(&code, &[])).await;
    let mut current = tokens["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..5 {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", current.as_str()),
        ];
        let (a, b, c) = tokio::join!(
            stage.token(V1, &form),
            stage.token(V1, &form),
            stage.token(V1, &form)
        );
        let next = a.1["refresh_token"].as_str().unwrap().to_owned();
        for (status, answer) in [&a, &b, &c] {
            assert_eq!((*status, &answer["refresh_token"]), (200, &json!(next)));
        }
        current = next;
    }
    // Two steps behind: in two hands, however soon.
    let old = tokens["refresh_token"].as_str().unwrap();
    for token in [old, current.as_str()] {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", token),
        ];
        assert_eq!(number(&stage.token(V1, &form).await), 50_173);
    }
}

/// [ID-28] A refresh token is its client's, or its family's, and ends with the account.
#[tokio::test]
async fn a_refresh_token_is_its_clients() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    let (_, tokens) = stage.token(V1, &stage.redeeming(&code, &[])).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = |client| {
        [
            ("grant_type", "refresh_token"),
            ("client_id", client),
            ("refresh_token", token),
        ]
    };
    let stolen = stage
        .token(V1, &form("dd762716-544d-4aeb-a526-687b73838a22"))
        .await;
    assert_eq!(
        (number(&stolen), &stolen.1["suberror"]),
        (70_000, &json!("client_mismatch"))
    );
    // A relative branches off; the token it showed stays good for its owner, and the branch is its own.
    let (status, branch) = stage
        .token(V1, &form("b743a22d-6705-4147-8670-d92fa515ee2b"))
        .await;
    assert_eq!((status, &branch["foci"]), (200, &json!("1")));
    let access = claims(branch["access_token"].as_str().unwrap());
    assert_eq!(access["appid"], "b743a22d-6705-4147-8670-d92fa515ee2b");
    let garbage = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", "x"),
    ];
    assert_eq!(number(&stage.token(V1, &garbage).await), 70_000);
    stage.tenant.run(&["user", "disable", "alex@contoso.com"]);
    assert_eq!(number(&stage.token(V1, &form(BROKER)).await), 50_173);
    stage.tenant.run(&["user", "enable", "alex@contoso.com"]);
    assert_eq!(number(&stage.token(V1, &form(BROKER)).await), 50_173);
}

/// What is asked for silently and cannot be, comes back as an error to the application, never as a page.
#[tokio::test]
async fn silent_requests_fail_silently() {
    let stage = Stage::new();
    let nobody = stage
        .answered(&mut stage.visitor(), stage.code_request(&[]))
        .await;
    assert_eq!(nobody["error"], "login_required");
    assert!(nobody["error_description"].starts_with("AADSTS50058"));
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    for (changes, error, number) in [
        (
            ("resource", "https://evil.example/"),
            "invalid_resource",
            "AADSTS500011",
        ),
        (
            ("client_id", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"),
            "invalid_client",
            "AADSTS65002",
        ),
        (
            ("response_mode", "web_message"),
            "invalid_request",
            "AADSTS70007",
        ),
        (
            ("response_type", "token"),
            "unsupported_response_type",
            "AADSTS700051",
        ),
        (
            ("response_type", "code id_token"),
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (
            ("response_type", "code code"),
            "unsupported_response_type",
            "AADSTS70007",
        ),
    ] {
        let answer = stage
            .answered(&mut visitor, stage.code_request(&[changes]))
            .await;
        assert_eq!(answer["error"], error, "{changes:?}");
        assert!(
            answer["error_description"].starts_with(number),
            "{answer:?}"
        );
        assert_eq!(answer["state"], "the state");
    }
    let foreign = visitor
        .get(stage.code_request(&[("redirect_uri", "https://evil.example/")]))
        .await;
    assert_eq!(foreign.status().as_u16(), 400);
    let posted = visitor
        .get(stage.code_request(&[("response_mode", "form_post")]))
        .await
        .text()
        .await
        .unwrap();
    assert!(posted.contains("name=\"hiddenform\"") && posted.contains("name=\"code\""));
}

/// Bodies that are not what they should be.
#[tokio::test]
async fn odd_requests_are_refused_in_json() {
    let stage = Stage::new();
    for (body, expected) in [
        ("", 900_144),
        ("grant_type=", 900_144),
        ("grant_type=client_credentials", 900_144),
        ("grant_type=implicit&client_id=x", 70_003),
        ("grant_type=refresh_token&grant_type=password", 9_000_411),
        ("{\"grant_type\":\"refresh_token\"}", 900_144),
    ] {
        let answer = stage
            .visitor()
            .post_raw(stage.url("login", V1), body.to_owned())
            .await;
        assert_eq!((answer.0, number(&answer)), (400, expected), "{body}");
        for name in [
            "error",
            "error_description",
            "timestamp",
            "trace_id",
            "correlation_id",
            "error_uri",
        ] {
            assert!(answer.1[name].is_string(), "{name}");
        }
    }
    let many = (0..100)
        .map(|n| format!("a{n}="))
        .collect::<Vec<_>>()
        .join("&");
    let answer = stage.visitor().post_raw(stage.url("login", V1), many).await;
    assert_eq!(number(&answer), 9_000_411);
    let get = stage.visitor().get(stage.url("login", V1)).await;
    assert_eq!(get.status().as_u16(), 405);
}
