//! What ID tokens, UserInfo and the documents around them say, judged as a relying party judges them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use dovetail_shared::encode::{b64url, from_b64, from_b64url};
use serde_json::{Value, json};

use crate::stage::{BROKER, Stage, claims, number};

const V2: &str = "/common/oauth2/v2.0/token";
const APP: &str = "11111111-2222-4333-8444-555555555521";
const BACK: &str = "http://localhost/back";
/// The same with a port, as a program on a machine sends it.
const BACK_NOW: &str = "http://localhost:49152/back";

async fn document(stage: &Stage, path: &str) -> Value {
    let answer = stage.visitor().get(stage.url("login", path)).await;
    answer.json().await.unwrap()
}

/// A code for that scope, and what it becomes when the client says that scope or none.
async fn tokens(stage: &Stage, scope: &str, said: Option<&str>) -> (u16, Value) {
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
    url.query_pairs_mut().extend_pairs([
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", BACK_NOW),
        ("scope", scope),
        ("nonce", "n-1"),
    ]);
    let code = stage.answered(&mut visitor, url).await["code"].clone();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", &code),
        ("redirect_uri", BACK_NOW),
    ];
    fields.extend(said.map(|scope| ("scope", scope)));
    stage.token(V2, &fields).await
}

fn stage_with_app(more: &[&str]) -> Stage {
    let stage = Stage::new();
    let mut add = vec!["app", "add", "--client-id", APP, "--redirect-uri", BACK];
    add.extend(more);
    stage.tenant.run(&add);
    stage
}

