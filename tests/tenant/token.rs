//! The token endpoint, as its clients use it.

use serde_json::Value;

use crate::stage::{BROKER, CHALLENGE, Machine, Stage, VERIFIER, claims, number, register};

const V1: &str = "/common/oauth2/token";
const V2: &str = "/Common/oAuth2/v2.0/token";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";

/// The article's phase 5: the page fetches a code in silence, and the code becomes three tokens for the management service.
#[tokio::test]
async fn a_code_becomes_tokens_for_the_management_service() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let request = stage.code_request(&[("nonce", "of this request")]);
    let answer = stage.answered(&mut visitor, request).await;
    assert_eq!(answer["state"], "the state");
    assert!(answer.contains_key("session_state"));
    assert!(answer["code"].len() >= 43);
    let form = stage.redeeming(&answer["code"], &[("client_info", "1")]);
    let (status, tokens) = stage.token(V1, &form).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "Bearer");
    for name in ["expires_in", "ext_expires_in", "expires_on", "not_before"] {
        assert!(tokens[name].is_string(), "{name}: v1.0 writes text");
    }
    let resource = stage.tenant.value("mdm_resource");
    assert_eq!(tokens["resource"], resource);
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], resource);
    assert_eq!(access["appid"], BROKER);
    assert_eq!(access["scp"], "mdm_delegation");
    assert_eq!(access["upn"], "alex@contoso.com");
    assert_eq!(access["unique_name"], "alex@contoso.com");
    assert_eq!(access["name"], "Alex Wilber");
    assert_eq!(access["amr"], serde_json::json!(["pwd"]));
    assert_eq!(access["tid"], stage.tenant.value("tenant_id"));
    assert_eq!(access["ver"], "1.0");
    assert!(access["exp"].is_i64() && access["nbf"].is_i64() && access["iat"].is_i64());
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["aud"], BROKER);
    assert_eq!(id["nonce"], "of this request");
    assert_eq!(id["oid"], access["oid"]);
    let info: Value = serde_json::from_slice(
        &dovetail_shared::encode::from_b64url(tokens["client_info"].as_str().unwrap()).unwrap(),
    )
    .unwrap();
    assert_eq!(info["uid"], access["oid"]);
}

/// v2.0 names the resource by scope, writes numbers, and gives a refresh token only to who asked for one.
#[tokio::test]
async fn the_second_version_writes_numbers() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let redirect = "https://login.microsoftonline.com/common/oauth2/nativeclient";
    for (scope, refreshed) in [
        (format!("{DRS}/.default openid"), false),
        (format!("openid offline_access {DRS}/.default"), true),
    ] {
        // A native client, without PKCE, answered by query.
        let request = stage.code_request(&[
            ("resource", ""),
            ("scope", &scope),
            ("redirect_uri", redirect),
            ("response_mode", ""),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ]);
        let code = stage.answered(&mut visitor, request).await["code"].clone();
        let form = stage.redeeming(
            &code,
            &[
                ("resource", ""),
                ("code_verifier", ""),
                ("redirect_uri", redirect),
                ("scope", &scope),
            ],
        );
        let (status, tokens) = stage.token(V2, &form).await;
        assert_eq!(status, 200, "{tokens}");
        assert!(tokens["expires_in"].is_i64() && tokens["ext_expires_in"].is_i64());
        assert!(tokens.get("resource").is_none() && tokens.get("expires_on").is_none());
        assert_eq!(tokens.get("refresh_token").is_some(), refreshed);
        assert!(tokens.get("client_info").is_none());
    }
}

/// An access token for the registration service registers a device; one for somebody else does not.
#[tokio::test]
async fn an_access_token_registers_a_device() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let request = Machine::new().request(|_| {});
    for (resource, expected) in [
        (stage.tenant.value("mdm_resource"), 401),
        ("https://graph.microsoft.com", 401),
        (DRS, 200),
        ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", 200),
    ] {
        let url = stage.code_request(&[("resource", resource)]);
        let code = stage.answered(&mut visitor, url).await["code"].clone();
        let form = stage.redeeming(&code, &[("resource", resource)]);
        let (_, tokens) = stage.token(V1, &form).await;
        let token = tokens["access_token"].as_str().unwrap();
        let status = register(&stage, token, &request).await.0;
        assert_eq!(status, expected, "{resource}");
    }
}

