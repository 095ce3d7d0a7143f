//! Settings of federated domains: what is taken, what is refused, and what realm lookups tell of them.

use dovetail_tests::assertion::Key;
use serde_json::Value;

use crate::stage::Stage;

const METADATA: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"http://tailspin.test/trust\">\
 <RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" xsi:type=\"fed:ApplicationServiceType\"/>\
 <RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" xsi:type=\"fed:SecurityTokenServiceType\" protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\">\
 KEYS<fed:SecurityTokenServiceEndpoint><EndpointReference xmlns=\"http://www.w3.org/2005/08/addressing\"><Address>https://sts.tailspin.test/trust/13/usernamemixed</Address></EndpointReference></fed:SecurityTokenServiceEndpoint>\
 <fed:PassiveRequestorEndpoint><EndpointReference xmlns=\"http://www.w3.org/2005/08/addressing\"><Address>https://sts.tailspin.test/ls/</Address></EndpointReference></fed:PassiveRequestorEndpoint></RoleDescriptor></EntityDescriptor>";

fn metadata(keys: &[&Key]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| {
            let certificate = dovetail_shared::encode::b64(&key.certificate);
            format!("<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>")
        })
        .collect();
    METADATA.replace("KEYS", &keys.concat())
}

fn domain(stage: &Stage, name: &str) -> Value {
    let domains: Vec<Value> =
        serde_json::from_str(&stage.tenant.run(&["domain", "list", "--json"])).unwrap();
    domains.into_iter().find(|it| it["name"] == name).unwrap()
}

async fn json(stage: &Stage, path: &str) -> Value {
    stage
        .visitor()
        .get(stage.url("login", path))
        .await
        .json()
        .await
        .unwrap()
}

