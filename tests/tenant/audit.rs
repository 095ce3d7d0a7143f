//! The audit log, from outside: who was refused what, who was given what, and that nobody can change it unseen.

use std::path::PathBuf;

use dovetail_tests::audit_log::lines;
use dovetail_tests::wait;
use serde_json::{Value, json};

use crate::soft_device::SoftDevice;
use crate::stage::{BROKER, Machine, Stage, register};

const V1: &str = "/common/oauth2/token";

impl Stage {
    /// The lines of an event, once there is one.
    pub(crate) fn told(&self, event: &str) -> Vec<Value> {
        wait::until(event, || {
            let mut lines = lines(self.tenant.data());
            lines.retain(|line| line["event"] == event);
            (!lines.is_empty()).then_some(lines)
        })
    }

    /// The line of the request with that id.
    fn line_of(&self, request: &str) -> Value {
        wait::until("a line", || {
            let mut lines = lines(self.tenant.data()).into_iter();
            lines.find(|line| line["event"] == "refused" && line["request"] == request)
        })
    }

    /// The line of the last request that was refused.
    fn last(&self) -> Value {
        let (id, _) = self.tenant.sent().refused().pop().expect("a refusal");
        self.line_of(&id)
    }

    fn user(&self, upn: &str) -> Value {
        let people: Value =
            serde_json::from_str(&self.tenant.run(&["user", "list", "--json"])).unwrap();
        let people = people.as_array().unwrap().clone();
        let person = people.into_iter().find(|person| person["upn"] == upn);
        person.unwrap()["id"].clone()
    }
}

/// Each of `expected` stands in the line; `null`: nothing does.
#[track_caller]
fn assert_line(line: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&line[name], value, "{name} of {line}");
    }
    for always in [
        "n", "time", "tenant", "outcome", "peer", "method", "request",
    ] {
        assert!(!line[always].is_null(), "{always} of {line}");
    }
}

/// [OP-03] The token endpoint: who is only claimed is not said to be proved, and a name of nobody is not written down.
#[tokio::test]
async fn the_token_endpoint_says_who_was_refused() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let alex = stage.user("alex@contoso.com");
    let ask = async |username: &str, password: &str| {
        let form = [
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("resource", "https://graph.microsoft.com"),
            ("username", username),
            ("password", password),
        ];
        stage.token(V1, &form).await
    };
    ask("alex@contoso.com", "not-the-password").await;
    assert_line(
        &stage.last(),
        &json!({ "host": "login", "route": "/{tenant}/oauth2/token", "method": "POST", "status": 400, "outcome": "refused",
            "code": "AADSTS50126", "claimed_user": alex, "user": null, "claimed_client": BROKER, "client": null }),
    );
    ask("hunter2-hunter2@contoso.com", "not-the-password").await;
    let line = stage.last();
    assert_line(
        &line,
        &json!({ "code": "AADSTS50034", "claimed_user": null, "user": null }),
    );
    assert!(!line.to_string().contains("hunter2"), "{line}");
    let (password, _) = stage.tenant.person("alex@contoso.com");
    let (_, good) = ask("alex@contoso.com", &password).await;
    let granted = stage.told("sign_in.token").pop().unwrap();
    assert_line(
        &granted,
        &json!({ "user": alex, "outcome": "granted", "about": "password" }),
    );
    // A refresh token of a lineage that was revoked is still proof of whose it was.
    stage.tenant.run(&["user", "revoke", "alex@contoso.com"]);
    let refresh = good["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", refresh),
    ];
    stage.token(V1, &form).await;
    assert_line(
        &stage.last(),
        &json!({ "code": "AADSTS50173", "user": alex }),
    );
}

/// [OP-03] A client that shows a wrong secret is a claimed one; the ids of the line are those of the answer.
#[tokio::test]
async fn a_line_has_the_ids_of_its_answer() {
    let stage = Stage::new();
    let id = "11112222-3333-4444-5555-666677778888";
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        id,
        "--secret",
        "the-secret-of-the-app",
    ]);
    let ask = async |secret: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
            ("resource", "https://graph.microsoft.com"),
        ];
        stage.token(V1, &form).await
    };
    let (status, answer) = ask("another-secret-than-that").await;
    assert_eq!(status, 401);
    assert_line(
        &stage.last(),
        &json!({ "code": "AADSTS7000215", "claimed_client": id, "client": null, "trace": answer["trace_id"], "correlation": answer["correlation_id"] }),
    );
    assert_eq!(ask("the-secret-of-the-app").await.0, 200);
    assert_line(
        &stage.told("sign_in.application")[0],
        &json!({ "client": id, "claimed_client": null }),
    );
}

