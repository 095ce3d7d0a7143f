//! A sign-in driven by a program that reads `$Config`, built from the registration reference §1.9 alone: it follows no redirects,
//! reads where a redirect leads in its body, and sends what the pages say back.

use dovetail_tests::sign_in::{Visitor, between, code_now};
use reqwest::header;
use serde_json::{Value, json};
use url::Url;

use crate::stage::{BROKER, CHALLENGE, Stage, VERIFIER};

const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
const V2: &str = "/common/oauth2/v2.0/token";
/// With a second factor.
const MEGAN: &str = "megan@contoso.com";
/// Without.
const ADELE: &str = "adele@contoso.com";

/// The program.
struct Program<'a> {
    stage: &'a Stage,
    visitor: Visitor,
}

/// What came: a page's `$Config`, or the link of a redirect.
#[derive(Debug)]
enum Came {
    Page(Value),
    Link(Url),
}

impl Came {
    fn page(self) -> Value {
        match self {
            Self::Page(config) => config,
            Self::Link(url) => panic!("no page, but {url}"),
        }
    }

    /// The code behind the link.
    fn code(self) -> String {
        match self {
            Self::Link(url) => {
                let mut pairs = url.query_pairs().into_owned();
                let code = pairs.find(|(name, _)| name == "code");
                code.unwrap_or_else(|| panic!("no code: {url}")).1
            }
            Self::Page(config) => panic!("no link, but {config}"),
        }
    }
}

fn text<'a>(config: &'a Value, name: &str) -> &'a str {
    config[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {config}"))
}

impl<'a> Program<'a> {
    fn new(stage: &'a Stage) -> Self {
        Self {
            stage,
            visitor: stage.visitor(),
        }
    }