/// A refresh token gives new tokens, for the same resource or another of the client's, and a new refresh token each time.
#[tokio::test]
async fn refresh_tokens_rotate() {
    let stage = Stage::new();
    let mut visitor = stage.signed_in("alex@contoso.com").await;
    let code = stage.code(&mut visitor).await;
    let (_, mut tokens) = stage.token(V1, &stage.redeeming(&code, &[])).await;
    for (resource, audience) in [
        ("", stage.tenant.value("mdm_resource")),
        (DRS, DRS),
        ("", DRS),
    ] {
        let old = tokens["refresh_token"].as_str().unwrap().to_owned();
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", &old),
        ];
        if !resource.is_empty() {
            form.push(("resource", resource));
        }
        let (status, new) = stage.token(V1, &form).await;
        assert_eq!(status, 200, "{new}");
        assert_ne!(new["refresh_token"], old);
        assert_eq!(
            claims(new["access_token"].as_str().unwrap())["aud"],
            audience
        );
        tokens = new;
    }
}

/// Name and password are taken only where policy says so, only for managed accounts, and count as guesses.
#[tokio::test]
async fn passwords_are_taken_by_policy() {
    let stage = Stage::new();
    let ask = async |upn: &str, password: &str, path: &str| {
        let form = [
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("resource", DRS),
            ("scope", "openid"),
            ("windows_api_version", "2.0"),
            ("username", upn),
            ("password", password),
        ];
        stage.token(path, &form).await
    };
    let (password, _) = stage.tenant.person("alex@contoso.com");
    assert_eq!(
        number(&ask("alex@contoso.com", &password, V1).await),
        53_003
    );
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (status, tokens) = ask("alex@contoso.com", &password, V1).await;
    assert_eq!(status, 200, "{tokens}");
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert!(id.get("mdm_enrollment_url").is_some() && id.get("nonce").is_none());
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["aud"], DRS);
    for (upn, expected) in [
        ("nobody@contoso.com", 50_034),
        ("nobody@fabrikam.com", 50_126),
        ("nobody", 50_126),
    ] {
        assert_eq!(number(&ask(upn, "wrong", V1).await), expected, "{upn}");
    }
    let (password, _) = stage.tenant.person("lidia@contoso.com");
    assert_eq!(
        number(&ask("lidia@contoso.com", &password, V1).await),
        50_057
    );
    let (password, _) = stage.tenant.person("megan@contoso.com");
    let first = ask("megan@contoso.com", &password, V1).await;
    assert_eq!(
        (number(&first), &first.1["error"]),
        (50_076, &"interaction_required".into())
    );
    let second = ask("megan@contoso.com", &password, V2).await;
    assert_eq!(
        (&second.1["error"], &second.1["suberror"]),
        (&"invalid_grant".into(), &"basic_action".into())
    );
}

/// [ID-12] Guessing at the token endpoint locks the account like guessing at the page.
#[tokio::test]
async fn guessing_by_the_token_endpoint_locks_the_account() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (right, _) = stage.tenant.person("adele@contoso.com");
    let mut numbers = Vec::new();
    for password in std::iter::repeat_n("wrong", 10).chain([right.as_str()]) {
        let form = [
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("username", "adele@contoso.com"),
            ("password", password),
        ];
        numbers.push(number(&stage.token(V1, &form).await));
    }
    assert_eq!(numbers.first(), Some(&50_126));
    assert_eq!(numbers.last(), Some(&50_053));
}

/// The documents say what is true: the two response types, the grants, PKCE with S256.
#[tokio::test]
async fn the_documents_tell_of_the_token_endpoint() {
    let stage = Stage::new();
    for (path, token, types) in [
        (
            "/common/.well-known/openid-configuration",
            "/common/oauth2/token",
            [
                "code",
                "id_token",
                "code id_token",
                "token id_token",
                "token",
            ]
            .as_slice(),
        ),
        (
            "/common/v2.0/.well-known/openid-configuration",
            "/common/oauth2/v2.0/token",
            &["code", "id_token", "code id_token", "id_token token"],
        ),
    ] {
        let document: Value = stage
            .visitor()
            .get(stage.url("login", path))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(
            document["token_endpoint"],
            stage.url("login", token).as_str()
        );
        assert_eq!(
            document["response_types_supported"],
            serde_json::json!(types)
        );
        assert_eq!(
            document["code_challenge_methods_supported"],
            serde_json::json!(["S256"])
        );
        for grant in document["grant_types_supported"].as_array().unwrap() {
            let form = [
                ("grant_type", grant.as_str().unwrap()),
                ("client_id", BROKER),
            ];
            let error = stage.token(token, &form).await.1["error"].clone();
            assert_ne!(error, "unsupported_grant_type", "{grant}");
        }
    }
    // The same verifier and challenge as the tests use.
    assert_eq!(VERIFIER.len(), CHALLENGE.len());
}
