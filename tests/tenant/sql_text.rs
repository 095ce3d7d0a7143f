//! Text that means something to a database, in every field that there is: it is data everywhere.

use dovetail_tests::statements::all;
use serde_json::{Value, json};

use crate::stage::{BROKER, Machine, Stage, register};

/// What has opened databases, for SQLite and PostgreSQL alike.
const TEXTS: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE device; --",
    "\" OR \"\"=\"",
    "adele@contoso.com' --",
    "adele@contoso.com'/**/OR/**/1=1",
    "') UNION SELECT password_hash FROM \"user\" --",
    "$1",
    "?1",
    "%' AND pg_sleep(5) --",
    "\\'; SELECT 1; --",
    "1; UPDATE \"user\" SET enabled = 0",
    "x'00' || randomblob(1000000000)",
];

/// A tenant's state, as far as text could change it.
async fn state(stage: &Stage) -> Vec<i64> {
    let pool = stage.tenant.pool().await;
    let mut counts = Vec::new();
    for statement in [
        "SELECT count(*) FROM device",
        "SELECT count(*) FROM \"user\" WHERE enabled = 1",
        "SELECT count(*) FROM app",
        "SELECT count(*) FROM policy",
        "SELECT count(*) FROM lineage",
        "SELECT count(*) FROM session",
    ] {
        let count: i64 = sqlx::query_scalar(statement)
            .fetch_one(&pool)
            .await
            .unwrap();
        counts.push(count);
    }
    pool.close().await;
    counts
}

