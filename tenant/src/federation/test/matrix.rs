//! What is believed, and everything that is not (federation reference §2.9.4).

use super::*;
use crate::account::PromptLogin;

use maker::{Assertion, Form, Key, MULTIPLE, answer};

#[path = "../../../../tests/src/assertion.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "the test crate's maker of assertions"
)]
mod maker;

const ISSUER: &str = "http://fabrikam.test/adfs/services/trust/";
const NOW: UnixTime = UnixTime(1_800_000_000);

/// A directory with two federated domains, and the keys of their sign-in services.
struct Stage {
    fabrikam: Key,
    tailspin: Key,
    next: Key,
    domains: Vec<Domain>,
}

fn federated(name: &str, issuer: &str, certificates: Vec<Vec<u8>>) -> Domain {
    let federation = Federation {
        passive_url: format!("https://sts.{name}/adfs/ls/"),
        active_url: None,
        mex_url: None,
        issuer: issuer.to_owned(),
        certificates,
        mfa: MfaBehavior::Accept,
        prompt_login: PromptLogin::FreshPassword,
    };
    Domain::federated(name, name, federation)
}

/// Keys are slow to make.
static STAGE: std::sync::LazyLock<Stage> = std::sync::LazyLock::new(Stage::new);

impl Stage {
    fn new() -> Self {
        let (fabrikam, tailspin, next) = (Key::new("F"), Key::new("T"), Key::new("N"));
        let domains = vec![
            Domain::managed("contoso.test", "Contoso"),
            federated(
                "fabrikam.test",
                ISSUER,
                vec![fabrikam.certificate.clone(), next.certificate.clone()],
            ),
            federated(
                "tailspin.test",
                "http://tailspin.test/",
                vec![tailspin.certificate.clone()],
            ),
        ];
        Self {
            fabrikam,
            tailspin,
            next,
            domains,
        }
    }

    /// What is made of a `wresult`.
    fn answer(&self, xml: &str) -> Result<Claims, FederationError> {
        self.bytes(xml.as_bytes())
    }

    fn bytes(&self, xml: &[u8]) -> Result<Claims, FederationError> {
        believe(xml, Shape::Answer, &self.domains, NOW, Purpose::Passive).map(|(claims, _)| claims)
    }

    /// What is made of a token in an answer, signed by Fabrikam's key.
    fn token(&self, assertion: &Assertion) -> Result<Claims, FederationError> {
        self.answer(&answer(&assertion.signed(&self.fabrikam)))
    }

    /// What is made of a good assertion under a signature of another form.
    fn form(&self, change: impl FnOnce(&mut Form)) -> Result<Claims, FederationError> {
        let good = good();
        let mut form = Form::new(&good.id);
        change(&mut form);
        self.answer(&answer(
            &good.text(&form.signature(&good.text(""), &self.fabrikam)),
        ))
    }
}

fn good() -> Assertion {
    Assertion::new(ISSUER, "nestor@fabrikam.test", "aW1tdXRhYmxl", NOW)
}

/// The same assertion for the administrator, as a thief would want it; unsigned.
fn forged() -> Assertion {
    Assertion {
        id: "_forged".to_owned(),
        upn: "admin@fabrikam.test".to_owned(),
        immutable_id: "Zm9yZ2Vk".to_owned(),
        ..good()
    }
}

#[track_caller]
fn refused(result: &Result<Claims, FederationError>, numbers: &[u32]) {
    let error = result.as_ref().expect_err("it was believed");
    let number = error.number().unwrap();
    assert!(numbers.contains(&number), "{number}: {error}");
}

