//! What real sign-in services answered, with the clock frozen at that time (`README.md` beside this file).

use super::super::metadata;
use super::*;
use crate::account::PromptLogin;

/// 2026-11-25T15:41:00Z
const NOW: UnixTime = UnixTime(1_795_621_260);
const ISSUER: &str = "http://fabrikam.test/adfs/services/trust/";

/// A service: its answers and its metadata.
struct Service {
    nestor: &'static str,
    second_factor: &'static str,
    metadata: &'static str,
    passive_path: &'static str,
}

const SIMPLESAMLPHP: Service = Service {
    nestor: include_str!("simplesamlphp/nestor.xml"),
    second_factor: include_str!("simplesamlphp/isaiah.xml"),
    metadata: include_str!("simplesamlphp/metadata.xml"),
    passive_path: "/module.php/adfs/idp/prp.php",
};

const WSFED: Service = Service {
    nestor: include_str!("wsfed/nestor.xml"),
    second_factor: include_str!("wsfed/nestor-mfa.xml"),
    metadata: include_str!("wsfed/metadata.xml"),
    passive_path: "/adfs/ls/",
};

impl Service {
    /// The domain as its metadata describe it.
    fn domain(&self, name: &str) -> Vec<Domain> {
        let found = metadata(self.metadata.as_bytes(), NOW).unwrap();
        let federation = Federation {
            passive_url: found.passive_url.unwrap().into(),
            active_url: None,
            mex_url: None,
            issuer: found.issuer.unwrap(),
            certificates: found.certificates,
            mfa: MfaBehavior::Accept,
            prompt_login: PromptLogin::FreshPassword,
        };
        vec![Domain::federated(name, name, federation)]
    }
}

fn judge(domains: &[Domain], xml: &str, now: UnixTime) -> Result<Claims, FederationError> {
    believe(
        xml.as_bytes(),
        Shape::Answer,
        domains,
        now,
        Purpose::Passive,
    )
    .map(|(claims, _)| claims)
}

/// F1, F2: both services' answers are believed by what their metadata say; also as browsers send them, which make CRLF of every LF.
#[test]
fn two_real_services_are_believed() {
    for service in [SIMPLESAMLPHP, WSFED] {
        let domains = service.domain("fabrikam.test");
        for xml in [
            service.nestor.to_owned(),
            service.nestor.replace('\n', "\r\n"),
        ] {
            let claims = judge(&domains, &xml, NOW).unwrap();
            assert_eq!(claims.issuer, ISSUER);
            assert_eq!(claims.upn, "nestor@fabrikam.test");
            assert_eq!(claims.immutable_id, "b2JqZWN0R1VJRCBuZXN0bw==");
            assert_eq!(methods(&claims.methods, MfaBehavior::Accept), ["pwd"]);
        }
        let claims = judge(&domains, service.second_factor, NOW).unwrap();
        assert_eq!(
            methods(&claims.methods, MfaBehavior::Accept),
            ["pwd", "mfa"]
        );
        assert_eq!(methods(&claims.methods, MfaBehavior::Reject), ["pwd"]);
    }
}

/// Real metadata give issuer, address and the one certificate.
#[test]
fn real_metadata_are_understood() {
    for service in [SIMPLESAMLPHP, WSFED] {
        let found = metadata(service.metadata.as_bytes(), NOW).unwrap();
        assert_eq!(found.issuer.as_deref(), Some(ISSUER));
        assert_eq!(found.passive_url.unwrap().path(), service.passive_path);
        assert_eq!(found.certificates.len(), 1);
    }
}

