//! The passive flow: to another organisation's sign-in service and back, with everything that may come back.

use std::collections::BTreeMap;

use dovetail_shared::UnixTime;
use dovetail_tests::assertion::{Assertion, Key, MULTIPLE, answer};
use dovetail_tests::sign_in::{Visitor, between, code_now};
use dovetail_tests::sts::{DOMAIN, ISSUER, Mfa, Sts};
use dovetail_tests::tenant::Tenant;
use reqwest::Response;
use reqwest::header::{LOCATION, SET_COOKIE};
use url::Url;

use crate::stage::{Stage, claims};

const STS: &str = "https://sts.fabrikam.test/adfs/ls/";

/// A tenant whose federated domain is signed for by a key of the test's own.
struct Federation {
    stage: Stage,
    key: Key,
}

fn now() -> UnixTime {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}

impl Federation {
    fn new(more: &[&str]) -> Self {
        let federation = Self {
            stage: Stage::new(),
            key: Key::new("Fabrikam"),
        };
        federation.set(more);
        federation
    }

    /// Changes the domain's settings.
    fn set(&self, more: &[&str]) {
        let file = self.stage.dir.path().join("signing.pem");
        std::fs::write(&file, &self.key.certificate_pem).unwrap();
        let file = file.display().to_string();
        let mut args = vec![
            "domain",
            "add",
            DOMAIN,
            "--brand",
            "Fabrikam",
            "--federated",
        ];
        args.extend([
            "--passive-url",
            STS,
            "--issuer",
            ISSUER,
            "--certificate",
            &file,
        ]);
        args.extend_from_slice(more);
        self.stage.tenant.run(&args);
    }

    /// Ends the server and starts it anew on the same store.
    fn restart(&mut self) {
        let dir = self.stage.dir.path();
        self.stage.tenant.process.kill();
        std::fs::remove_file(dir.join("tenant.json")).unwrap();
        self.stage.tenant = Tenant::start(dir, &[]);
    }

    /// A good assertion about a seeded person.
    fn about(&self, upn: &str) -> Assertion {
        let people = self.stage.tenant.people();
        let person = people.iter().find(|person| person["upn"] == upn).unwrap();
        Assertion::new(ISSUER, upn, person["immutable_id"].as_str().unwrap(), now())
    }

    /// The answer about nestor that the service would give.
    fn nestor(&self) -> String {
        answer(&self.about("nestor@fabrikam.com").signed(&self.key))
    }

    /// Goes to the sign-in service as an application that names the account does.
    async fn away(&self) -> Away {
        let mut visitor = self.stage.visitor();
        let page = self
            .stage
            .authorize(&[("login_hint", "nestor@fabrikam.com")]);
        let first = visitor.get(page).await;
        let login = self.stage.url("login", location(&first));
        let second = visitor.get(login.clone()).await;
        assert_eq!(second.status(), 302);
        let cookie = second.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        let sts = Url::parse(location(&second)).unwrap();
        Away {
            login,
            srf: self.stage.url("login", "/login.srf"),
            visitor,
            sts,
            cookie,
        }
    }
}

fn location(response: &Response) -> &str {
    response.headers()[LOCATION].to_str().unwrap()
}

/// A visitor who was sent to the sign-in service.
struct Away {
    visitor: Visitor,
    /// Where to.
    sts: Url,
    /// The tenant's own page of this sign-in.
    login: Url,
    srf: Url,
    cookie: String,
}