/// Everything that a strict relying party looks at: issuer of discovery, signature, audience, nonce, hashes, times, `sub`.
#[tokio::test]
async fn a_v2_token_stands_up_to_a_strict_relying_party() {
    let stage = stage_with_app(&[]);
    let tid = stage.tenant.value("tenant_id").to_owned();
    // Clients like Authlib say no scope with the code: they get what they asked for.
    let (status, tokens) = tokens(&stage, "openid profile email User.Read", None).await;
    assert_eq!(status, 200, "{tokens}");
    assert!(
        tokens.get("refresh_token").is_none(),
        "nobody asked for offline_access"
    );
    let token = tokens["id_token"].as_str().unwrap();
    let path = format!("/{tid}/v2.0/.well-known/openid-configuration");
    let configuration = document(&stage, &path).await;
    let id = claims(token);
    assert_eq!(id["iss"], configuration["issuer"]);
    assert_eq!(
        format!(
            "{}/.well-known/openid-configuration",
            id["iss"].as_str().unwrap()
        ),
        stage.url("login", &path).as_str()
    );
    assert_eq!(
        (&id["aud"], &id["nonce"], &id["ver"], &id["tid"]),
        (&json!(APP), &json!("n-1"), &json!("2.0"), &json!(tid))
    );
    assert_eq!(id["preferred_username"], "adele@contoso.com");
    assert_eq!(id["name"], "Adele Vance");
    assert_eq!(id["email"], "adele@contoso.com");
    for time in ["iat", "nbf", "exp", "auth_time"] {
        assert!(id[time].is_i64(), "{time}");
    }
    assert!(id["auth_time"].as_i64() <= id["iat"].as_i64());
    let access = tokens["access_token"].as_str().unwrap();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, access.as_bytes());
    assert_eq!(id["at_hash"], b64url(&hash.as_ref()[..16]));

    let keys = document(
        &stage,
        configuration["jwks_uri"]
            .as_str()
            .unwrap()
            .trim_start_matches(stage.tenant.value("login")),
    )
    .await;
    let head: Value =
        serde_json::from_slice(&from_b64url(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(head["alg"], "RS256");
    let keys = keys["keys"].as_array().unwrap();
    assert!(
        keys.iter().all(|key| key["kty"] == "RSA"),
        "nobody asked for another kind"
    );
    let key = keys.iter().find(|key| key["kid"] == head["kid"]).unwrap();
    let part = |name: &str| from_b64url(key[name].as_str().unwrap()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &from_b64url(signature).unwrap(),
    )
    .unwrap();
    assert!(from_b64(key["x5c"][0].as_str().unwrap()).is_ok());

    let bearer = format!("Bearer {access}");
    for (host, path) in [
        ("login", "/common/openid/userinfo"),
        ("graph", "/oidc/userinfo"),
    ] {
        let (status, body) = stage
            .visitor()
            .get_as(stage.url(host, path), &[("authorization", &bearer)])
            .await;
        assert_eq!(status, 200, "{path}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (&body["sub"], &body["email"]),
            (&id["sub"], &json!("adele@contoso.com"))
        );
        let nobody = stage.visitor().get(stage.url(host, path)).await;
        assert_eq!(nobody.status().as_u16(), 401);
        assert!(nobody.headers().contains_key("www-authenticate"));
    }
    // For another client the same person has another name.
    assert_eq!(id["sub"].as_str().unwrap().len(), 43);
}

/// Whoever redeems a code gets no more than was asked for.
#[tokio::test]
async fn a_redeeming_client_widens_nothing() {
    let stage = stage_with_app(&["--permission", "Device.Read.All"]);
    let (_, narrow) = tokens(&stage, "User.Read", Some("openid offline_access User.Read")).await;
    assert!(
        narrow.get("id_token").is_none() && narrow.get("refresh_token").is_none(),
        "{narrow}"
    );
    assert_eq!(narrow["scope"], "User.Read");
    let (_, wide) = tokens(
        &stage,
        "openid offline_access User.Read",
        Some("openid offline_access User.Read"),
    )
    .await;
    assert!(wide["id_token"].is_string() && wide["refresh_token"].is_string());
    assert_eq!(wide["scope"], "openid User.Read");
    let (_, part) = tokens(&stage, "User.Read", Some("Device.Read.All User.Read")).await;
    assert_eq!(
        claims(part["access_token"].as_str().unwrap())["scp"],
        "User.Read"
    );
    let other = tokens(&stage, "User.Read", Some("Device.Read.All")).await;
    assert_eq!(number(&other), 70_011);
    let (_, all) = tokens(&stage, "https://graph.microsoft.com/.default", None).await;
    assert_eq!(
        claims(all["access_token"].as_str().unwrap())["scp"],
        "Device.Read.All User.Read"
    );
    assert!(
        all["scope"]
            .as_str()
            .unwrap()
            .contains("https://graph.microsoft.com/.default")
    );
}

/// [ID-30] What the administrator did not give cannot be asked for.
#[tokio::test]
async fn nobody_consents_by_asking() {
    let stage = stage_with_app(&[]);
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    for (scope, expected) in [
        ("Directory.Read.All", "AADSTS65001"),
        ("https://graph.microsoft.com/*", "AADSTS65001"),
        (
            "urn:ms-drs:enterpriseregistration.windows.net/.default",
            "AADSTS65002",
        ),
        ("https://evil.example/.default", "AADSTS500011"),
        (
            "https://graph.microsoft.com/User.Read https://graph.windows.net/User.Read",
            "AADSTS28000",
        ),
    ] {
        let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
        url.query_pairs_mut().extend_pairs([
            ("client_id", APP),
            ("response_type", "code"),
            ("redirect_uri", BACK_NOW),
            ("scope", scope),
        ]);
        let answer = stage.answered(&mut visitor, url).await;
        assert!(
            answer["error_description"].starts_with(expected),
            "{scope}: {answer:?}"
        );
    }
}

/// Whether the published key of its name signed it with ES256.
async fn verify_es256(stage: &Stage, token: &str) {
    let head: Value =
        serde_json::from_slice(&from_b64url(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(head["alg"], "ES256");
    let keys = document(stage, "/common/discovery/v2.0/keys").await;
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == head["kid"]).unwrap();
    assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256")));
    assert!(key.get("n").is_none());
    let mut point = vec![4];
    point.extend(from_b64url(key["x"].as_str().unwrap()).unwrap());
    point.extend(from_b64url(key["y"].as_str().unwrap()).unwrap());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
        .verify(signed.as_bytes(), &from_b64url(signature).unwrap())
        .unwrap();
}

/// Access tokens for such an application are signed so, too, and are taken back where it acts on a person's behalf; for the
/// directory they stay as they are. A name of one key over another algorithm is nobody's signature.
#[tokio::test]
async fn an_application_may_ask_for_es256_as_a_resource() {
    let stage = stage_with_app(&[
        "--id-token-signed-response-alg",
        "ES256",
        "--secret",
        "a secret",
        "--native",
    ]);
    let own = format!("openid api://{APP}/.default");
    let (status, tokens) = tokens(&stage, &own, None).await;
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["aud"], format!("api://{APP}"));
    verify_es256(&stage, token).await;
    let on_behalf = async |assertion: &str| {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("client_id", APP),
            ("client_secret", "a secret"),
            ("assertion", assertion),
            ("requested_token_use", "on_behalf_of"),
            ("scope", "https://graph.microsoft.com/User.Read"),
        ];
        stage.token(V2, &fields).await
    };
    let (status, graph) = on_behalf(token).await;
    assert_eq!(status, 200, "{graph}");
    let graph = graph["access_token"].as_str().unwrap();
    let head = |token: &str| {
        let head = from_b64url(token.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<Value>(&head).unwrap()
    };
    assert_eq!(head(graph)["alg"], "RS256");
    let (ours, theirs) = (head(token), head(graph));
    let (_, rest) = token.split_once('.').unwrap();
    for (alg, kid) in [
        ("RS256", &ours["kid"]),
        ("ES256", &theirs["kid"]),
        ("none", &ours["kid"]),
    ] {
        let head = json!({ "alg": alg, "kid": kid }).to_string();
        let answer = on_behalf(&format!("{}.{rest}", b64url(head))).await;
        assert_eq!(number(&answer), 50_013, "{alg}");
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut signature = from_b64url(signature).unwrap();
    signature[10] ^= 1;
    let answer = on_behalf(&format!("{signed}.{}", b64url(signature))).await;
    assert_eq!(number(&answer), 50_013);
}

/// An application that wants ES256 gets it, by a key that is published from then on; others keep RS256.
#[tokio::test]
async fn an_application_may_ask_for_es256() {
    let stage = stage_with_app(&["--id-token-signed-response-alg", "ES256"]);
    let (status, tokens) = tokens(&stage, "openid", None).await;
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["id_token"].as_str().unwrap();
    verify_es256(&stage, token).await;
    let configuration = document(&stage, "/common/v2.0/.well-known/openid-configuration").await;
    assert_eq!(
        configuration["id_token_signing_alg_values_supported"],
        json!(["RS256", "ES256"])
    );
    // Such a token is for its client; it opens nothing here.
    let (status, _) = stage
        .visitor()
        .get_as(
            stage.url("login", "/common/openid/userinfo"),
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await;
    assert_eq!(status, 401);
}

/// Which names are one cloud, and which tenant a domain belongs to.
#[tokio::test]
async fn clouds_and_domains_are_told() {
    let stage = Stage::new();
    let login = stage.tenant.value("login").to_owned();
    let ask = async |endpoint: &str| {
        let mut url = stage.url("login", "/common/discovery/instance");
        url.query_pairs_mut()
            .extend_pairs([("api-version", "1.1"), ("authorization_endpoint", endpoint)]);
        let answer = stage.visitor().get(url).await;
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    let (_, answer) = ask(&format!("{login}/contoso.com/oauth2/v2.0/authorize")).await;
    assert_eq!(
        answer["tenant_discovery_endpoint"],
        format!("{login}/contoso.com/v2.0/.well-known/openid-configuration")
    );
    assert_eq!(
        answer["metadata"][0]["aliases"][0],
        login.trim_start_matches("https://")
    );
    for foreign in ["https://evil.example/common/oauth2/authorize", "x"] {
        let answer = ask(foreign).await;
        assert_eq!((number(&answer), answer.0), (50_049, 400), "{foreign}");
    }
    let path = "/odc/v2.1/federationProvider?domain=contoso.com";
    let provider = document(&stage, path).await;
    assert_eq!(provider["tenantId"], stage.tenant.value("tenant_id"));
    assert_eq!(provider["graph"], stage.tenant.value("graph"));
    let unknown = stage
        .visitor()
        .get(stage.url("login", "/odc/v2.1/federationProvider?domain=evil.example"))
        .await;
    assert_eq!(unknown.status().as_u16(), 404);
    // Applications that clients know by heart are there, with the addresses that they send.
    let apps: Value = serde_json::from_str(&stage.tenant.run(&["app", "list", "--json"])).unwrap();
    let broker = apps
        .as_array()
        .unwrap()
        .iter()
        .find(|app| app["client_id"] == BROKER)
        .unwrap()
        .clone();
    let has = |uri: &str| {
        broker["redirects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|known| known["uri"] == uri)
    };
    assert!(
        has("ms-aadj-redir://auth/drs")
            && has("http://localhost")
            && has("msauth://Microsoft.AAD.BrokerPlugin")
    );
}