/// [ST-11] Every parameter of every endpoint, one after the other, holds such a text: nothing is answered with a fault of ours,
/// nobody is signed in by it, nothing waits, and nothing is changed.
#[tokio::test]
async fn text_is_data_in_every_field() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let token = stage.id_token("adele@contoso.com").await;
    let before = state(&stage).await;
    let login = |path: &str| stage.url("login", path);
    let visitor = stage.visitor();
    let machine = Machine::new();
    let mut taken = Vec::new();
    let mut asked = 0;
    for text in TEXTS {
        let begin = std::time::Instant::now();
        // The token endpoint: each field of each grant.
        for fields in [
            &["username", "password", "client_id", "resource", "scope"][..],
            &["code", "redirect_uri", "code_verifier", "client_id"],
            &["refresh_token", "client_id", "scope"],
            &["device_code", "client_id"],
            &["client_id", "client_secret", "scope"],
            &[
                "assertion",
                "client_id",
                "client_assertion",
                "client_assertion_type",
            ],
            &["request", "windows_api_version"],
        ] {
            for grant in [
                "password",
                "authorization_code",
                "refresh_token",
                "device_code",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:saml1_1-bearer",
                text,
            ] {
                for odd in fields {
                    let mut form = vec![("grant_type", grant)];
                    for name in fields {
                        let usual = match *name {
                            "client_id" => BROKER,
                            "username" => "nobody@elsewhere.example",
                            "resource" => "https://graph.microsoft.com",
                            _ => "x",
                        };
                        form.push((name, if name == odd { text } else { usual }));
                    }
                    let (status, answer) =
                        stage_token(&visitor, login("/common/oauth2/token"), &form).await;
                    assert!((400..500).contains(&status), "{form:?}: {status} {answer}");
                    asked += 1;
                }
            }
        }
        let enc: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let escaped = enc.replace('+', "%20");
        for (host, path) in [
            (
                "login",
                format!(
                    "/{escaped}/oauth2/authorize?client_id={enc}&redirect_uri={enc}&response_type=code&state={enc}"
                ),
            ),
            (
                "login",
                format!(
                    "/common/oauth2/authorize?client_id={BROKER}&redirect_uri={enc}&resource={enc}&login_hint={enc}&response_type=code"
                ),
            ),
            (
                "login",
                format!("/{escaped}/.well-known/openid-configuration"),
            ),
            (
                "login",
                format!("/common/userrealm/?user={enc}&api-version=2.1"),
            ),
            ("login", format!("/GetUserRealm.srf?login={enc}")),
            ("login", format!("/common/login?ctx={enc}")),
            (
                "login",
                format!(
                    "/common/oauth2/logout?post_logout_redirect_uri={enc}&logout_hint={enc}&client_id={enc}"
                ),
            ),
            ("login", format!("/common/oauth2/deviceauth?otc={enc}")),
            ("drs", format!("/{escaped}/Discover?api-version={enc}")),
            ("graph", format!("/v1.0/devices/{escaped}?$filter={enc}")),
            ("graph", format!("/v1.0/users/{escaped}?$select={enc}")),
            (
                "graph",
                format!(
                    "/v1.0/users/{escaped}/authentication/windowsHelloForBusinessMethods/{escaped}"
                ),
            ),
            (
                "manage_portal",
                format!("/TermsOfUse?redirect_uri={enc}&client-request-id={enc}"),
            ),
        ] {
            let Ok(url) = url::Url::parse(&format!("{}{path}", stage.tenant.value(host))) else {
                continue;
            };
            let bearer = format!("Bearer {token}");
            let headers = [
                ("authorization", bearer.as_str()),
                ("cookie", "__Host-ESTSAUTH=x; __Host-signin=y"),
            ];
            let answer = visitor.ask("GET", url, &headers, None).await;
            assert!(answer.status().as_u16() < 500, "{path}");
            asked += 1;
        }
        let (status, _) = stage_token(
            &visitor,
            login("/common/oauth2/devicecode"),
            &[("client_id", text), ("resource", text)],
        )
        .await;
        assert!((400..500).contains(&status));
        let question = json!({ "username": text, "originalRequest": text, "flowToken": text });
        let answer = visitor
            .ask(
                "POST",
                login("/common/GetCredentialType"),
                &[],
                Some(question.to_string()),
            )
            .await;
        assert!(answer.status().as_u16() < 500);
        let question = json!({ "Ctx": text, "FlowToken": text, "SessionId": text, "AdditionalAuthData": text, "Method": "EndAuth" });
        let answer = visitor
            .ask(
                "POST",
                login("/common/SAS/EndAuth"),
                &[("cookie", "__Host-signin=y")],
                Some(question.to_string()),
            )
            .await;
        assert!(answer.status().as_u16() < 500);
        for member in [
            "CertificateRequest",
            "TransportKey",
            "TargetDomain",
            "JoinType",
        ] {
            let request = machine.request(|request| request[member] = json!(text));
            let (status, answer) = register(&stage, &token, &request).await;
            let fits = member == "TargetDomain" && status == 200;
            assert!(
                fits || (400..500).contains(&status),
                "{member}: {status} {answer}"
            );
        }
        let answer = visitor
            .ask(
                "POST",
                stage.url("drs", "/EnrollmentServer/key/?api-version=1.0"),
                &[
                    ("authorization", &format!("Bearer {token}")),
                    ("accept", "application/json"),
                    ("client-request-id", text),
                ],
                Some(json!({ "kngc": text }).to_string()),
            )
            .await;
        assert!((400..500).contains(&answer.status().as_u16()));
        asked += 9;
        taken.push(begin.elapsed());
    }
    assert!(asked > 1000);
    let after = state(&stage).await;
    assert_eq!(
        before[1..],
        after[1..],
        "users, applications, rules, sign-ins"
    );
    // A text that the database obeys takes seconds, each of its hundreds of times.
    let mut sorted = taken.clone();
    sorted.sort();
    let usual = sorted[sorted.len() / 2];
    assert!(sorted[sorted.len() - 1] < usual * 8, "{taken:?}");
    // As a name it is a name.
    for text in TEXTS {
        let request = machine.request(|request| {
            request["DeviceDisplayName"] = json!(text);
            request["OSVersion"] = json!(text);
            request["DeviceType"] = json!(text);
        });
        let (status, answer) = register(&stage, &token, &request).await;
        if status == 200 {
            let devices = stage.tenant.devices();
            let names: Vec<&str> = devices
                .iter()
                .filter_map(|device| device["DisplayName"].as_str())
                .collect();
            assert!(names.contains(text), "{names:?}");
        } else {
            assert_eq!(status, 400, "{answer}");
        }
    }
}

async fn stage_token(
    visitor: &dovetail_tests::sign_in::Visitor,
    url: url::Url,
    form: &[(&str, &str)],
) -> (u16, Value) {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    visitor.post_raw(url, body).await
}

/// [ST-11] No statement is made of anything but text that stands in the sources: what runs one takes static text only, and nowhere
/// is a statement put together when the program runs.
#[test]
fn statements_are_static() {
    let sources = dovetail_tests::place::root().join("tenant/src");
    let query = std::fs::read_to_string(sources.join("store/query.rs")).unwrap();
    assert!(query.contains("pub(crate) fn query(text: &'static str) -> Query"));
    let mut files = vec![sources];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let Some(text) = path.extension().filter(|kind| *kind == "rs").map(|_| text) else {
            continue;
        };
        seen += 1;
        for way in [
            "AssertSqlSafe",
            "Box::leak",
            ".leak()",
            "from_utf8_unchecked",
            "raw_sql(",
            "QueryBuilder",
        ] {
            assert!(!text.contains(way), "{path:?}: {way}");
        }
        for begin in ["SELECT ", "INSERT ", "UPDATE ", "DELETE "] {
            let made = format!("format!(\"{begin}");
            assert!(!text.contains(&made), "{path:?}");
            let made = format!("format!(\n            \"{begin}");
            assert!(!text.contains(&made), "{path:?}");
        }
    }
    assert!(seen > 100 && all().len() > 100);
}