impl Away {
    fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.sts, name)
    }

    /// Brings an answer back, as a form on the service's page does.
    async fn back(&mut self, wctx: &str, wresult: &str) -> Response {
        let fields = [("wa", "wsignin1.0"), ("wresult", wresult), ("wctx", wctx)];
        self.visitor
            .post_from("https://sts.fabrikam.test", self.srf.clone(), &fields)
            .await
    }

    /// The same with the right context: the page that the person sees then.
    async fn page_after(&mut self, wresult: &str) -> String {
        let wctx = self.parameter("wctx").unwrap();
        let response = self.back(&wctx, wresult).await;
        assert_eq!(response.status(), 303);
        let next = self.srf.join(location(&response)).unwrap();
        self.visitor.get(next).await.text().await.unwrap()
    }

    /// The same, to the token's claims. The second factor is asked for when there is one.
    async fn token_after(&mut self, wresult: &str, totp: Option<&str>) -> serde_json::Value {
        let mut page = self.page_after(wresult).await;
        if let Some(secret) = totp {
            assert_eq!(
                between(&page, "name=\"step\" value=\"", "\""),
                "code",
                "{page}"
            );
            let code = code_now(secret);
            page = self.step(&page, ("otc", &code)).await.text().await.unwrap();
        }
        assert_eq!(
            between(&page, "name=\"step\" value=\"", "\""),
            "stay",
            "{page}"
        );
        let end = self.step(&page, ("stay", "no")).await;
        let end = Url::parse(location(&end)).unwrap();
        let fields: BTreeMap<String, String> =
            form_urlencoded::parse(end.fragment().unwrap().as_bytes())
                .into_owned()
                .collect();
        claims(&fields["id_token"])
    }

    /// Answers a step of the tenant's own pages, and gives what follows.
    async fn step(&mut self, page: &str, field: (&str, &str)) -> Response {
        let (step, ctx) = (
            between(page, "name=\"step\" value=\"", "\"").to_owned(),
            between(page, "name=\"ctx\" value=\"", "\"").to_owned(),
        );
        self.visitor
            .post(self.login.clone(), &[("ctx", &ctx), ("step", &step), field])
            .await;
        self.visitor.get(self.login.clone()).await
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// HTML's own characters in an attribute.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn hidden(page: &str, name: &str) -> String {
    let rest = page
        .split_once(&format!("name=\"{name}\""))
        .map_or("", |(_, rest)| rest);
    unescape(between(rest, "value=\"", "\""))
}

/// F1: another project's sign-in service, unchanged: whom it signs in is signed in here, with its own page and form in between.
#[tokio::test]
async fn people_sign_in_at_another_projects_service() {
    let stage = Stage::new();
    let Some(sts) = Sts::beside(&stage.tenant, stage.dir.path(), Mfa::Asked) else {
        return;
    };
    for (behavior, amr) in [("accept", "[\"pwd\"]"), ("enforce", "[\"pwd\",\"mfa\"]")] {
        sts.federate(&stage.tenant, &["--mfa", behavior]);
        let mut visitor = stage.visitor();
        let upn = "nestor@fabrikam.com";
        let first = visitor.get(stage.authorize(&[("login_hint", upn)])).await;
        let login = stage.url("login", location(&first));
        let mut there = Url::parse(location(&visitor.get(login.clone()).await)).unwrap();
        assert!(there.as_str().starts_with(&sts.passive_url));
        let (password, _) = stage.tenant.person(upn);
        // With "enforce" the first answer has no second factor, and the tenant's page leads there again.
        for round in 0..2 {
            let fields = [("username", upn), ("password", password.as_str())];
            let page = visitor
                .post(there.clone(), &fields)
                .await
                .text()
                .await
                .unwrap();
            let (wctx, wresult) = (hidden(&page, "wctx"), hidden(&page, "wresult"));
            let fields = [
                ("wa", "wsignin1.0"),
                ("wresult", wresult.as_str()),
                ("wctx", wctx.as_str()),
            ];
            let srf = stage.url("login", "/login.srf");
            let origin = there.origin().ascii_serialization();
            visitor.post_from(&origin, srf, &fields).await;
            let page = visitor.get(login.clone()).await.text().await.unwrap();
            if behavior == "enforce" && round == 0 {
                assert!(page.contains("AADSTS50076"), "{page}");
                there = Url::parse(&unescape(between(&page, "class=\"button\" href=\"", "\"")))
                    .unwrap();
                assert_eq!(parameter(&there, "wauth").as_deref(), Some(MULTIPLE));
                continue;
            }
            let ctx = hidden(&page, "ctx");
            visitor
                .post(
                    login.clone(),
                    &[("ctx", &ctx), ("step", "stay"), ("stay", "no")],
                )
                .await;
            let end = Url::parse(location(&visitor.get(login.clone()).await)).unwrap();
            let fields: BTreeMap<String, String> =
                form_urlencoded::parse(end.fragment().unwrap().as_bytes())
                    .into_owned()
                    .collect();
            let claims = claims(&fields["id_token"]);
            assert_eq!(claims["upn"], upn);
            assert_eq!(claims["amr"].to_string(), amr);
            break;
        }
    }
    // Its own metadata say the same as was set by hand.
    let metadata = stage
        .visitor()
        .get(Url::parse(&sts.metadata_url).unwrap())
        .await;
    let file = stage.dir.path().join("metadata.xml");
    std::fs::write(&file, metadata.bytes().await.unwrap()).unwrap();
    let file = file.display().to_string();
    let settings = || stage.tenant.run(&["domain", "list", "--json"]);
    sts.federate(&stage.tenant, &[]);
    let by_hand = settings();
    let args = [
        "domain",
        "add",
        DOMAIN,
        "--brand",
        "Fabrikam",
        "--federated",
        "--metadata",
        &file,
    ];
    stage.tenant.run(&args);
    assert_eq!(settings(), by_hand);
    let wrong = [("username", "nestor@fabrikam.com"), ("password", "wrong")];
    let url = Url::parse(&format!(
        "{}?wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline",
        sts.passive_url
    ))
    .unwrap();
    assert_eq!(stage.visitor().post(url, &wrong).await.status(), 401);
}