/// Each alteration of a real answer is refused with its code.
#[test]
fn altered_answers_of_real_services_are_refused() {
    for service in [SIMPLESAMLPHP, WSFED] {
        let domains = service.domain("fabrikam.test");
        let good = service.nestor;
        let signature = {
            let start = good
                .find("<ds:Signature")
                .or_else(|| good.find("<Signature"))
                .unwrap();
            let end = good.find("</saml:Assertion>").unwrap();
            good.get(start..end).unwrap()
        };
        let assertion = {
            let start = good.find("<saml:Assertion").unwrap();
            let end = good.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
            good.get(start..end).unwrap()
        };
        let value = |name: &str| {
            let (_, rest) = good.split_once(&format!("{name}>")).unwrap();
            rest.get(..20).unwrap()
        };
        let root = good.find("RequestSecurityTokenResponse").unwrap();
        let token = "RequestedSecurityToken>";
        let prefix = good.get(..root).unwrap();
        let cases: Vec<(&str, String, u32)> = vec![
            ("another UPN", good.replace("nestor@", "admin@"), 50_006),
            (
                "another ImmutableID",
                good.replace("b2JqZWN0R1VJRCBuZXN0bw==", "YWRtaW4="),
                50_006,
            ),
            (
                "another audience",
                good.replace("<saml:Audience>urn", "<saml:Audience>urm"),
                50_006,
            ),
            (
                "a later end",
                good.replacen("NotOnOrAfter=\"2026", "NotOnOrAfter=\"2027", 1),
                50_006,
            ),
            (
                "a second factor",
                good.replace("am:password", "am:x")
                    .replace("classes:Password", "classes:x"),
                50_006,
            ),
            (
                "another digest",
                good.replace(value("DigestValue"), "AAAAAAAAAAAAAAAAAAAA"),
                50_006,
            ),
            (
                "another value",
                good.replace(value("SignatureValue"), "AAAAAAAAAAAAAAAAAAAA"),
                50_006,
            ),
            ("no signature", good.replace(signature, ""), 50_006),
            (
                "two signatures",
                good.replace(signature, &signature.repeat(2)),
                50_006,
            ),
            (
                "a weak digest",
                good.replace("xmlenc#sha256", "xmlenc#sha1"),
                50_006,
            ),
            (
                "another issuer",
                good.replace("Issuer=\"http", "Issuer=\"https"),
                50_107,
            ),
            (
                "a comment",
                good.replace(
                    "nestor@fabrikam.test<",
                    "nestor@fabrikam.test<!---->.evil.test<",
                ),
                20_012,
            ),
            (
                "a DTD",
                format!(
                    "<!DOCTYPE x>{}",
                    good.replace("<?xml version=\"1.0\"?>", "")
                ),
                20_012,
            ),
            (
                "cut short",
                good.get(..good.len() / 2).unwrap().to_owned(),
                20_012,
            ),
            (
                "another root",
                good.replace("RequestSecurityTokenResponse", "Response"),
                20_001,
            ),
            (
                "two assertions",
                good.replace(assertion, &assertion.repeat(2)),
                50_006,
            ),
            (
                "no token",
                format!(
                    "{prefix}{}",
                    good.get(root..).unwrap().replace(token, "Other>")
                ),
                20_001,
            ),
        ];
        for (name, xml, number) in cases {
            assert_ne!(xml, good, "{name} alters nothing");
            let error = judge(&domains, &xml, NOW).expect_err(name);
            assert_eq!(error.number(), Some(number), "{name}: {error}");
        }
        for (name, now) in [
            ("too early", NOW.plus(-600)),
            ("too late", NOW.plus(2 * 3600)),
        ] {
            let error = judge(&domains, good, now).expect_err(name);
            assert_eq!(error.number(), Some(500_133), "{name}: {error}");
        }
        let error = judge(&service.domain("tailspin.test"), good, NOW).expect_err("another domain");
        assert_eq!(error.number(), Some(5_000_819));
    }
    // Each service's key is none for the other's answers.
    let error = judge(&WSFED.domain("fabrikam.test"), SIMPLESAMLPHP.nestor, NOW).unwrap_err();
    assert_eq!(error.number(), Some(5_000_811));
}

/// By themselves, at the token endpoint: the one that says `bearer` is taken, the one that is silent is not.
#[test]
fn only_a_confirmed_bearer_is_a_grant() {
    for (service, believed) in [(WSFED, true), (SIMPLESAMLPHP, false)] {
        let start = service.nestor.find("<saml:Assertion").unwrap();
        let end = service.nestor.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
        let bare = service.nestor.get(start..end).unwrap();
        let domains = service.domain("fabrikam.test");
        let result = believe(
            bare.as_bytes(),
            Shape::Assertion,
            &domains,
            NOW,
            Purpose::Grant,
        );
        assert_eq!(result.is_ok(), believed, "{result:?}");
    }
}
