//! Terms of use and the page of one's devices: what a browser does, without one.

use std::collections::BTreeMap;

use dovetail_tests::sign_in::Visitor;
use rcgen::KeyPair;
use reqwest::{Response, header};
use serde_json::{Value, json};
use url::Url;

use crate::mdm_client::{all_between, between, csr};
use crate::stage::Stage;

const ALEX: &str = "alex@contoso.com";
const ID: &str = "5b9a4d4c-6f2a-4a0e-9f3d-0d6f0b6c7a11";

impl Stage {
    /// The address that the join page goes to, with changes.
    fn terms(&self, changes: &[(&str, &str)]) -> Url {
        let mut fields = BTreeMap::from([
            ("redirect_uri", self.tenant.value("page")),
            ("client-request-id", ID),
            ("api-version", "1.0"),
            ("mode", "azureadjoin"),
        ]);
        fields.extend(changes.iter().copied());
        let mut url = self.url("manage_portal", "/TermsOfUse");
        url.query_pairs_mut()
            .extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        url
    }
}

fn location(response: &Response) -> String {
    let status = response.status().as_u16();
    let location = response.headers().get(header::LOCATION);
    let location = location.unwrap_or_else(|| panic!("no redirect: {status}"));
    location.to_str().unwrap().to_owned()
}

/// Goes to a management page, signs in on the way, and gives the page with its address.
async fn visit(stage: &Stage, visitor: &mut Visitor, start: Url, upn: &str) -> (Url, String) {
    let first = visitor.get(start).await;
    assert_eq!(first.status().as_u16(), 302);
    let mut here = Url::parse(&location(&first)).unwrap();
    let (password, _) = stage.tenant.person(upn);
    let mut response = visitor.get(here.clone()).await;
    for _ in 0..12 {
        if response.status().is_redirection() {
            here = here.join(&location(&response)).unwrap();
            response = visitor.get(here.clone()).await;
            continue;
        }
        let page = response.text().await.unwrap();
        if page.contains("hiddenform") {
            return come_back(stage, visitor, &page).await;
        }
        let field = |name: &str| {
            between(&page, &format!("name=\"{name}\" value=\""), "\"")
                .unwrap_or_default()
                .to_owned()
        };
        let (step, ctx) = (field("step"), field("ctx"));
        let answer = match step.as_str() {
            "account" => ("username", upn),
            "password" => ("password", password.as_str()),
            "stay" => ("stay", "no"),
            other => panic!("the sign-in asks for {other}: {page}"),
        };
        let action = between(&page, "action=\"", "\"").unwrap();
        here = here.join(&action.replace("&amp;", "&")).unwrap();
        response = visitor
            .post(here.clone(), &[("ctx", &ctx), ("step", &step), answer])
            .await;
    }
    panic!("the sign-in does not end");
}

/// Sends the form that the sign-in answers with.
async fn come_back(stage: &Stage, visitor: &mut Visitor, page: &str) -> (Url, String) {
    let action = Url::parse(between(page, "action=\"", "\"").unwrap()).unwrap();
    assert_eq!(action, stage.url("manage_portal", "/termsofuse/signin"));
    let fields = hidden(page);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let back = visitor
        .post_from(stage.tenant.value("login"), action.clone(), &fields)
        .await;
    let next = action.join(&location(&back)).unwrap();
    let shown = visitor.get(next.clone()).await;
    if shown.status().as_u16() == 302 {
        return (Url::parse(&location(&shown)).unwrap(), String::new());
    }
    let policy = shown.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    (next, shown.text().await.unwrap())
}