/// What the service is told, and what the browser is given to come back with.
#[tokio::test]
async fn the_request_has_its_parameters_and_its_cookie() {
    let federation = Federation::new(&[]);
    let away = federation.away().await;
    assert!(away.sts.as_str().starts_with(STS));
    assert_eq!(away.parameter("wa").as_deref(), Some("wsignin1.0"));
    assert_eq!(
        away.parameter("wtrealm").as_deref(),
        Some("urn:federation:MicrosoftOnline")
    );
    assert_eq!(
        away.parameter("username").as_deref(),
        Some("nestor@fabrikam.com")
    );
    assert!(
        away.parameter("wctx")
            .unwrap()
            .starts_with("estsredirect=2&estsrequest=")
    );
    // The form comes from another site: the cookie must go with it, and nothing else may read it.
    assert!(away.cookie.starts_with("__Host-"), "{}", away.cookie);
    assert!(
        away.cookie
            .ends_with("; Path=/; Secure; HttpOnly; SameSite=None"),
        "{}",
        away.cookie
    );
    // `prompt=login`, in the words that the domain's settings choose.
    assert_eq!(away.parameter("wfresh").as_deref(), Some("0"));
    federation.set(&["--prompt-login", "native"]);
    let away = federation.away().await;
    assert_eq!(
        (
            away.parameter("wfresh"),
            away.parameter("prompt").as_deref()
        ),
        (None, Some("login"))
    );
    federation.set(&["--prompt-login", "disabled"]);
    let away = federation.away().await;
    assert_eq!(
        (away.parameter("wfresh"), away.parameter("prompt")),
        (None, None)
    );
}

/// Who types the account at the tenant's own page sees where it leads, and why, before going there.
#[tokio::test]
async fn a_page_says_where_it_leads() {
    let federation = Federation::new(&[]);
    let stage = &federation.stage;
    let mut visitor = stage.visitor();
    let first = visitor.get(stage.authorize(&[])).await;
    let login = stage.url("login", location(&first));
    let page = visitor.get(login.clone()).await.text().await.unwrap();
    let ctx = hidden(&page, "ctx");
    let name = ("username", "nestor@fabrikam.com");
    visitor
        .post(login.clone(), &[("ctx", &ctx), ("step", "account"), name])
        .await;
    let response = visitor.get(login.clone()).await;
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    assert!(
        page.contains("You are going to the sign-in service of Fabrikam"),
        "{page}"
    );
    assert!(page.contains("sts.fabrikam.test"), "{page}");
    let there = unescape(between(&page, "class=\"button\" href=\"", "\""));
    assert!(there.starts_with(STS), "{there}");
    visitor
        .post(login.clone(), &[("ctx", &ctx), ("step", "back")])
        .await;
    let page = visitor.get(login).await.text().await.unwrap();
    assert!(page.contains("Account name"), "{page}");
    // Also when it is the account that the application had named: browsers do not follow a form to another site.
    let mut away = federation.away().await;
    let ctx = parameter(&away.login, "ctx").unwrap();
    let login = away.login.clone();
    for step in [("step", "back"), ("step", "account")] {
        away.visitor
            .post(login.clone(), &[("ctx", &ctx), step, name])
            .await;
    }
    assert_eq!(away.visitor.get(login).await.status(), 200);
}