    async fn begin(&mut self, prompt: &str) -> Value {
        let mut url = self.stage.url("login", "/common/oAuth2/v2.0/authorize");
        url.query_pairs_mut().extend_pairs([
            ("client_id", BROKER),
            ("response_type", "code"),
            ("redirect_uri", NATIVE),
            ("prompt", prompt),
            ("scope", "openid profile offline_access"),
            ("response_mode", "query"),
            ("sso_reload", "True"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let response = self.visitor.get(url).await;
        assert_eq!(response.status().as_u16(), 200);
        came(response).await.page()
    }

    /// Posts a form to the page's `urlPost`.
    async fn post(&mut self, config: &Value, fields: &[(&str, &str)]) -> Came {
        let base = self.stage.url("login", "/");
        let url = base.join(text(config, "urlPost")).unwrap();
        came(self.visitor.post(url, fields).await).await
    }

    async fn password(&mut self, config: &Value, login: &str, password: &str) -> Came {
        let fields = [
            ("login", login),
            ("passwd", password),
            ("ctx", text(config, "sCtx")),
            ("flowToken", text(config, "sFT")),
            ("canary", text(config, "canary")),
            ("client_id", BROKER),
            ("client-request-id", "5e7a1d3c-0000-4000-8000-000000000000"),
        ];
        self.post(config, &fields).await
    }

    async fn stay(&mut self, config: &Value) -> Came {
        assert_eq!(config["pgid"], "KmsiInterrupt", "{config}");
        let fields = [
            ("LoginOptions", "1"),
            ("ctx", text(config, "sCtx")),
            ("flowToken", text(config, "sFT")),
            ("canary", text(config, "canary")),
        ];
        self.post(config, &fields).await
    }

    /// `BeginAuth` or `EndAuth`.
    async fn factor(&mut self, config: &Value, address: &str, canary: &str, body: Value) -> Value {
        let url = Url::parse(text(config, address)).unwrap();
        let cookies = self.visitor.cookies();
        let headers = [("canary", canary), ("cookie", cookies.as_str())];
        let answer = self
            .visitor
            .ask("POST", url, &headers, Some(body.to_string()))
            .await;
        assert_eq!(answer.status().as_u16(), 200);
        let answer: Value = answer.json().await.unwrap();
        for (name, is) in [
            ("Success", answer["Success"].is_boolean()),
            ("Ctx", answer["Ctx"].is_string()),
            ("FlowToken", answer["FlowToken"].is_string()),
            ("Entropy", answer["Entropy"].is_number()),
        ] {
            assert!(is, "{name}: {answer}");
        }
        answer
    }

    async fn begin_auth(&mut self, config: &Value) -> Value {
        assert_eq!(config["pgid"], "ConvergedTFA", "{config}");
        let proof = &config["arrUserProofs"][0];
        assert_eq!(proof["isDefault"], true);
        let body = json!({ "AuthMethodId": proof["authMethodId"], "Method": "BeginAuth", "ctx": config["sCtx"], "flowToken": config["sFT"] });
        let canary = text(config, "canary").to_owned();
        self.factor(config, "urlBeginAuth", &canary, body).await
    }

    async fn end_auth(&mut self, config: &Value, begun: &Value, code: &str) -> Value {
        let body = json!({ "Method": "EndAuth", "AuthMethodId": "PhoneAppOTP", "SessionId": begun["SessionId"], "Ctx": begun["Ctx"],
            "FlowToken": begun["FlowToken"], "AdditionalAuthData": code });
        self.factor(config, "urlEndAuth", "", body).await
    }

    async fn process(&mut self, config: &Value, ended: &Value) -> Came {
        let fields = [
            ("request", text(ended, "Ctx")),
            ("mfaAuthMethod", "PhoneAppOTP"),
            ("login", MEGAN),
            ("flowToken", text(ended, "FlowToken")),
            ("canary", text(config, "canary")),
        ];
        self.post(config, &fields).await
    }
}

async fn came(response: reqwest::Response) -> Came {
    let moved = response.headers().contains_key(header::LOCATION);
    let body = response.text().await.unwrap();
    if moved {
        // Not from `Location`: the first link of the body.
        let link = between(&body, "<a href=\"", "\"").replace("&amp;", "&");
        return Came::Link(Url::parse(&link).unwrap());
    }
    let after = body
        .split("$Config=")
        .nth(1)
        .unwrap_or_else(|| panic!("{body}"));
    let config = after.split("//]]></script>").next().unwrap();
    let config: Value = serde_json::from_str(&config[..config.len() - 2]).unwrap();
    assert!(config["sessionId"].is_string() && config["canary"].is_string());
    Came::Page(config)
}

async fn redeemed(stage: &Stage, code: &str) -> Value {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", BROKER),
        ("code", code),
        ("redirect_uri", NATIVE),
        ("code_verifier", VERIFIER),
    ];
    let (status, tokens) = stage.token(V2, &fields).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

/// Password, stay signed in, code: page by page, and the end in a link.
#[tokio::test]
async fn a_program_signs_in_by_password() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person(ADELE);
    let mut program = Program::new(&stage);
    let page = program.begin("login").await;
    assert_eq!(page["pgid"], "ConvergedSignIn");
    let wrong = program.password(&page, ADELE, "not this").await.page();
    assert_eq!(wrong["sErrorCode"], "50126");
    assert!(text(&wrong, "strServiceExceptionMessage").contains("AADSTS50126:"));
    let page = program.password(&wrong, ADELE, &password).await.page();
    let code = program.stay(&page).await.code();
    let tokens = redeemed(&stage, &code).await;
    assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
}

/// A second factor goes through `BeginAuth`, `EndAuth` and `ProcessAuth`; a wrong code is told, and may be tried again.
#[tokio::test]
async fn a_program_gives_a_second_factor() {
    let stage = Stage::new();
    let (password, secret) = stage.tenant.person(MEGAN);
    let mut program = Program::new(&stage);
    let page = program.begin("login").await;
    let page = program.password(&page, MEGAN, &password).await.page();
    let begun = program.begin_auth(&page).await;
    assert_eq!(begun["Success"], true, "{begun}");
    let wrong = program.end_auth(&page, &begun, "000000").await;
    assert_eq!(
        (&wrong["Success"], &wrong["Retry"], &wrong["ErrCode"]),
        (&json!(false), &json!(false), &json!(500_121))
    );
    let early = program.process(&page, &begun).await.page();
    assert_eq!(early["pgid"], "ConvergedTFA", "nothing was proved");
    let pending = program.end_auth(&page, &begun, "").await;
    assert_eq!(pending["Retry"], true, "{pending}");
    let ended = program
        .end_auth(&page, &begun, &code_now(&secret.unwrap()))
        .await;
    assert_eq!(ended["Success"], true, "{ended}");
    let page = program.process(&page, &ended).await.page();
    let code = program.stay(&page).await.code();
    let tokens = redeemed(&stage, &code).await;
    let access = crate::stage::claims(tokens["access_token"].as_str().unwrap());
    assert!(access["amr"].to_string().contains("mfa"), "{access}");
}

/// [PG-05] [ID-21] A form or a call that does not show what this browser's page said is nothing: not with another sign-in's
/// values, not without the browser's cookie, not from another site. What was begun goes on unharmed.
#[tokio::test]
async fn a_program_shows_what_its_page_said() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person(MEGAN);
    let (mut program, mut other) = (Program::new(&stage), Program::new(&stage));
    let page = program.begin("login").await;
    let foreign = other.begin("login").await;
    for name in ["sFT", "canary"] {
        for value in [
            json!(""),
            json!("x"),
            page["sCtx"].clone(),
            foreign[name].clone(),
        ] {
            let mut changed = page.clone();
            changed[name] = value;
            let refused = program.password(&changed, MEGAN, &password).await.page();
            assert_eq!(refused["sErrorCode"], "50089", "{name}");
        }
    }
    let stolen = other.password(&page, MEGAN, &password).await.page();
    assert_eq!(stolen["sErrorCode"], "50089", "another browser");
    let url = stage
        .url("login", "/")
        .join(text(&page, "urlPost"))
        .unwrap();
    let fields = [
        ("login", MEGAN),
        ("passwd", password.as_str()),
        ("ctx", text(&page, "sCtx")),
        ("flowToken", text(&page, "sFT")),
        ("canary", text(&page, "canary")),
    ];
    let cross = program
        .visitor
        .post_from("https://evil.example", url, &fields)
        .await;
    assert_eq!(cross.status().as_u16(), 403);
    let page = program.password(&page, MEGAN, &password).await.page();
    let begun = program.begin_auth(&page).await;
    let mut changed = page.clone();
    changed["canary"] = json!("x");
    assert_eq!(program.begin_auth(&changed).await["ErrCode"], 50_089);
    for name in ["SessionId", "FlowToken", "Ctx"] {
        let mut changed = begun.clone();
        changed[name] = json!("x");
        let refused = program.end_auth(&page, &changed, "000000").await;
        assert_eq!(refused["ErrCode"], 50_089, "{name}");
    }
}

/// [ID-12] Guesses by `$Config` count like all others: passwords and codes lock the account.
#[tokio::test]
async fn a_program_does_not_guess() {
    let stage = Stage::new();
    let (password, secret) = stage.tenant.person(MEGAN);
    let mut program = Program::new(&stage);
    let page = program.begin("login").await;
    let mut page = program.password(&page, MEGAN, &password).await.page();
    let begun = program.begin_auth(&page).await;
    let mut last = Value::Null;
    for guess in 0..10 {
        last = program
            .end_auth(&page, &begun, &format!("{guess:06}"))
            .await["ErrCode"]
            .clone();
    }
    assert_eq!(last, 50_053);
    let late = program
        .end_auth(&page, &begun, &code_now(&secret.unwrap()))
        .await;
    assert_eq!(late["Success"], false, "locked: not even the right one");
    page = program.begin("login").await;
    let locked = program.password(&page, MEGAN, &password).await.page();
    assert_eq!(locked["sErrorCode"], "50053");
    for _ in 0..10 {
        page = program.password(&page, ADELE, "wrong").await.page();
    }
    let (password, _) = stage.tenant.person(ADELE);
    let locked = program.password(&page, ADELE, &password).await.page();
    assert_eq!(locked["sErrorCode"], "50053");
}