fn hidden(page: &str) -> Vec<(String, String)> {
    all_between(page, "<input type=\"hidden\" name=\"", "\">")
        .into_iter()
        .filter_map(|pair| {
            let (name, value) = pair.split_once("\" value=\"")?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Gives an answer on the page.
async fn answer(stage: &Stage, visitor: &mut Visitor, page: &str, answer: &str) -> Response {
    let mut fields = hidden(page);
    fields.push(("answer".to_owned(), answer.to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let url = stage.url("manage_portal", "/TermsOfUse/answer");
    visitor.post(url, &fields).await
}

fn query(url: &str) -> BTreeMap<String, String> {
    Url::parse(url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

/// Reads and accepts; gives what goes back to the join page.
async fn accept(stage: &Stage, upn: &str) -> BTreeMap<String, String> {
    let mut visitor = stage.visitor();
    let (_, page) = visit(stage, &mut visitor, stage.terms(&[]), upn).await;
    let back = answer(stage, &mut visitor, &page, "accept").await;
    query(&location(&back))
}

/// The page is read after a sign-in, accepted, and the blob proves it at enrollment: once, for one device, by its reader (M2).
#[tokio::test]
async fn accepted_terms_open_enrollment_once() {
    let stage = Stage::new();
    let mut visitor = stage.visitor();
    let (_, page) = visit(&stage, &mut visitor, stage.terms(&[]), ALEX).await;
    assert!(
        page.contains("<h1>Terms of use for managed devices</h1>"),
        "{page}"
    );
    assert!(page.contains("<li>Your files, pictures and messages</li>") && page.contains(ALEX));
    assert!(!page.contains("<script") && page.contains("lang=\"en\""));
    let back = answer(&stage, &mut visitor, &page, "accept").await;
    let to = location(&back);
    assert!(to.starts_with(stage.tenant.value("page")), "{to}");
    let fields = query(&to);
    assert_eq!(
        (
            fields["IsAccepted"].as_str(),
            fields["client-request-id"].as_str()
        ),
        ("true", ID)
    );
    let blob = &fields["OpaqueBlob"];
    let again = answer(&stage, &mut visitor, &page, "accept").await;
    assert_eq!(again.status().as_u16(), 400, "an answer goes out once");

    let device = stage.device(ALEX).await;
    let token = stage.mdm_token(ALEX, |_| {}).await;
    let key = || KeyPair::generate().unwrap();
    let refused = |terms: String| {
        let (token, device, stage) = (token.clone(), device.clone(), &stage);
        async move {
            let request = stage.rst(&token, &device, &csr(&key()), &terms);
            stage.soap("Enrollment", request).await.fault().1
        }
    };
    assert_eq!(
        refused(String::new()).await,
        "EnrollmentDataInvalid",
        "none"
    );
    assert_eq!(refused("null".to_owned()).await, "EnrollmentDataInvalid");
    let altered = blob.replacen(
        &blob[10..11],
        if &blob[10..11] == "A" { "B" } else { "A" },
        1,
    );
    assert_eq!(refused(altered).await, "EnrollmentDataInvalid", "altered");
    // Another person's acceptance.
    stage.tenant.run(&[
        "group",
        "member-add",
        "Managed with terms",
        "diego@contoso.com",
    ]);
    let diegos = accept(&stage, "diego@contoso.com").await;
    assert_eq!(
        refused(diegos["OpaqueBlob"].clone()).await,
        "EnrollmentDataInvalid",
        "another's"
    );

    let enrolled = stage
        .soap("Enrollment", stage.rst(&token, &device, &csr(&key()), blob))
        .await;
    assert_eq!(enrolled.status, 200, "{}", enrolled.text);
    let lost = stage
        .soap("Enrollment", stage.rst(&token, &device, &csr(&key()), blob))
        .await;
    assert_eq!(
        lost.status, 200,
        "the same device may ask again: its answer was lost"
    );
    let second = stage.device(ALEX).await;
    let request = stage.rst(&token, &second, &csr(&key()), blob);
    assert_eq!(
        stage.soap("Enrollment", request).await.fault().1,
        "EnrollmentDataInvalid",
        "another device"
    );
    let kept: Vec<Value> =
        serde_json::from_str(&stage.tenant.run(&["policy", "terms", "accepted", "--json"]))
            .unwrap();
    assert_eq!(
        (&kept[0]["upn"], &kept[0]["version"], &kept[0]["device_id"]),
        (&json!(ALEX), &json!(1), &json!(device))
    );
}

/// Declined is an answer, too, with and without the mode; and it is shown again at the next join.
#[tokio::test]
async fn declined_goes_back_with_no() {
    let stage = Stage::new();
    for mode in ["azureadjoin", ""] {
        let mut visitor = stage.visitor();
        let (_, page) = visit(&stage, &mut visitor, stage.terms(&[("mode", mode)]), ALEX).await;
        assert!(page.contains("Do not join"));
        let back = answer(&stage, &mut visitor, &page, "decline").await;
        let fields = query(&location(&back));
        assert_eq!(
            (
                fields["IsAccepted"].as_str(),
                fields["client-request-id"].as_str()
            ),
            ("false", ID)
        );
        assert!(!fields.contains_key("OpaqueBlob"));
    }
}

/// Terms that change while they are read are read again; an old acceptance is worth nothing then. Text is text.
#[tokio::test]
async fn changed_terms_are_read_again() {
    let stage = Stage::new();
    let old = accept(&stage, ALEX).await;
    let mut visitor = stage.visitor();
    let (_, page) = visit(&stage, &mut visitor, stage.terms(&[]), ALEX).await;
    let file = stage.dir.path().join("terms.txt");
    std::fs::write(
        &file,
        "# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n- \"><b>x</b>\n",
    )
    .unwrap();
    let file = file.display().to_string();
    stage.tenant.run(&[
        "policy",
        "terms",
        "set",
        "--file",
        &file,
        "--title",
        "New <i>terms</i>",
    ]);
    let again = answer(&stage, &mut visitor, &page, "accept").await;
    assert_eq!(again.status().as_u16(), 200);
    let page = again.text().await.unwrap();
    assert!(
        page.contains("have changed") && page.contains("New &lt;i&gt;terms&lt;/i&gt;"),
        "{page}"
    );
    for markup in ["<script", "<img", "<b>", "<i>"] {
        assert!(!page.contains(markup), "{markup}: {page}");
    }
    let fields = query(&location(
        &answer(&stage, &mut visitor, &page, "accept").await,
    ));
    let (device, token) = (
        stage.device(ALEX).await,
        stage.mdm_token(ALEX, |_| {}).await,
    );
    let request = csr(&KeyPair::generate().unwrap());
    let refused = stage
        .soap(
            "Enrollment",
            stage.rst(&token, &device, &request, &old["OpaqueBlob"]),
        )
        .await;
    assert_eq!(refused.fault().1, "EnrollmentDataInvalid");
    let taken = stage
        .soap(
            "Enrollment",
            stage.rst(&token, &device, &request, &fields["OpaqueBlob"]),
        )
        .await;
    assert_eq!(taken.status, 200, "{}", taken.text);
}

/// M13: an address that is not on the list, missing or repeated gets an error page and no redirect; errors go back to one that is.
#[tokio::test]
async fn foreign_addresses_are_not_gone_to() {
    let stage = Stage::new();
    let page = stage.tenant.value("page").to_owned();
    let mut visitor = stage.visitor();
    for uri in [
        "https://evil.example/".to_owned(),
        format!("{page}/"),
        format!("{page}?x=1"),
        page.to_uppercase(),
        format!("{page}.evil.example"),
        "javascript:alert(1)".to_owned(),
        "ms-appx-web://evil".to_owned(),
        String::new(),
    ] {
        let answer = visitor.get(stage.terms(&[("redirect_uri", &uri)])).await;
        assert_eq!(answer.status().as_u16(), 400, "{uri}");
        assert!(answer.headers().get(header::LOCATION).is_none());
        let text = answer.text().await.unwrap();
        assert!(text.contains("opened in a wrong way"), "{text}");
    }
    let mut twice = stage.terms(&[]);
    twice.query_pairs_mut().append_pair("redirect_uri", &page);
    assert_eq!(visitor.get(twice).await.status().as_u16(), 400, "repeated");
    for (changes, error) in [
        (("api-version", "2.0"), "invalid_request"),
        (("api-version", ""), "invalid_request"),
        (("mode", "other"), "invalid_request"),
        (("client-request-id", "<script>"), "invalid_request"),
    ] {
        let answer = visitor.get(stage.terms(&[changes])).await;
        let to = location(&answer);
        assert!(to.starts_with(&page));
        let fields = query(&to);
        assert_eq!(fields["error"], error, "{changes:?}");
        assert!(!fields["error_description"].is_empty());
        let echoed = fields.get("client-request-id").map(String::as_str);
        assert_eq!(echoed, (changes.0 != "client-request-id").then_some(ID));
    }
    let shell = "ms-appx-web://Microsoft.AAD.BrokerPlugin/29d9ed98-a469-4536-ade2-f981bc1d605e";
    let answer = visitor
        .get(stage.terms(&[("redirect_uri", shell), ("api-version", "9")]))
        .await;
    assert!(location(&answer).starts_with(&format!("{shell}?error=")));
    stage.tenant.run(&[
        "fault",
        "set",
        "terms-server-error",
        "--path",
        "/termsofuse",
    ]);
    let answer = visitor.get(stage.terms(&[])).await;
    assert_eq!(query(&location(&answer))["error"], "server_error");
    let bare = visitor.get(stage.url("manage_portal", "/TermsOfUse")).await;
    assert_eq!(
        bare.status().as_u16(),
        200,
        "whoever opens the address may read"
    );
}

/// With a token in the header it works as documented; a bad one, or a person who is not managed, goes back as an error.
#[tokio::test]
async fn a_token_says_who_it_is() {
    let stage = Stage::new();
    let ask = |token: String| {
        let stage = &stage;
        async move {
            let headers = [("authorization", format!("Bearer {token}"))];
            stage
                .visitor()
                .get_with(stage.terms(&[]), &[(headers[0].0, &headers[0].1)])
                .await
        }
    };
    let good = ask(stage.mdm_token(ALEX, |_| {}).await).await;
    assert!(location(&good).starts_with("/termsofuse/page?visit="));
    for bad in [
        "x".to_owned(),
        String::new(),
        stage.id_token(ALEX).await,
        stage
            .mdm_token(ALEX, |claims| claims["exp"] = json!(1))
            .await,
    ] {
        let fields = query(&location(&ask(bad).await));
        assert_eq!(fields["error"], "unauthorized_client");
    }
    let mut visitor = stage.visitor();
    let (back, _) = visit(&stage, &mut visitor, stage.terms(&[]), "adele@contoso.com").await;
    assert_eq!(
        query(back.as_str())["error"],
        "unauthorized_client",
        "not managed"
    );
    let mut visitor = stage.visitor();
    let (back, _) = visit(&stage, &mut visitor, stage.terms(&[]), "diego@contoso.com").await;
    let fields = query(back.as_str());
    assert_eq!(fields["IsAccepted"], "true", "no terms for him");
    assert!(!fields.contains_key("OpaqueBlob"));
}

/// A visit belongs to its browser, a sign-in to its visit, an answer to a page of ours; missing and repeated answers are none.
#[tokio::test]
async fn answers_come_from_the_page_and_its_reader() {
    let stage = Stage::new();
    let mut visitor = stage.visitor();
    let (here, page) = visit(&stage, &mut visitor, stage.terms(&[]), ALEX).await;
    let url = stage.url("manage_portal", "/TermsOfUse/answer");
    let fields = hidden(&page);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let with = |more: &[(&'static str, &'static str)]| [fields.clone(), more.to_vec()].concat();

    let accept = with(&[("answer", "accept")]);
    let foreign = visitor
        .post_from("https://evil.example", url.clone(), &accept)
        .await;
    assert_eq!(foreign.status().as_u16(), 400, "a form of another page");
    let mut other = stage.visitor();
    assert_eq!(
        other.get(here.clone()).await.status().as_u16(),
        400,
        "another browser"
    );
    assert_eq!(
        other.post(url.clone(), &accept).await.status().as_u16(),
        400
    );
    for none in [with(&[]), with(&[("answer", "perhaps")])] {
        let again = visitor.post(url.clone(), &none).await;
        assert_eq!(again.status().as_u16(), 200);
        assert!(
            again
                .text()
                .await
                .unwrap()
                .contains("Choose one of the two answers.")
        );
    }
    let both = with(&[("answer", "accept"), ("answer", "decline")]);
    assert_eq!(
        visitor.post(url.clone(), &both).await.status().as_u16(),
        400,
        "repeated"
    );

    // A token of another sign-in, and one of another application, do not fit.
    let start = visitor.get(stage.terms(&[])).await;
    let state = query(&location(&start))["state"].clone();
    let page_token = stage.id_token(ALEX).await;
    let own = stage
        .signed(|_| {}, &serde_json::to_vec(&json!({
            "aud": "0000000a-0000-0000-c000-000000000000", "iss": format!("https://sts.windows.net/{}/", stage.tenant.value("tenant_id")),
            "iat": 1, "nbf": 1, "exp": 4_000_000_000_u64, "nonce": "another", "amr": ["pwd"], "tid": stage.tenant.value("tenant_id"),
            "oid": stage.user_id(ALEX), "sub": "s", "upn": ALEX, "ver": "1.0",
        })).unwrap())
        .await;
    let back = stage.url("manage_portal", "/termsofuse/signin");
    for token in [page_token.as_str(), own.as_str(), "x"] {
        let answer = visitor
            .post(back.clone(), &[("state", &state), ("id_token", token)])
            .await;
        assert_eq!(query(&location(&answer))["error"], "unauthorized_client");
    }
    let unknown = visitor
        .post(back, &[("state", "x"), ("id_token", &own)])
        .await;
    assert_eq!(unknown.status().as_u16(), 400);
    let end = visitor.post(url, &accept).await;
    assert_eq!(query(&location(&end))["IsAccepted"], "true");
}

/// People see their own devices, how they stand and why.
#[tokio::test]
async fn people_see_how_their_devices_stand() {
    let stage = Stage::new();
    stage.tenant.run(&[
        "policy",
        "mdm",
        "create",
        "Strict",
        "--require-encryption",
        "true",
    ]);
    stage
        .tenant
        .run(&["policy", "mdm", "assign", "Strict", "--all"]);
    let device = stage.enrolled("diego@contoso.com").await;
    let mut session = device.session(&stage, "1");
    session.values.insert(
        "./Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance".into(),
        "0".into(),
    );
    session.run().await;
    let mut visitor = stage.visitor();
    let (_, page) = visit(
        &stage,
        &mut visitor,
        stage.url("manage_portal", "/Compliance"),
        "diego@contoso.com",
    )
    .await;
    assert!(
        page.contains(&device.device) && page.contains("The disk is not encrypted."),
        "{page}"
    );
    let mut visitor = stage.visitor();
    let (_, page) = visit(
        &stage,
        &mut visitor,
        stage.url("manage_portal", "/Compliance"),
        ALEX,
    )
    .await;
    assert!(page.contains("You have no devices here.") && !page.contains(&device.device));
}