/// [ID-18] F8: the same answer twice, in the same sign-in and in another one, also after the tenant was started anew.
#[tokio::test]
async fn an_answer_is_good_once() {
    let mut federation = Federation::new(&[]);
    let wresult = federation.nestor();
    let mut first = federation.away().await;
    let claims = first.token_after(&wresult, None).await;
    assert_eq!(claims["upn"], "nestor@fabrikam.com");
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
    let mut second = federation.away().await;
    let page = second.page_after(&wresult).await;
    assert!(page.contains("AADSTS50013"), "{page}");
    // A refusal leaves two ways: once more, or another account.
    assert!(
        page.contains("Try again") && page.contains("Use another account"),
        "{page}"
    );
    let there = Url::parse(&unescape(between(&page, "class=\"button\" href=\"", "\""))).unwrap();
    assert_ne!(parameter(&there, "wctx"), second.parameter("wctx"));
    second.sts = there;
    let fresh = federation.nestor();
    assert_eq!(
        second.token_after(&fresh, None).await["upn"],
        "nestor@fabrikam.com"
    );
    federation.restart();
    let page = federation.away().await.page_after(&wresult).await;
    assert!(page.contains("AADSTS50013"), "{page}");
}

/// [ID-18] F9: an answer that this browser did not ask for is no sign-in, however good it is.
#[tokio::test]
async fn an_answer_belongs_to_the_request_of_this_browser() {
    let federation = Federation::new(&[]);
    let mut away = federation.away().await;
    let wctx = away.parameter("wctx").unwrap();
    let other = federation.away().await.parameter("wctx").unwrap();
    let wresult = federation.nestor();
    // Missing, made up, another browser's.
    for wrong in [
        "",
        "estsredirect=2&estsrequest=",
        "estsredirect=2&estsrequest=AAAA",
        &other,
    ] {
        let response = away.back(wrong, &wresult).await;
        assert_eq!(response.status(), 400, "{wrong}");
        assert!(response.headers().get(SET_COOKIE).is_none());
        assert!(response.text().await.unwrap().contains("AADSTS50089"));
    }
    // This one in another browser, with or without a sign-in of its own.
    let mut thief = federation.away().await;
    assert_eq!(thief.back(&wctx, &wresult).await.status(), 400);
    let mut stranger = federation.stage.visitor();
    let fields = [
        ("wa", "wsignin1.0"),
        ("wresult", wresult.as_str()),
        ("wctx", wctx.as_str()),
    ];
    let response = stranger
        .post_from("https://sts.fabrikam.test", away.srf.clone(), &fields)
        .await;
    assert_eq!(response.status(), 400);
    // None of that used the request or the assertion up; the right browser does, once.
    assert_eq!(
        away.token_after(&wresult, None).await["upn"],
        "nestor@fabrikam.com"
    );
    assert_eq!(away.back(&wctx, &federation.nestor()).await.status(), 400);
}