/// Every form of the realm says the same of a federated domain, whoever the account is.
#[tokio::test]
async fn realms_tell_of_the_domain_alone() {
    let stage = Stage::new();
    let key = Key::new("Fabrikam");
    let file = stage.dir.path().join("c.pem");
    std::fs::write(&file, &key.certificate_pem).unwrap();
    stage.tenant.run(&[
        "domain",
        "add",
        "fabrikam.com",
        "--brand",
        "Fabrikam & <Sons>",
        "--federated",
        "--passive-url",
        "https://sts.fabrikam.test/ls/?app=1",
        "--active-url",
        "https://sts.fabrikam.test/trust/2005/usernamemixed",
        "--mex-url",
        "https://sts.fabrikam.test/trust/mex",
        "--issuer",
        "urn:fabrikam",
        "--certificate",
        &file.display().to_string(),
    ]);
    let auth = "https://sts.fabrikam.test/ls/?app=1&username=nestor%40fabrikam.com&wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=";
    for version in ["2.1", "2.0"] {
        let realm = json(
            &stage,
            &format!("/common/userrealm/?user=nestor@fabrikam.com&api-version={version}"),
        )
        .await;
        assert_eq!(realm["NameSpaceType"], "Federated");
        assert_eq!(realm["federation_protocol"], "WSTrust");
        assert_eq!(realm["AuthURL"], auth);
        assert_eq!(realm["FederationBrandName"], "Fabrikam & <Sons>");
        assert!(realm["IsDomainVerified"].is_number());
    }
    let first = json(
        &stage,
        "/common/UserRealm/nestor@fabrikam.com?api-version=1.0",
    )
    .await;
    assert_eq!(first["account_type"], "Federated");
    assert_eq!(
        first["federation_metadata_url"],
        "https://sts.fabrikam.test/trust/mex"
    );
    assert_eq!(
        first["federation_active_auth_url"],
        "https://sts.fabrikam.test/trust/2005/usernamemixed"
    );
    assert_eq!(
        first["cloud_audience_urn"],
        "urn:federation:MicrosoftOnline"
    );
    let old = json(&stage, "/GetUserRealm.srf?login=nestor@fabrikam.com&json=1").await;
    assert_eq!((&old["State"], &old["AuthURL"]), (&3.into(), &auth.into()));
    let xml = stage
        .visitor()
        .get(stage.url("login", "/GetUserRealm.srf?login=nestor@fabrikam.com&xml=1"))
        .await;
    assert!(
        xml.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/xml")
    );
    let xml = xml.text().await.unwrap();
    for part in [
        "<State>3</State>",
        "<NameSpaceType>Federated</NameSpaceType>",
        "<FederationBrandName>Fabrikam &amp; &lt;Sons&gt;</FederationBrandName>",
        "<STSAuthURL>https://sts.fabrikam.test/trust/2005/usernamemixed</STSAuthURL>",
        "<MEXURL>https://sts.fabrikam.test/trust/mex</MEXURL>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    // Nobody of that name: the answer is the same.
    let nobody = json(&stage, "/GetUserRealm.srf?login=nobody@fabrikam.com&json=1").await;
    assert_eq!(
        old.to_string().replace("nestor", "x"),
        nobody.to_string().replace("nobody", "x")
    );
    let managed = json(&stage, "/GetUserRealm.srf?login=adele@contoso.com&json=1").await;
    assert_eq!(managed["State"], 4);
    assert!(managed.get("AuthURL").is_none());
}

/// A real service's metadata say everything; what is said beside them counts more.
#[tokio::test]
async fn metadata_are_taken_in() {
    let stage = Stage::new();
    let (one, two) = (Key::new("1"), Key::new("2"));
    let file = stage.dir.path().join("metadata.xml");
    std::fs::write(&file, metadata(&[&one, &two])).unwrap();
    let path = file.display().to_string();
    stage.tenant.run(&[
        "domain",
        "add",
        "tailspin.com",
        "--federated",
        "--metadata",
        &path,
        "--mfa",
        "reject",
    ]);
    let kept = domain(&stage, "tailspin.com");
    assert_eq!(kept["issuer"], "http://tailspin.test/trust");
    assert_eq!(kept["passive_url"], "https://sts.tailspin.test/ls/");
    assert_eq!(
        kept["active_url"],
        "https://sts.tailspin.test/trust/13/usernamemixed"
    );
    assert_eq!(kept["mfa"], "rejectMfaByFederatedIdp");
    let b64 = |key: &Key| dovetail_shared::encode::b64(&key.certificate);
    assert_eq!(
        kept["certificates"],
        serde_json::json!([b64(&one), b64(&two)])
    );
    stage.tenant.run(&[
        "domain",
        "add",
        "tailspin.com",
        "--federated",
        "--metadata",
        &path,
        "--issuer",
        "urn:other",
    ]);
    assert_eq!(domain(&stage, "tailspin.com")["issuer"], "urn:other");
    for (text, complaint) in [
        ("<!DOCTYPE a><a/>".to_owned(), "no XML without a DTD"),
        ("<a/>".to_owned(), "no EntityDescriptor"),
        (
            METADATA.replace("SecurityTokenServiceType", "X"),
            "no sign-in service",
        ),
        (metadata(&[]).replace("KEYS", ""), "--certificate"),
        (metadata(&[&one, &two, &Key::new("3")]), "more than two"),
        (
            metadata(&[&one]).replace("<X509Certificate>", "<X509Certificate>AAAA"),
            "signing certificate",
        ),
        (
            metadata(&[&one]).replace(
                "https://sts.tailspin.test/ls/",
                "http://sts.tailspin.test/ls/",
            ),
            "not safe",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = stage.tenant.refuses(&[
            "domain",
            "add",
            "tailspin.com",
            "--federated",
            "--metadata",
            &path,
        ]);
        assert!(said.contains(complaint), "{complaint}: {said}");
    }
    assert_eq!(
        domain(&stage, "tailspin.com")["issuer"],
        "urn:other",
        "nothing was changed"
    );
}

/// What would not work, or not be safe, is refused with a sentence when it is set, not at somebody's sign-in.
#[tokio::test]
async fn bad_settings_are_refused() {
    let stage = Stage::new();
    let dir = stage.dir.path();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(dir.join(name), bytes).unwrap();
        dir.join(name).display().to_string()
    };
    let key = Key::new("Tailspin");
    let good = write("good.pem", key.certificate_pem.as_bytes());
    let der = write("good.der", &key.certificate);
    let none = write("none.pem", b"no certificate");
    let cut = write("cut.der", key.certificate.get(..200).unwrap());
    let private = write("private.pem", key.private_pem.as_bytes());
    let mut ended = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    ended.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let pair = rcgen::KeyPair::generate().unwrap();
    let ended = write(
        "ended.pem",
        ended.self_signed(&pair).unwrap().pem().as_bytes(),
    );
    let edwards = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let edwards = rcgen::CertificateParams::new(Vec::<String>::new())
        .unwrap()
        .self_signed(&edwards)
        .unwrap();
    let edwards = write("ed.pem", edwards.pem().as_bytes());
    let url = "https://sts.tailspin.test/";
    let add = |url: &str, issuer: &str, certificate: &str| -> Vec<String> {
        [
            "domain",
            "add",
            "tailspin.com",
            "--federated",
            "--passive-url",
            url,
            "--issuer",
            issuer,
            "--certificate",
            certificate,
        ]
        .iter()
        .map(|it| (*it).to_owned())
        .collect()
    };
    let words = |args: &[String]| {
        args.iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\u{1}")
    };
    for (args, complaint) in [
        (add(url, "urn:t", &none), "no certificate"),
        (add(url, "urn:t", &cut), "no certificate"),
        (add(url, "urn:t", &private), "no certificate"),
        (add(url, "urn:t", &ended), "it ended on 2020-01-01"),
        (add(url, "urn:t", &edwards), "kind that is not supported"),
        (add(url, "urn:t", "/nowhere.pem"), "/nowhere.pem"),
        (add("http://sts.tailspin.test/", "urn:t", &good), "not safe"),
        (add("ftp://sts.tailspin.test/", "urn:t", &good), "not safe"),
        (add("javascript:alert(1)", "urn:t", &good), "not safe"),
        (
            add("http://localhost.evil.test/", "urn:t", &good),
            "not safe",
        ),
        (
            add("https://u:p@sts.tailspin.test/", "urn:t", &good),
            "holds a name",
        ),
        (add(url, " ", &good), "--issuer"),
        (
            add(url, "http://fabrikam.com/adfs/services/trust/", &good),
            "belongs to another domain",
        ),
    ] {
        let list = words(&args);
        let said = stage
            .tenant
            .refuses(&list.split('\u{1}').collect::<Vec<_>>());
        assert!(said.contains(complaint), "{complaint}: {said}");
    }
    for args in [
        add(url, "urn:t", &der),
        add("http://127.0.0.1:81/ls", "urn:t", &good),
        add("http://sts.tailspin.localhost:81/ls", "urn:t", &good),
    ] {
        let list = words(&args);
        stage.tenant.run(&list.split('\u{1}').collect::<Vec<_>>());
    }
}

/// People of a federated domain have a name at the other side, and nobody has the same.
#[tokio::test]
async fn an_immutable_id_is_one_persons() {
    let stage = Stage::new();
    let tenant = &stage.tenant;
    let said = tenant.refuses(&["user", "add", "a@fabrikam.com"]);
    assert!(said.contains("--immutable-id"), "{said}");
    let said = tenant.refuses(&["user", "add", "a@contoso.com", "--immutable-id", "a"]);
    assert!(said.contains("--password"), "{said}");
    let long = "x".repeat(65);
    for bad in ["", long.as_str()] {
        tenant.refuses(&["user", "add", "a@fabrikam.com", "--immutable-id", bad]);
    }
    tenant.run(&["user", "add", "a@fabrikam.com", "--immutable-id", "a"]);
    tenant.refuses(&["user", "add", "b@fabrikam.com", "--immutable-id", "a"]);
    // Another case is another name.
    tenant.run(&["user", "add", "b@fabrikam.com", "--immutable-id", "A"]);
    assert!(
        stage
            .tenant
            .people()
            .iter()
            .any(|it| it["upn"] == "nestor@fabrikam.com" && it["immutable_id"].is_string())
    );
}
