//! Our reading and writing held to messages that neither side made (`tests/fixtures/mdm`).

use dovetail_shared::{Code, Secret, UnixTime};
use url::Url;

use super::enroll::{self, Context};
use super::node::test::Machine;
use super::provision::{self, Expect};
use super::session::{Next, Opening, Talk};
use super::soap::{self, Question};
use super::xml::Xml;
use super::{discover, policy_service};
use crate::config;

macro_rules! published {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/mdm/", $name))
    };
}

const BASE: &str = "https://mdm.contoso.test/EnrollmentServer/Discovery.svc";

/// Every element with what is around it and the names of its attributes; elements that repeat their neighbour count once.
fn shape(text: &str) -> Vec<String> {
    fn walk(xml: &mut Xml<'_>, path: &str, out: &mut Vec<String>) {
        while let Ok(Some(element)) = xml.child() {
            let here = format!("{path}/{{{}}}{}", element.space, element.name);
            let named: String = ["ValueType", "EncodingType", "mustUnderstand", "nil"]
                .iter()
                .filter_map(|name| Some(format!(" {name}={}", element.attribute(name)?)))
                .collect();
            let line = here.clone() + &named;
            if !out.contains(&line) {
                out.push(line);
            }
            if element.name == "Envelope" || element.name == "Header" || !is_leaf(&element.name) {
                walk(xml, &here, out);
            } else {
                xml.text().unwrap();
            }
        }
    }
    let mut xml = Xml::new(text.as_bytes()).unwrap();
    let mut out = Vec::new();
    walk(&mut xml, "", &mut out);
    out
}

/// Elements that hold text in these messages.
fn is_leaf(name: &str) -> bool {
    const HOLDERS: &[&str] = &[
        "Envelope",
        "Header",
        "Body",
        "ReplyTo",
        "Security",
        "Discover",
        "request",
        "AuthPolicies",
        "GetPolicies",
        "client",
        "lastUpdate",
        "preferredLanguage",
        "requestFilter",
        "RequestSecurityToken",
        "AdditionalContext",
        "ContextItem",
        "SyncML",
        "SyncHdr",
        "SyncBody",
        "Target",
        "Source",
        "Alert",
        "Item",
        "Meta",
        "Replace",
        "Final",
    ];
    !HOLDERS.contains(&name)
}

fn question<'a>(action: &'a str, url: &'a Url, token: Option<&'a Secret<String>>) -> Question<'a> {
    Question {
        action,
        url,
        token,
        correlation: "c",
    }
}

/// Requests are written as published: same elements, same namespaces, same types.
#[test]
fn requests_are_written_as_published() {
    let url = Url::parse(BASE).unwrap();
    let token = Secret::new("a.b.c".to_owned());
    let ours = question(discover::ACTION, &url, None)
        .envelope(|out| discover::request(out, "alex@contoso.com"));
    assert_eq!(
        shape(ours.expose()),
        shape(published!("discover-request.xml"))
    );
    let ours =
        question(policy_service::ACTION, &url, Some(&token)).envelope(policy_service::request);
    assert_eq!(
        shape(ours.expose()),
        shape(published!("getpolicies-request.xml"))
    );
    let context = Context {
        device_id: "00166477-081e-4bc4-b2f2-468326ef9428",
        device_name: "laptop",
        kind: "Device",
        terms: Some(&token),
    };
    let ours = question(enroll::ACTION, &url, Some(&token)).envelope(|out| {
        enroll::request(out, enroll::ISSUE, enroll::PKCS10, b"csr", context);
    });
    assert_eq!(shape(ours.expose()), shape(published!("rst-issue.xml")));
    for item in published!("rst-issue.xml")
        .split("ContextItem Name=\"")
        .skip(1)
    {
        let name = item.split('"').next().unwrap();
        assert!(
            name == "MAC" || ours.expose().contains(&format!("Name=\"{name}\"")),
            "{name}"
        );
    }
    let ours = question(enroll::ACTION, &url, None).envelope(|out| {
        enroll::request(out, enroll::RENEW, enroll::PKCS7, b"cms", context);
    });
    assert_eq!(shape(ours.expose()), shape(published!("rst-renew.xml")));
}