/// [OP-03] The sign-in page refuses without a status that says so: a wrong password, a wrong second factor, and a sign-in that is.
#[tokio::test]
async fn the_sign_in_page_is_in_the_log() {
    let stage = Stage::new();
    let adele = stage.user("adele@contoso.com");
    let token = stage.id_token("adele@contoso.com").await;
    let granted = stage.told("sign_in").pop().unwrap();
    assert_line(
        &granted,
        &json!({ "user": adele, "host": "login", "status": null }),
    );
    let machine = Machine::new();
    let (status, _) = register(&stage, &token, &machine.request(|_| {})).await;
    assert_eq!(status, 200);
    let device = stage.tenant.devices()[0]["DeviceId"].clone();
    let granted = stage.told("device.registered").pop().unwrap();
    assert_line(
        &granted,
        &json!({ "user": adele, "device": device, "host": "drs" }),
    );
    // The same key for somebody else.
    let other = stage.id_token("alex@contoso.com").await;
    let (status, answer) = register(&stage, &other, &machine.request(|_| {})).await;
    assert_eq!(status, 409);
    assert_line(
        &stage.last(),
        &json!({ "user": stage.user("alex@contoso.com"), "code": "error_key_in_use", "status": 409, "trace": answer["TraceId"] }),
    );
    register(&stage, "a.b.c", &machine.request(|_| {})).await;
    assert_line(
        &stage.last(),
        &json!({ "user": null, "claimed_user": null, "code": "error_invalid_token", "status": 401 }),
    );
}

/// [OP-03] A device's way: a primary refresh token, what is refused of it when it was disabled, and its leaving.
#[tokio::test]
async fn a_device_is_named_by_its_key() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let alex = stage.user("alex@contoso.com");
    assert_line(
        &stage.told("prt.issued")[0],
        &json!({ "user": alex, "device": device.id }),
    );
    let payload = prt.payload(&stage, json!({})).await;
    stage.tenant.run(&["device", "disable", &device.id]);
    stage.ask_signed(&prt.sign(2, &payload)).await;
    assert_line(
        &stage.last(),
        &json!({ "code": "AADSTS135011", "device": device.id, "user": alex }),
    );
    // A signature of another key: whose the token was is said, and not that they asked.
    let mut stranger = prt.clone();
    stranger.key = vec![7; 32];
    stage.ask_signed(&stranger.sign(2, &payload)).await;
    assert_line(
        &stage.last(),
        &json!({ "code": "AADSTS50013", "device": null, "claimed_device": device.id, "user": null, "claimed_user": alex }),
    );
    stage.tenant.run(&["device", "enable", &device.id]);
    let leave = stage.url(
        "drs",
        &format!("/EnrollmentServer/device/{}?api-version=1.0", device.id),
    );
    let foreign = stage.visitor_with_foreign_certificate(&device.id);
    foreign.ask("DELETE", leave.clone(), &[], None).await;
    assert_line(
        &stage.last(),
        &json!({ "device": null, "claimed_device": device.id, "status": 401 }),
    );
    let own = stage.visitor_with(&device.certificate, &device.machine.device);
    assert_eq!(
        own.ask("DELETE", leave, &[], None).await.status().as_u16(),
        200
    );
    assert_line(
        &stage.told("device.left")[0],
        &json!({ "device": device.id }),
    );
}