/// F13: whether the service's second factor counts is the domain's setting; where it does not, the tenant asks itself.
#[tokio::test]
async fn a_second_factor_counts_by_setting() {
    const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let federation = Federation::new(&[]);
    let add = [
        "user",
        "add",
        "grady@fabrikam.com",
        "--immutable-id",
        "grady",
        "--totp",
        SECRET,
    ];
    federation.stage.tenant.run(&add);
    let grady = |second: bool| {
        let mut about = Assertion::new(ISSUER, "grady@fabrikam.com", "grady", now());
        if second {
            about.references.push(MULTIPLE.to_owned());
        }
        answer(&about.signed(&federation.key))
    };
    let amr = |claims: serde_json::Value| claims["amr"].to_string();
    let mut away = federation.away().await;
    assert_eq!(
        amr(away.token_after(&grady(true), None).await),
        "[\"pwd\",\"mfa\"]"
    );
    let mut away = federation.away().await;
    let claims = away.token_after(&grady(false), Some(SECRET)).await;
    assert_eq!(amr(claims), "[\"pwd\",\"otp\",\"mfa\"]");

    federation.set(&["--mfa", "reject"]);
    let mut away = federation.away().await;
    let page = away.page_after(&grady(true)).await;
    assert_eq!(
        between(&page, "name=\"step\" value=\"", "\""),
        "code",
        "{page}"
    );

    federation.set(&["--mfa", "enforce"]);
    let mut away = federation.away().await;
    let page = away.page_after(&grady(false)).await;
    assert!(page.contains("AADSTS50076"), "{page}");
    away.sts = Url::parse(&unescape(between(&page, "class=\"button\" href=\"", "\""))).unwrap();
    assert_eq!(away.parameter("wauth").as_deref(), Some(MULTIPLE));
    let page = away.page_after(&grady(false)).await;
    assert!(page.contains("AADSTS50076"), "{page}");
    away.sts = Url::parse(&unescape(between(&page, "class=\"button\" href=\"", "\""))).unwrap();
    assert_eq!(
        amr(away.token_after(&grady(true), None).await),
        "[\"pwd\",\"mfa\"]"
    );
}

/// F6: ImmutableID and name must both be those of one user, who must be there and enabled.
#[tokio::test]
async fn immutable_id_and_name_are_of_one_user() {
    let federation = Federation::new(&[]);
    let tenant = &federation.stage.tenant;
    let (nestor, isaiah) = (
        federation.about("nestor@fabrikam.com"),
        federation.about("isaiah@fabrikam.com"),
    );
    let unknown = Assertion {
        immutable_id: "bm9ib2R5".to_owned(),
        ..nestor.clone()
    };
    let swapped = Assertion {
        immutable_id: isaiah.immutable_id.clone(),
        ..nestor.clone()
    };
    let nobody = Assertion {
        upn: "nobody@fabrikam.com".to_owned(),
        ..nestor.clone()
    };
    let case = Assertion {
        immutable_id: nestor.immutable_id.to_lowercase(),
        ..nestor.clone()
    };
    let foreign = Assertion {
        upn: "adele@contoso.com".to_owned(),
        ..nestor.clone()
    };
    let mut away = federation.away().await;
    for (about, number) in [
        (unknown, "51004"),
        (swapped, "51004"),
        (nobody, "51004"),
        (case, "51004"),
        (foreign, "5000819"),
    ] {
        let page = away
            .page_after(&answer(&about.signed(&federation.key)))
            .await;
        assert!(page.contains(&format!("AADSTS{number}")), "{page}");
        away.sts = Url::parse(&unescape(between(&page, "class=\"button\" href=\"", "\""))).unwrap();
    }
    tenant.run(&["user", "disable", "nestor@fabrikam.com"]);
    let page = away.page_after(&federation.nestor()).await;
    assert!(page.contains("AADSTS50057"), "{page}");
}

/// Another federated domain's answer is none to this request; a colleague's is, and the colleague is who is signed in.
#[tokio::test]
async fn the_domain_that_was_asked_answers() {
    let federation = Federation::new(&[]);
    let (tenant, dir) = (&federation.stage.tenant, federation.stage.dir.path());
    let other = Key::new("Tailspin");
    std::fs::write(dir.join("other.pem"), &other.certificate_pem).unwrap();
    let file = dir.join("other.pem").display().to_string();
    tenant.run(&[
        "domain",
        "add",
        "tailspin.com",
        "--federated",
        "--passive-url",
        "https://sts.tailspin.test/",
        "--issuer",
        "urn:tailspin",
        "--certificate",
        &file,
    ]);
    tenant.run(&[
        "user",
        "add",
        "taylor@tailspin.com",
        "--immutable-id",
        "taylor",
    ]);
    let taylor = Assertion::new("urn:tailspin", "taylor@tailspin.com", "taylor", now());
    let mut away = federation.away().await;
    let page = away.page_after(&answer(&taylor.signed(&other))).await;
    assert!(page.contains("AADSTS50107"), "{page}");
    let mut away = federation.away().await;
    let isaiah = federation
        .about("isaiah@fabrikam.com")
        .signed(&federation.key);
    assert_eq!(
        away.token_after(&answer(&isaiah), None).await["upn"],
        "isaiah@fabrikam.com"
    );
}

