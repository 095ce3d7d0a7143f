//! Public documents, names and headers.

use serde_json::Value;

use crate::stage::Stage;

/// OpenID configuration for common, tenant id and domain, in any case; and for nobody.
#[tokio::test]
async fn the_openid_configuration_is_found_by_each_name() {
    let stage = Stage::new();
    let id = stage.tenant.value("tenant_id");
    for (segment, issuer) in [
        ("common", "https://sts.windows.net/{tenantid}/".to_owned()),
        ("Contoso.COM", format!("https://sts.windows.net/{id}/")),
        (id, format!("https://sts.windows.net/{id}/")),
    ] {
        let document: Value = stage
            .visitor()
            .get(stage.url(
                "login",
                &format!("/{segment}/.Well-Known/openid-configuration"),
            ))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(document["issuer"], issuer, "{segment}");
    }
    let document: Value = stage
        .visitor()
        .get(stage.url(
            "login",
            &format!("/{id}/v2.0/.well-known/openid-configuration"),
        ))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        document["issuer"],
        format!("{}/{id}/v2.0", stage.tenant.value("login"))
    );
    let nobody = stage
        .visitor()
        .get(stage.url(
            "login",
            "/fabrikam.example/.well-known/openid-configuration",
        ))
        .await;
    assert_eq!(nobody.status().as_u16(), 400);
    assert_eq!(
        nobody.json::<Value>().await.unwrap()["error_codes"][0],
        90002
    );
}

/// Keys rotate; a token of the old one is still good.
#[tokio::test]
async fn a_rotated_key_still_verifies() {
    use crate::stage::{Machine, register};
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let keys = async || {
        stage
            .visitor()
            .get(stage.url("login", "/common/discovery/keys"))
            .await
            .json::<Value>()
            .await
            .unwrap()["keys"]
            .as_array()
            .unwrap()
            .clone()
    };
    let before = keys().await;
    assert_eq!(before.len(), 2);
    stage.tenant.run(&["key-rotate"]);
    let after = keys().await;
    assert_eq!(after.len(), 3);
    assert_ne!(after[0]["kid"], before[0]["kid"]);
    let certificate =
        dovetail_shared::encode::from_b64(after[0]["x5c"][0].as_str().unwrap()).unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&certificate).unwrap();
    let n = dovetail_shared::encode::from_b64url(after[0]["n"].as_str().unwrap()).unwrap();
    let rsa = dovetail_shared::rsa_blob::RsaPublic::from_pkcs1(
        &certificate.public_key().subject_public_key.data,
    )
    .unwrap();
    assert_eq!(rsa.modulus, n);
    assert_eq!(
        register(&stage, &token, &Machine::new().request(|_| {}))
            .await
            .0,
        200
    );
}

/// Realms of the three kinds, in the forms that clients ask for.
#[tokio::test]
async fn realms_are_told_in_each_form() {
    let stage = Stage::new();
    for (path, name, value) in [
        (
            "/common/userrealm/?user=a@contoso.com&api-version=2.1",
            "NameSpaceType",
            "Managed",
        ),
        (
            "/common/userrealm?user=a@fabrikam.com&api-version=2.1",
            "NameSpaceType",
            "Federated",
        ),
        (
            "/common/userrealm/?user=a@elsewhere.example&api-version=2.1",
            "NameSpaceType",
            "Unknown",
        ),
        (
            "/Common/UserRealm/a@contoso.com?api-version=1.0",
            "account_type",
            "Managed",
        ),
        (
            "/GetUserRealm.srf?login=a@fabrikam.com&json=1",
            "NameSpaceType",
            "Federated",
        ),
    ] {
        let answer: Value = stage
            .visitor()
            .get(stage.url("login", path))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(answer[name], value, "{path}");
    }
}

/// [ID-25] Public documents may be read by any page, without its cookies; sign-in pages by none.
#[tokio::test]
async fn no_page_reads_with_credentials() {
    let stage = Stage::new();
    let documents = stage
        .visitor()
        .get(stage.url("login", "/common/discovery/keys"))
        .await;
    assert_eq!(
        documents
            .headers()
            .get("access-control-allow-origin")
            .unwrap(),
        "*"
    );
    assert!(
        documents
            .headers()
            .get("access-control-allow-credentials")
            .is_none()
    );
    let mut visitor = stage.visitor();
    let start = visitor.get(stage.authorize(&[])).await;
    assert!(start.headers().get("access-control-allow-origin").is_none());
}

