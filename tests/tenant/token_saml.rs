//! Assertions of a federated domain's sign-in service, at the token endpoint.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::{b64, b64url};
use dovetail_tests::assertion::{Assertion, Key, MULTIPLE};
use serde_json::Value;

use crate::stage::{BROKER, Stage, claims, number};

const V1: &str = "/common/oauth2/token";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";
const ISSUER: &str = "http://sts.fabrikam.com/adfs/services/trust";

/// A tenant whose domain fabrikam.com believes `key`.
fn federated(mfa: &str) -> (Stage, Key) {
    let (stage, key) = (Stage::new(), Key::new("sts.fabrikam.com"));
    let file = stage.dir.path().join("sts.pem");
    std::fs::write(&file, &key.certificate_pem).unwrap();
    stage.tenant.run(&[
        "domain",
        "add",
        "fabrikam.com",
        "--federated",
        "--passive-url",
        "https://sts.fabrikam.com/adfs/ls/",
        "--issuer",
        ISSUER,
        "--certificate",
        &file.display().to_string(),
        "--mfa",
        mfa,
    ]);
    (stage, key)
}

/// A good assertion for `upn`.
fn assertion(stage: &Stage, upn: &str) -> Assertion {
    let id = stage.tenant.immutable_id(upn);
    Assertion::new(ISSUER, upn, &id, now())
}

fn now() -> UnixTime {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}

async fn redeem(stage: &Stage, encoded: &str) -> (u16, Value) {
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:saml1_1-bearer",
        ),
        ("client_id", BROKER),
        ("resource", DRS),
        ("scope", "openid"),
        ("windows_api_version", "2.0"),
        ("assertion", encoded),
    ];
    stage.token(V1, &form).await
}

/// A program signs in with what the organisation's own service gave it, in either alphabet; the claims are the account's.
#[tokio::test]
async fn an_assertion_becomes_tokens() {
    let (stage, key) = federated("accept");
    let first = assertion(&stage, "isaiah@fabrikam.com").signed(&key);
    let (status, tokens) = redeem(&stage, &b64(&first)).await;
    assert_eq!(status, 200, "{tokens}");
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], DRS);
    assert_eq!(access["upn"], "isaiah@fabrikam.com");
    assert_eq!(access["amr"], serde_json::json!(["pwd"]));
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["aud"], BROKER);
    assert!(id.get("mdm_enrollment_url").is_some());
    let second = assertion(&stage, "nestor@fabrikam.com").signed(&key);
    assert_eq!(redeem(&stage, &b64url(second)).await.0, 200);
    // Each is good once.
    assert_eq!(number(&redeem(&stage, &b64(&first)).await), 50_013);
}

/// What the domain's service did not sign, or did not sign for us and now, is refused with its number.
#[tokio::test]
async fn other_assertions_are_refused() {
    let (stage, key) = federated("accept");
    let change = |change: &dyn Fn(&mut Assertion)| {
        let mut changed = assertion(&stage, "isaiah@fabrikam.com");
        change(&mut changed);
        b64(changed.signed(&key))
    };
    let foreign = assertion(&stage, "isaiah@fabrikam.com").signed(&Key::new("sts.fabrikam.com"));
    for (encoded, expected) in [
        ("%%%".to_owned(), 20_012),
        (b64("<a/>"), 50_008),
        (b64(foreign), 5_000_811),
        (
            change(&|it| it.issuer = "http://evil.example/".into()),
            50_107,
        ),
        (
            change(&|it| it.audience = "https://evil.example/".into()),
            50_008,
        ),
        (change(&|it| it.upn = "adele@contoso.com".into()), 5_000_819),
        (change(&|it| it.immutable_id = "x".into()), 51_004),
        (change(&|it| it.confirmation = None), 50_008),
        (
            change(&|it| it.not_on_or_after = it.not_before.plus(-400)),
            500_133,
        ),
    ] {
        let answer = redeem(&stage, &encoded).await;
        assert_eq!(number(&answer), expected, "{answer:?}");
        assert_eq!(answer.1["error"], "invalid_grant");
    }
}

/// A domain that must have asked for a second factor is held to it here as well.
#[tokio::test]
async fn an_enforced_second_factor_is_enforced() {
    let (stage, key) = federated("enforce");
    let mut plain = assertion(&stage, "nestor@fabrikam.com");
    let refused = redeem(&stage, &b64(plain.signed(&key))).await;
    assert_eq!(number(&refused), 50_076);
    plain.id.push('2');
    plain.references.push(MULTIPLE.to_owned());
    let (status, tokens) = redeem(&stage, &b64(plain.signed(&key))).await;
    assert_eq!(status, 200, "{tokens}");
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["amr"], serde_json::json!(["pwd", "mfa"]));
}