/// [ID-18] F11: 10 MiB are not read; a repeated field, another `wa` and nonsense are refused with a page.
#[tokio::test]
async fn oversized_and_odd_forms_are_refused() {
    let federation = Federation::new(&[]);
    let mut away = federation.away().await;
    let wctx = away.parameter("wctx").unwrap();
    let origin = "https://sts.fabrikam.test";
    for size in [300 << 10, 10 << 20] {
        let huge = "a".repeat(size);
        let fields = [
            ("wa", "wsignin1.0"),
            ("wresult", huge.as_str()),
            ("wctx", wctx.as_str()),
        ];
        let sent = away
            .visitor
            .try_post_from(origin, away.srf.clone(), &fields)
            .await;
        assert!(sent.is_err() || sent.is_ok_and(|response| response.status() == 413));
    }
    let wresult = federation.nestor();
    let fields = [
        ("wa", "wsignin1.0"),
        ("wresult", wresult.as_str()),
        ("wresult", "<x/>"),
        ("wctx", wctx.as_str()),
    ];
    let response = away
        .visitor
        .post_from(origin, away.srf.clone(), &fields)
        .await;
    assert_eq!(response.status(), 400);
    let page = away.page_after("<x>").await;
    assert!(page.contains("AADSTS20012"), "{page}");
    let mut away = federation.away().await;
    let wctx = away.parameter("wctx").unwrap();
    let fields = [
        ("wa", "wsignout1.0"),
        ("wresult", wresult.as_str()),
        ("wctx", wctx.as_str()),
    ];
    away.visitor
        .post_from(origin, away.srf.clone(), &fields)
        .await;
    let page = away
        .visitor
        .get(away.login.clone())
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("AADSTS20001"), "{page}");
    assert_eq!(away.visitor.get(away.srf.clone()).await.status(), 405);
}

/// [ID-18] The same answer from two browsers at the same moment: one is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_signed_in() {
    let federation = Federation::new(&[]);
    let wresult = federation.nestor();
    let (mut one, mut two) = (federation.away().await, federation.away().await);
    let (first, second) = tokio::join!(one.page_after(&wresult), two.page_after(&wresult));
    let signed_in = |page: &String| page.contains("Stay signed in?");
    assert!(signed_in(&first) != signed_in(&second), "{first}{second}");
    let refused = if signed_in(&first) { second } else { first };
    assert!(refused.contains("AADSTS50013"), "{refused}");
}

/// [ID-12] Codes of the second factor are not guessed behind another service's sign-in: the account is locked, and what the
/// service said counts no more.
#[tokio::test]
async fn guessing_codes_begins_at_the_service_again() {
    let federation = Federation::new(&[]);
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    federation.stage.tenant.run(&[
        "user",
        "add",
        "grady@fabrikam.com",
        "--immutable-id",
        "grady",
        "--totp",
        secret,
    ]);
    let about = Assertion::new(ISSUER, "grady@fabrikam.com", "grady", now());
    let mut away = federation.away().await;
    let mut page = away
        .page_after(&answer(&about.signed(&federation.key)))
        .await;
    for _ in 0..10 {
        assert_eq!(
            between(&page, "name=\"step\" value=\"", "\""),
            "code",
            "{page}"
        );
        page = away
            .step(&page, ("otc", "no code"))
            .await
            .text()
            .await
            .unwrap();
    }
    assert!(page.contains("AADSTS50053"), "{page}");
    assert!(
        page.contains("The sign-in at Fabrikam did not work"),
        "{page}"
    );
}