/// F1: what a sign-in service signs for one of its own people is believed, by itself and in the answer.
#[test]
fn a_good_assertion_is_believed() {
    let stage = &*STAGE;
    let claims = stage.token(&good()).unwrap();
    assert_eq!(claims.upn, "nestor@fabrikam.test");
    assert_eq!(claims.immutable_id, "aW1tdXRhYmxl");
    let bare = good().signed(&stage.fabrikam);
    let (claims, (domain, _)) = believe(
        bare.as_bytes(),
        Shape::Assertion,
        &stage.domains,
        NOW,
        Purpose::Grant,
    )
    .unwrap();
    assert_eq!(
        (claims.upn.as_str(), domain),
        ("nestor@fabrikam.test", "fabrikam.test")
    );
    // The one is not taken for the other.
    assert!(stage.answer(&bare).is_err());
    let wrapped = answer(&bare);
    let grant = believe(
        wrapped.as_bytes(),
        Shape::Assertion,
        &stage.domains,
        NOW,
        Purpose::Grant,
    );
    assert!(grant.is_err());
}

/// [ID-18] F3: the signed assertion stands somewhere, and a forged one where it is looked for.
#[test]
fn no_wrapping_gets_a_forged_assertion_through() {
    let stage = &*STAGE;
    let (original, evil) = (good(), forged());
    let signature = Form::new(&original.id).signature(&original.text(""), &stage.fabrikam);
    let (signed, stripped) = (original.text(&signature), original.text(""));
    let object = |content: &str| {
        signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{content}</ds:Object></ds:Signature>"),
        )
    };
    let beside = |before: &str, token: &str, after: &str| {
        answer(token)
            .replace(
                "<t:RequestedSecurityToken>",
                &format!("{before}<t:RequestedSecurityToken>"),
            )
            .replace(
                "</t:RequestedSecurityToken>",
                &format!("</t:RequestedSecurityToken>{after}"),
            )
    };
    let inside = Assertion {
        statements: signed.clone(),
        ..evil.clone()
    };
    let same_name = Assertion {
        id: original.id.clone(),
        ..evil.clone()
    };
    let cases = [
        (
            "forged first, in one token",
            answer(&format!("{}{signed}", evil.text(""))),
        ),
        (
            "forged last, in one token",
            answer(&format!("{signed}{}", evil.text(""))),
        ),
        ("forged around the signed one", answer(&inside.text(""))),
        (
            "signed one behind the token",
            beside("", &evil.text(""), &signed),
        ),
        (
            "signature in the forged one, signed one behind",
            beside("", &evil.text(&signature), &stripped),
        ),
        (
            "signed one in the signature's object",
            answer(&evil.text(&object(&stripped))),
        ),
        (
            "signed one in a wrapper before",
            beside(
                &format!("<t:Extensions>{signed}</t:Extensions>"),
                &evil.text(""),
                "",
            ),
        ),
        (
            "both of one name, signed one in the object",
            answer(&same_name.text(&object(&stripped))),
        ),
        (
            "both of one name, signed one behind",
            beside("", &same_name.text(&signature), &stripped),
        ),
        (
            "a second token",
            beside(
                &format!("<t:RequestedSecurityToken>{signed}</t:RequestedSecurityToken>"),
                &evil.text(""),
                "",
            ),
        ),
        (
            "a token in a token",
            answer(&format!(
                "<t:RequestedSecurityToken>{signed}</t:RequestedSecurityToken>"
            )),
        ),
        (
            "an assertion of another namespace around",
            answer(&format!("<Assertion xmlns=\"urn:x\">{signed}</Assertion>")),
        ),
    ];
    assert!(stage.answer(&answer(&signed)).is_ok());
    for (name, xml) in cases {
        let result = stage.answer(&xml);
        assert!(result.is_err(), "{name} was believed");
        refused(&result, &[20_001, 50_006, 50_008]);
    }
}