/// [OP-03] The directory API and the management service, and paths that nobody has.
#[tokio::test]
async fn every_host_is_in_the_log() {
    let stage = Stage::new();
    let visitor = stage.visitor();
    for (host, path, expected) in [
        (
            "graph",
            "/v1.0/me",
            json!({ "host": "graph", "code": "InvalidAuthenticationToken", "status": 401 }),
        ),
        (
            "manage",
            "/EnrollmentServer/Enrollment.svc",
            json!({ "host": "manage", "status": 405 }),
        ),
        (
            "manage_portal",
            "/TermsOfUse/page?visit=x",
            json!({ "host": "manage_portal", "code": "page", "status": 400 }),
        ),
        (
            "login",
            "/common/oauth2/authorize?client_id=nobody",
            json!({ "route": "/{tenant}/oauth2/authorize", "status": 400 }),
        ),
        (
            "login",
            "/no/such/path/at-all-secret-word",
            json!({ "host": "login", "status": 404, "route": null }),
        ),
        (
            "device_login",
            "/",
            json!({ "host": "device_login", "code": "AADSTS50187", "status": 401 }),
        ),
    ] {
        let refused = visitor.ask("GET", stage.url(host, path), &[], None).await;
        assert!(refused.status().as_u16() >= 400, "{path}");
        assert_line(&stage.last(), &expected);
        assert!(!stage.last().to_string().contains("secret-word"));
    }
}

/// [OP-03] Commands stand in a chain of their own; people read by time, person and device; whoever changes a line is found.
#[tokio::test]
async fn commands_are_in_the_log_and_a_changed_line_is_found() {
    let mut stage = Stage::new();
    stage.tenant.run(&[
        "user",
        "set-password",
        "alex@contoso.com",
        "--password",
        "A-new-password-1",
    ]);
    let command = stage.told("command").pop().unwrap();
    assert_eq!(
        command["about"],
        "user set-password upn=alex@contoso.com password"
    );
    assert_eq!(command["outcome"], "granted");
    stage
        .tenant
        .refuses(&["user", "disable", "nobody@contoso.com"]);
    assert_eq!(stage.told("command").pop().unwrap()["outcome"], "refused");
    stage.id_token("adele@contoso.com").await;
    stage.told("sign_in");
    let show = |more: &[&str]| stage.tenant.run(&[&["audit", "show"], more].concat());
    let hers = show(&["--json", "--user", "adele@contoso.com", "--since", "1h"]);
    assert_eq!(hers.lines().count(), 1, "{hers}");
    assert!(hers.contains("\"event\":\"sign_in\""));
    assert_eq!(show(&["--since", "2999-01-01T00:00:00Z"]), "");
    assert!(show(&[]).contains("command  granted"));
    let whole = stage.tenant.run(&["audit", "verify"]);
    assert!(
        whole.contains("lines in 2 chains are as they were written"),
        "{whole}"
    );
    // Its end is known to the database from now on.
    stage.tenant.process.stop();
    let file = server_file(&stage);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"sign_in\"", "\"sign_ln\"")).unwrap();
    let changed = stage.tenant.refuses(&["audit", "verify"]);
    assert!(changed.contains("1 finding"), "{changed}");
    let cut = &text[..=text.trim_end().rfind('\n').unwrap()];
    std::fs::write(&file, cut).unwrap();
    let short = stage.tenant.refuses(&["audit", "verify"]);
    assert!(short.contains("1 finding"), "{short}");
    std::fs::write(&file, &text).unwrap();
    stage.tenant.run(&["audit", "verify"]);
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    if !dovetail_tests::tenant::on_postgres() {
        let gone = stage.tenant.refuses(&["audit", "verify"]);
        assert!(gone.contains("1 finding"), "{gone}");
    }
}

/// The file in which the sign-in stands.
fn server_file(stage: &Stage) -> PathBuf {
    let folders = std::fs::read_dir(stage.tenant.data().join("audit")).unwrap();
    let mut files = folders.map(|folder| folder.unwrap().path().join("000001.jsonl"));
    let found = files.find(|file| {
        std::fs::read_to_string(file)
            .unwrap()
            .contains("\"sign_in\"")
    });
    found.expect("a file")
}

/// [OP-03] Nobody but its owner reads the log.
#[tokio::test]
async fn the_log_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let file = stage.tenant.data().join("audit");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o700);
    let chain = std::fs::read_dir(&file)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert_eq!(mode(&chain), 0o700);
    assert_eq!(mode(&chain.join("000001.jsonl")), 0o600);
}
