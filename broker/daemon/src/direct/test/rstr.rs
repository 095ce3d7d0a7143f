use super::*;

/// Written as no serialiser would write it again.
const ASSERTION: &str = "<saml:Assertion  xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion' AssertionID=\"_1\"><saml:X/>\n<!-- c -->&#33;</saml:Assertion >";

fn envelope(body: &str) -> Answer {
    Answer {
        status: 200,
        body: format!("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"{SOAP}\"><s:Header/><s:Body>{body}</s:Body></s:Envelope>").into_bytes(),
        date: None,
    }
}

fn response(version: Version, token: &str) -> String {
    format!(
        "<t:RequestSecurityTokenResponse xmlns:t=\"{}\"><t:Lifetime><a>x</a></t:Lifetime><t:RequestedSecurityToken>{token}</t:RequestedSecurityToken><t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType></t:RequestSecurityTokenResponse>",
        version.space()
    )
}

fn collection(inner: &str) -> String {
    format!(
        "<t:RequestSecurityTokenResponseCollection xmlns:t=\"{}\">{inner}</t:RequestSecurityTokenResponseCollection>",
        Version::Trust13.space()
    )
}

#[test]
fn an_assertion_is_taken_out_unchanged() {
    let new = envelope(&collection(&response(Version::Trust13, ASSERTION)));
    let token = read(&new, Version::Trust13).unwrap();
    assert_eq!(
        (token.saml, token.xml.expose().as_str()),
        (Saml::One, ASSERTION)
    );
    let two = "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
    let old = envelope(&response(Version::Trust2005, two));
    let token = read(&old, Version::Trust2005).unwrap();
    assert_eq!((token.saml, token.xml.expose().as_str()), (Saml::Two, two));
}

#[test]
fn other_answers_are_refused() {
    let good = response(Version::Trust13, ASSERTION);
    for body in [
        String::new(),
        response(Version::Trust2005, ASSERTION),
        collection(""),
        collection(&format!("{good}{good}")),
        response(Version::Trust13, ""),
        response(Version::Trust13, "<x/>"),
        response(Version::Trust13, &ASSERTION.repeat(2)),
        format!("{good}{good}"),
    ] {
        let result = read(&envelope(&body), Version::Trust13);
        assert!(matches!(result, Err(DirectError::Answer(_))), "{body}");
    }
    let mut page = envelope("");
    page.body = b"<html>".to_vec();
    page.status = 502;
    assert!(matches!(
        read(&page, Version::Trust13),
        Err(DirectError::Status(502))
    ));
}

#[test]
fn a_wrong_password_is_told_from_other_faults() {
    let fault = |subcode: &str| {
        let mut answer = envelope(&format!(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a=\"urn:x\">{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">ID3242: \u{7f}no.</s:Text></s:Reason></s:Fault>"
        ));
        answer.status = 500;
        read(&answer, Version::Trust13)
    };
    match fault("a:FailedAuthentication") {
        Err(DirectError::WrongPassword(said)) => {
            assert_eq!(
                (said.http_status, said.message.as_str()),
                (500, "ID3242: no.")
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        fault("a:InvalidScope"),
        Err(DirectError::Fault(_))
    ));
}