/// F4: an altered attribute, an altered digest, no signature, two signatures.
#[test]
fn what_was_altered_is_refused() {
    let stage = &*STAGE;
    let original = good();
    let signed = original.signed(&stage.fabrikam);
    refused(
        &stage.answer(&answer(&signed.replace("nestor@", "admin@"))),
        &[50_006],
    );
    refused(
        &stage.answer(&answer(&signed.replace("aW1tdXRhYmxl", "Zm9yZ2Vk"))),
        &[50_006],
    );
    refused(&stage.answer(&answer(&original.text(""))), &[50_006]);
    let (start, rest) = signed.split_once("<ds:DigestValue>").unwrap();
    let other = format!("{start}<ds:DigestValue>AAAA{}", rest.get(4..).unwrap());
    refused(&stage.answer(&answer(&other)), &[50_006]);
    // Digest and text altered together: then SignedInfo is not what was signed.
    let forged = forged();
    let mut form = Form::new(&forged.id);
    form.key_info = Some(String::new());
    let unsigned = form.signature_by(&forged.text(""), &[], |_| vec![0; 256]);
    refused(&stage.answer(&answer(&forged.text(&unsigned))), &[50_006]);
    let signature = Form::new(&original.id).signature(&original.text(""), &stage.fabrikam);
    refused(
        &stage.answer(&answer(&original.text(&format!("{signature}{signature}")))),
        &[50_006],
    );
    // Deeper in the assertion than where it belongs: the digest would still be right.
    let deeper = original.text("").replace(
        "</saml:Conditions>",
        &format!("{signature}</saml:Conditions>"),
    );
    refused(&stage.answer(&answer(&deeper)), &[50_006]);
}

/// F5: another organisation's key, and a key that the message itself brings, are no keys.
#[test]
fn only_the_configured_certificates_are_keys() {
    let stage = &*STAGE;
    let original = good();
    // Tailspin is federated with the same tenant, and may not speak for Fabrikam.
    refused(
        &stage.answer(&answer(&original.signed(&stage.tailspin))),
        &[5_000_811],
    );
    // The thief's key, with Fabrikam's certificate as the hint.
    let thief = Key::new("F");
    let form = Form::new(&original.id);
    let signature = form.signature_by(&original.text(""), &stage.fabrikam.certificate, |info| {
        thief.sign(info)
    });
    refused(
        &stage.answer(&answer(&original.text(&signature))),
        &[50_006],
    );
    // The thief's key as it is, without any hint, and named by value.
    for key_info in [
        String::new(),
        format!(
            "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{0}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>",
            dovetail_shared::encode::b64([0xA5; 256])
        ),
    ] {
        let mut form = Form::new(&original.id);
        form.key_info = Some(key_info);
        let signature = form.signature(&original.text(""), &thief);
        refused(
            &stage.answer(&answer(&original.text(&signature))),
            &[50_006],
        );
    }
    // A domain without certificate believes nobody.
    let bare = vec![federated("fabrikam.test", ISSUER, Vec::new())];
    let xml = answer(&original.signed(&stage.fabrikam));
    let result = believe(xml.as_bytes(), Shape::Answer, &bare, NOW, Purpose::Passive);
    assert!(matches!(result, Err(FederationError::Key)));
}

/// F14: while the certificate changes, both are good.
#[test]
fn the_next_certificate_is_good_already() {
    let stage = &*STAGE;
    assert!(stage.answer(&answer(&good().signed(&stage.next))).is_ok());
}

/// F6: an organisation speaks for its own people only; an unknown one for nobody.
#[test]
fn an_issuer_speaks_for_its_own_domain() {
    let stage = &*STAGE;
    for upn in [
        "nestor@tailspin.test",
        "adele@contoso.test",
        "nestor@sub.fabrikam.test",
        "nestor",
        "x@fabrikam.test@contoso.test",
    ] {
        let upn = upn.to_owned();
        refused(&stage.token(&Assertion { upn, ..good() }), &[5_000_819]);
    }
    let capital = Assertion {
        upn: "Nestor@FABRIKAM.test".to_owned(),
        ..good()
    };
    assert!(stage.token(&capital).is_ok());
    let issuer = "http://unknown.test/".to_owned();
    refused(&stage.token(&Assertion { issuer, ..good() }), &[50_107]);
    // To the letter: no case folding, no missing slash.
    let issuer = ISSUER.to_uppercase();
    refused(&stage.token(&Assertion { issuer, ..good() }), &[50_107]);
}