/// [ID-24] A request under a name that is not ours gets nothing; issuer and links never come from the request.
#[tokio::test]
async fn the_host_header_decides_nothing() {
    let stage = Stage::new();
    let (status, body) = stage
        .visitor()
        .get_as(
            stage.url("login", "/common/.well-known/openid-configuration"),
            &[("host", "evil.example")],
        )
        .await;
    assert_eq!(status, 421);
    assert!(!body.contains("evil.example"));
    let forwarded = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example"),
    ];
    let (status, body) = stage
        .visitor()
        .get_as(
            stage.url("login", "/common/.well-known/openid-configuration"),
            &forwarded,
        )
        .await;
    assert_eq!(status, 200);
    assert!(!body.contains("evil.example"));
}

/// [PG-03] The page's policy allows its own files and Wasm, nothing inline, nobody's frame.
#[tokio::test]
async fn the_page_has_a_strict_policy() {
    let stage = Stage::new();
    for path in [
        "/WebApp/CloudDomainJoin/4",
        "/webapp/clouddomainjoin/4/config.json",
        "/robots.txt",
    ] {
        let answer = stage.visitor().get(stage.url("portal", path)).await;
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    for path in [
        "/WebApp/CloudDomainJoin/4/..%2f..%2fCargo.toml",
        "/WebApp/CloudDomainJoin/4/.git",
        "/WebApp/CloudDomainJoin/4/%2e%2e",
    ] {
        assert_ne!(
            stage
                .visitor()
                .get(stage.url("portal", path))
                .await
                .status()
                .as_u16(),
            200,
            "{path}"
        );
    }
}

/// Under Microsoft's names, with certificates of the lab's CA.
#[tokio::test]
async fn it_stands_in_for_microsofts_names() {
    let stage = Stage::with(&["--impersonate-microsoft"]);
    assert!(
        stage
            .tenant
            .value("login")
            .starts_with("https://login.microsoftonline.com:")
    );
    let document: Value = stage
        .visitor()
        .get(stage.url("login", "/common/v2.0/.well-known/openid-configuration"))
        .await
        .json()
        .await
        .unwrap();
    assert!(
        document["token_endpoint"]
            .as_str()
            .unwrap()
            .starts_with("https://login.microsoftonline.com")
    );
    let contract = stage
        .visitor()
        .get(stage.url(
            "drs",
            "/contoso.com/EnrollmentServer/contract?api-version=1.2",
        ))
        .await;
    assert_eq!(contract.status().as_u16(), 200);
}

/// [OP-10] There is no page for machines that watch machines: under the names that such pages have, on every host, there is nothing,
/// and nothing is said of versions, tenants, people or paths.
#[tokio::test]
async fn nothing_is_measured_in_public() {
    let stage = Stage::new();
    let tenant_id = stage.tenant.value("tenant_id").to_owned();
    for host in [
        "login",
        "drs",
        "portal",
        "device_login",
        "graph",
        "manage",
        "manage_portal",
    ] {
        for path in [
            "/metrics",
            "/health",
            "/healthz",
            "/livez",
            "/readyz",
            "/status",
            "/server-status",
            "/debug/pprof/",
            "/debug/vars",
            "/actuator/env",
            "/.env",
            "/.git/config",
            "/tenant.db",
        ] {
            let url = stage.url(host, path);
            let answer = stage.visitor().ask("GET", url, &[], None).await;
            let status = answer.status().as_u16();
            assert!([401, 404].contains(&status), "{host}{path}: {status}");
            let headers = format!("{:?}", answer.headers());
            let body = answer.text().await.unwrap();
            for secret in [
                tenant_id.as_str(),
                "contoso",
                "/tenant",
                "axum",
                "hyper",
                "SQLite",
            ] {
                assert!(
                    !body.contains(secret) && !headers.contains(secret),
                    "{host}{path}: {secret} in {body}"
                );
            }
        }
    }
}