/// Answers and faults are read as published.
#[test]
fn answers_are_read_as_published() {
    let base = Url::parse(BASE).unwrap();
    let found = discover::read(
        published!("discover-response.xml").as_bytes(),
        &base,
        &config::Management::default(),
    );
    assert_eq!(
        found.unwrap().enrollment.as_str(),
        "https://mdm.contoso.test/EnrollmentServer/Enrollment.svc"
    );
    let demands = policy_service::read(published!("getpolicies-response.xml").as_bytes());
    assert_eq!(demands.unwrap().key_bits, 2048);
    let answer = published!("rstr.xml").replace("@DOCUMENT@", "PGEvPg==");
    assert_eq!(
        soap::body(answer.as_bytes(), enroll::response).unwrap(),
        b"<a/>"
    );
    for (text, code) in [
        (published!("fault.xml"), Code::MDM_NOT_AUTHORIZED),
        (published!("fault-device-cap.xml"), Code::MDM_DEVICE_CAP),
    ] {
        assert_eq!(soap::fault_of(text.as_bytes()), Some(code));
    }
}

/// The provisioning document is taken as published, with its passwords for a way to authenticate that is not used.
#[test]
fn the_document_is_read_as_published() {
    use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
    use dovetail_shared::encode::{b64, hex_upper};
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData};
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "00000000-0000-0000-0000-000000000001");
    let der = params.self_signed(&key).unwrap().der().to_vec();
    let thumbprint = hex_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref());
    let text = published!("provisioning.xml")
        .replace("@ROOT_THUMBPRINT@", &thumbprint)
        .replace("@THUMBPRINT@", &thumbprint)
        .replace("@ROOT@", &b64(&der))
        .replace("@CERTIFICATE@", &b64(&der))
        .replace("@MANAGE@", "https://mdm.contoso.test");
    let base = Url::parse(BASE).unwrap();
    let expect = Expect {
        key: key.der_bytes(),
        base: &base,
        config: &config::Management::default(),
        now: UnixTime(1_764_000_000),
    };
    let found = provision::read(text.as_bytes())
        .and_then(|document| provision::check(document, expect))
        .unwrap();
    assert_eq!(found.application.unwrap().provider, "MDMServer");
    assert_eq!(
        found.ent_dm_id.as_deref(),
        Some("00000000-0000-0000-0000-000000000001")
    );
    let poll = found.poll.unwrap();
    assert_eq!((poll.first_count, poll.rest_minutes), (8, 1560));
}

/// A session goes as published: package 1 is ours, 2 and 4 are read, and nothing is left to say.
#[test]
fn a_session_goes_as_published() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let device = "00000000-0000-0000-0000-000000000001";
    let mut talk = Talk::new(&mut tree, "1", "https://mdm.contoso.test/dm", device);
    let first = talk.open(Opening::Ask("user"));
    assert_eq!(shape(&first), shape(published!("syncml-package1.xml")));
    let Ok(Next::Send(third)) = talk.answer(published!("syncml-package2.xml").as_bytes()) else {
        panic!("no answer");
    };
    for part in [
        "<CmdRef>5</CmdRef><Cmd>Get</Cmd>",
        "<CmdRef>7</CmdRef><Cmd>Atomic</Cmd>",
        "<CmdRef>9</CmdRef><Cmd>Replace</Cmd>",
        "./DevDetail/SwV",
    ] {
        assert!(third.contains(part), "{part}: {third}");
    }
    let over = talk.answer(published!("syncml-package4.xml").as_bytes());
    assert_eq!(over.unwrap(), Next::Over);
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "1", "https://mdm.contoso.test/dm", device);
    let leaving = talk.open(Opening::Leave);
    let mut ours = shape(&leaving);
    let mut theirs = shape(published!("syncml-unenroll.xml"));
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}