/// [ID-18] F7: for somebody else, too early, too late, without an end, for ten years, made long ago.
#[test]
fn audience_and_times_hold() {
    let stage = &*STAGE;
    let with = |change: &dyn Fn(&mut Assertion)| {
        let mut assertion = good();
        change(&mut assertion);
        stage.token(&assertion)
    };
    refused(
        &with(&|it| it.audience = "urn:federation:Other".to_owned()),
        &[50_008],
    );
    refused(
        &with(&|it| it.audience = format!("{}x", maker::REALM)),
        &[50_008],
    );
    // A second restriction must hold as well as the first.
    let second = "<saml:AudienceRestrictionCondition><saml:Audience>urn:other</saml:Audience></saml:AudienceRestrictionCondition>";
    refused(&with(&|it| it.conditions = second.to_owned()), &[50_008]);
    refused(
        &with(&|it| it.conditions = "<saml:Unknown></saml:Unknown>".to_owned()),
        &[50_008],
    );
    refused(&with(&|it| it.not_before = NOW.plus(301)), &[500_133]);
    assert!(with(&|it| it.not_before = NOW.plus(299)).is_ok());
    refused(
        &with(&|it| {
            it.not_before = NOW.plus(-3900);
            it.not_on_or_after = NOW.plus(-300);
        }),
        &[500_133],
    );
    assert!(
        with(&|it| {
            it.not_before = NOW.plus(-3900);
            it.not_on_or_after = NOW.plus(-299);
        })
        .is_ok()
    );
    refused(
        &with(&|it| it.not_on_or_after = NOW.plus(10 * 365 * 86_400)),
        &[500_133],
    );
    refused(&with(&|it| it.not_on_or_after = it.not_before), &[500_133]);
    refused(&with(&|it| it.issued = NOW.plus(-901)), &[500_133]);
    // Signed without an end at all.
    let good = good();
    let endless =
        |text: &str| text.replace(&format!(" NotOnOrAfter=\"{}\"", good.not_on_or_after), "");
    let signature = Form::new(&good.id).signature(&endless(&good.text("")), &stage.fabrikam);
    refused(
        &stage.answer(&answer(&endless(&good.text(&signature)))),
        &[50_008],
    );
}

/// A time without a zone could be anybody's time.
#[test]
fn a_time_needs_its_zone() {
    let stage = &*STAGE;
    let good = good();
    let local = |text: &str| text.replace("Z\" Issuer", "\" Issuer");
    let signature = Form::new(&good.id).signature(&local(&good.text("")), &stage.fabrikam);
    refused(
        &stage.answer(&answer(&local(&good.text(&signature)))),
        &[50_008],
    );
}

/// [ID-18] F10: a comment that would cut the name short. The signature holds with it, since the canonical form leaves comments out.
#[test]
fn nothing_hides_in_a_name() {
    let stage = &*STAGE;
    let mut whole = good();
    whole.upn = "nestor@fabrikam.test.evil.test".to_owned();
    let signed = whole.signed(&stage.fabrikam);
    for hidden in ["<!---->", "<?x y?>"] {
        let cut = signed.replace(".test.evil", &format!(".test{hidden}.evil"));
        refused(&stage.answer(&answer(&cut)), &[20_012]);
    }
    let mut name = good();
    name.name_identifier = "aW1tdXRhYmxl<!---->x".to_owned();
    refused(&stage.token(&name), &[20_012]);
    let section = signed.replace(
        "nestor@fabrikam.test.evil.test",
        "<![CDATA[nestor@fabrikam.test]]>",
    );
    refused(&stage.answer(&answer(&section)), &[20_012]);
    // Elements in a name are none either.
    let mut elements = good();
    elements.upn = "nestor@fabrikam.test<saml:X>.evil</saml:X>".to_owned();
    refused(&stage.token(&elements), &[50_008]);
}

/// [ID-18] F11: what would make a parser work, fetch or swell is not begun with.
#[test]
fn bombs_and_strange_encodings_are_refused_early() {
    let stage = &*STAGE;
    let good = answer(&good().signed(&stage.fabrikam));
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    for before in [
        "<!DOCTYPE a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">]>",
        bomb,
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
        "<?xml version=\"1.0\" encoding=\"utf-7\"?>",
    ] {
        refused(&stage.answer(&format!("{before}{good}")), &[20_012]);
    }
    assert!(
        stage
            .answer(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{good}"))
            .is_ok()
    );
    let wide: Vec<u8> = std::iter::once(0xFEFF_u16)
        .chain(good.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    refused(&stage.bytes(&wide), &[20_012]);
    refused(
        &stage.bytes(&[good.as_bytes(), &[0xFF]].concat()),
        &[20_012],
    );
    let large = good.replace(
        "</t:RequestedSecurityToken>",
        &format!("{}</t:RequestedSecurityToken>", " ".repeat(5 << 20)),
    );
    assert!(matches!(
        stage.answer(&large),
        Err(FederationError::Unreadable("too large"))
    ));
    let deep = answer(&format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000)));
    refused(&stage.answer(&deep), &[20_012]);
    for nothing in ["", " ", "<", "no xml", "<a/>", "<a/><b/>"] {
        refused(&stage.answer(nothing), &[20_001, 20_012]);
    }
}

/// F12: signatures of other kinds, each valid in its own way.
#[test]
fn one_form_of_signature_is_allowed() {
    let stage = &*STAGE;
    let not_allowed = |result: Result<Claims, FederationError>| match result {
        Err(FederationError::Signature(why)) => assert!(
            why.contains("not allowed")
                || why.contains("other transforms")
                || why.contains("parts"),
            "{why}"
        ),
        other => panic!("{other:?}"),
    };
    // The public key, known to all, as the secret of an HMAC.
    let good = good();
    let mut form = Form::new(&good.id);
    form.method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".to_owned();
    let certificate = stage.fabrikam.certificate.clone();
    let signature = form.signature_by(&good.text(""), &certificate, |info| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &certificate);
        aws_lc_rs::hmac::sign(&key, info.as_bytes())
            .as_ref()
            .to_vec()
    });
    not_allowed(stage.answer(&answer(&good.text(&signature))));
    not_allowed(
        stage.form(|it| it.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned()),
    );
    not_allowed(
        stage.form(|it| it.method = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5".to_owned()),
    );
    not_allowed(
        stage.form(|it| it.digest_method = "http://www.w3.org/2000/09/xmldsig#sha1".to_owned()),
    );
    let transform = |uri: &str, inner: &str| {
        format!("<ds:Transform Algorithm=\"{uri}\">{inner}</ds:Transform>")
    };
    let enveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "");
    let c14n = transform("http://www.w3.org/2001/10/xml-exc-c14n#", "");
    let sheet = transform(
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\"></xsl:stylesheet>",
    );
    let xpath = transform(
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "<ds:XPath>false()</ds:XPath>",
    );
    for list in [
        String::new(),
        "<ds:Transforms></ds:Transforms>".to_owned(),
        format!("<ds:Transforms>{enveloped}</ds:Transforms>"),
        format!("<ds:Transforms>{c14n}{enveloped}</ds:Transforms>"),
        format!("<ds:Transforms>{enveloped}{sheet}</ds:Transforms>"),
        format!("<ds:Transforms>{enveloped}{xpath}</ds:Transforms>"),
        format!("<ds:Transforms>{enveloped}{c14n}{sheet}</ds:Transforms>"),
        format!(
            "<ds:Transforms>{enveloped}{}</ds:Transforms>",
            transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "")
        ),
    ] {
        not_allowed(stage.form(|it| it.transforms = list));
    }
    not_allowed(stage.form(|it| {
        it.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315".to_owned();
    }));
    not_allowed(stage.form(|it| it.key_info = Some("<ds:Object></ds:Object>".to_owned())));
    // The whole document, something outside, another name.
    for uri in [
        "",
        "#",
        "#_other",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "cid:x",
        "#xpointer(/)",
    ] {
        refused(&stage.form(|it| it.uri = uri.to_owned()), &[50_006]);
    }
}

/// [ID-18] Names that stand twice, in any of the attributes that could be a name.
#[test]
fn a_name_stands_once() {
    let stage = &*STAGE;
    let good = good();
    let signed = good.signed(&stage.fabrikam);
    for name in ["ID", "Id", "id", "AssertionID", "wsu:Id", "xml:id"] {
        let xml = answer(&signed).replace(
            "<t:RequestedSecurityToken>",
            &format!("<t:Lifetime xmlns:wsu=\"urn:u\" {name}=\"{}\"></t:Lifetime><t:RequestedSecurityToken>", good.id),
        );
        refused(&stage.answer(&xml), &[50_006]);
    }
}

/// Signed, and yet not usable: what is not understood is not skipped.
#[test]
fn what_is_not_understood_is_refused() {
    let stage = &*STAGE;
    let with = |change: &dyn Fn(&mut Assertion)| {
        let mut assertion = good();
        change(&mut assertion);
        stage.token(&assertion)
    };
    for statements in [
        "<saml:Advice></saml:Advice>",
        "<saml:AuthorizationDecisionStatement></saml:AuthorizationDecisionStatement>",
        "<x:Statement xmlns:x=\"urn:x\"></x:Statement>",
        "<saml:Conditions></saml:Conditions>",
        "<saml:AttributeStatement><saml:Attribute AttributeName=\"UPN\" AttributeNamespace=\"http://schemas.xmlsoap.org/claims\"><saml:AttributeValue>admin@fabrikam.test</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
        "<saml:AuthenticationStatement><saml:Subject><saml:NameIdentifier>other</saml:NameIdentifier></saml:Subject></saml:AuthenticationStatement>",
    ] {
        refused(
            &with(&|it| it.statements = statements.to_owned()),
            &[50_008],
        );
    }
    for method in [
        "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key",
        "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches",
    ] {
        refused(
            &with(&|it| it.confirmation = Some(method.to_owned())),
            &[50_008],
        );
    }
    refused(&with(&|it| it.upn = String::new()), &[50_008]);
    let encrypted = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"></xenc:EncryptedData>";
    refused(&stage.answer(&answer(encrypted)), &[50_008]);
    // Without confirmation: taken from the browser, where it comes from the service itself, not from a program.
    let silent = Assertion {
        confirmation: None,
        ..good()
    };
    assert!(stage.token(&silent).is_ok());
    let bare = silent.signed(&stage.fabrikam);
    let grant = believe(
        bare.as_bytes(),
        Shape::Assertion,
        &stage.domains,
        NOW,
        Purpose::Grant,
    );
    assert!(matches!(grant, Err(FederationError::Assertion(_))));
}

/// The methods of the service in the words of ID tokens; F13's claim counts by setting.
#[test]
fn methods_become_words() {
    let words = |uris: &[&str], behavior| {
        methods(
            &uris.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(),
            behavior,
        )
        .join(" ")
    };
    let password = "urn:oasis:names:tc:SAML:1.0:am:password";
    assert_eq!(words(&[password], MfaBehavior::Accept), "pwd");
    assert_eq!(words(&[password, MULTIPLE], MfaBehavior::Accept), "pwd mfa");
    assert_eq!(
        words(&[password, MULTIPLE], MfaBehavior::Enforce),
        "pwd mfa"
    );
    assert_eq!(words(&[password, MULTIPLE], MfaBehavior::Reject), "pwd");
    assert_eq!(
        words(
            &["urn:federation:authentication:windows", "x"],
            MfaBehavior::Accept
        ),
        "wia"
    );
    assert_eq!(words(&["urn:x:smartcard"], MfaBehavior::Accept), "fed");
    assert_eq!(
        words(&[&format!("{MULTIPLE}x")], MfaBehavior::Accept),
        "fed"
    );
}

/// A program may bring a SAML 2.0 assertion; all the same rules hold for it, and one more end.
#[test]
fn saml_2_is_judged_alike() {
    let stage = &*STAGE;
    let good = Assertion {
        confirmation: Some("urn:oasis:names:tc:SAML:2.0:cm:bearer".to_owned()),
        references: vec![MULTIPLE.to_owned()],
        ..good()
    };
    let judge = |xml: &str| {
        let result = believe(
            xml.as_bytes(),
            Shape::Assertion,
            &stage.domains,
            NOW,
            Purpose::Grant,
        );
        result.map(|(claims, _)| claims)
    };
    let signed = good.signed2(&stage.fabrikam);
    let claims = judge(&signed).unwrap();
    assert_eq!(claims.upn, "nestor@fabrikam.test");
    assert_eq!(claims.immutable_id, "aW1tdXRhYmxl");
    assert_eq!(
        methods(&claims.methods, MfaBehavior::Accept),
        ["pwd", "mfa"]
    );
    let with = |change: &dyn Fn(&mut Assertion)| {
        let mut assertion = good.clone();
        change(&mut assertion);
        judge(&assertion.signed2(&stage.fabrikam))
    };
    refused(&judge(&signed.replace("nestor@", "admin@")), &[50_006]);
    refused(&judge(&good.text2("")), &[50_006]);
    refused(&judge(&good.signed2(&stage.tailspin)), &[5_000_811]);
    refused(&with(&|it| it.audience = "urn:other".to_owned()), &[50_008]);
    refused(
        &with(&|it| it.upn = "adele@contoso.test".to_owned()),
        &[5_000_819],
    );
    refused(&with(&|it| it.not_before = NOW.plus(301)), &[500_133]);
    refused(&with(&|it| it.confirmed_until = NOW.plus(-300)), &[500_133]);
    refused(&with(&|it| it.confirmation = None), &[50_008]);
    refused(
        &with(&|it| {
            it.confirmation = Some("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key".to_owned());
        }),
        &[50_008],
    );
    refused(&with(&|it| it.issuer = "urn:unknown".to_owned()), &[50_107]);
    refused(
        &with(&|it| it.conditions = "<saml:ProxyRestriction></saml:ProxyRestriction>".to_owned()),
        &[50_008],
    );
    // Wrapped: the signed one in a forged one of the same kind.
    let around = Assertion {
        statements: signed.clone(),
        id: "_forged".to_owned(),
        ..good.clone()
    };
    refused(&judge(&around.text2("")), &[50_008]);
    // Version 1.1 words in a version 2.0 element are not known, and the other way round.
    refused(
        &judge(&signed.replace("SAML:2.0:assertion", "SAML:1.0:assertion")),
        &[50_006, 50_008],
    );
}

/// [ID-18] Small documents that would be much work for a parser: more attributes, prefixes or elements than anybody needs.
#[test]
fn what_would_be_much_work_is_not_parsed() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| -> String {
        (0..count).map(one).collect::<Vec<_>>().concat()
    };
    let hidden = many(22_000, &|n| format!(" a{n:x}='>'"));
    for (why, xml) in [
        (
            "attributes",
            format!("<a{}/>", many(33, &|n| format!(" a{n}=\"\""))),
        ),
        (
            "attributes",
            format!("<a{}/>", many(33, &|n| format!(" xmlns:a{n}=\"u:{n}\""))),
        ),
        ("attributes", format!("<a b=\"<'>\" {hidden}/>")),
        ("elements", "<a/>".repeat(4001)),
    ] {
        match STAGE.answer(&answer(&xml)) {
            Err(FederationError::Unreadable(said)) => assert!(said.contains(why), "{said}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    // The most that is allowed is parsed, and refused for what it is.
    let most = format!("<a{}/>", many(32, &|n| format!(" a{n}=\"\"")));
    refused(&STAGE.answer(&answer(&most)), &[50_008]);
    refused(
        &STAGE.answer(&answer(&format!("<r>{}</r>", "<a/>".repeat(3900)))),
        &[50_008],
    );
}
