use super::*;

const HOST: &str = "https://sts.fabrikam.com";

/// A description as such services give it: several endpoints, of which two take name and password over TLS.
fn description(second: &str, third: &str) -> String {
    let policy = |id: &str, inner: &str| {
        format!(
            "<wsp:Policy wsu:Id=\"{id}\"><wsp:ExactlyOne><wsp:All>{inner}<wsaw:UsingAddressing xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\"/></wsp:All></wsp:ExactlyOne></wsp:Policy>"
        )
    };
    let tls = |space: &str| {
        format!(
            "<sp:TransportBinding xmlns:sp=\"{space}\"><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken/></wsp:Policy></sp:TransportToken></wsp:Policy></sp:TransportBinding>"
        )
    };
    let token = |space: &str, kind: &str, name: &str| {
        format!(
            "<sp:{kind} xmlns:sp=\"{space}\"><wsp:Policy><sp:{name}><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:{name}></wsp:Policy></sp:{kind}>"
        )
    };
    let [old, new] = SECURITY_POLICY;
    let policies = [
        policy(
            "windows",
            &format!(
                "{}{}",
                tls(new),
                token(new, "EndorsingSupportingTokens", "KerberosToken")
            ),
        ),
        policy(
            "user2005",
            &format!(
                "{}{}",
                tls(old),
                token(old, "SignedSupportingTokens", "UsernameToken")
            ),
        ),
        policy(
            "user13",
            &format!(
                "{}{}",
                tls(new),
                token(new, "SignedEncryptedSupportingTokens", "UsernameToken")
            ),
        ),
        policy(
            "untransported",
            &token(new, "SupportingTokens", "UsernameToken"),
        ),
    ]
    .concat();
    let bindings: String = [
        ("Windows", "windows", Version::Trust13),
        ("User2005", "user2005", Version::Trust2005),
        ("User13", "user13", Version::Trust13),
        ("Message13", "untransported", Version::Trust13),
    ]
    .iter()
    .map(|(name, policy, version)| {
        format!(
            "<wsdl:binding name=\"{name}\" type=\"tns:T\"><wsp:PolicyReference URI=\"#{policy}\"/><soap12:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>\
             <wsdl:operation name=\"Issue\"><soap12:operation soapAction=\"{}\" style=\"document\"/><wsdl:input><soap12:body use=\"literal\"/></wsdl:input></wsdl:operation></wsdl:binding>",
            version.action()
        )
    })
    .collect::<Vec<_>>()
    .concat();
    let ports = [
        ("Windows", "https://sts.fabrikam.com/windows"),
        ("Message13", "http://sts.fabrikam.com/message"),
        ("User2005", second),
        ("User13", third),
    ]
    .map(|(name, address)| {
        if address.is_empty() {
            return String::new();
        }
        format!(
            "<wsdl:port name=\"{name}\" binding=\"tns:{name}\"><soap12:address location=\"{address}\"/><wsa10:EndpointReference xmlns:wsa10=\"http://www.w3.org/2005/08/addressing\"><wsa10:Address>{address}</wsa10:Address></wsa10:EndpointReference></wsdl:port>"
        )
    })
    .concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><wsdl:definitions name=\"S\" targetNamespace=\"urn:t\" xmlns:tns=\"urn:t\" xmlns:wsdl=\"{WSDL}\" xmlns:soap12=\"{SOAP12}\" xmlns:wsp=\"{}\" \
         xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">{policies}<wsdl:types><a>text</a></wsdl:types>{bindings}<wsdl:service name=\"S\">{ports}</wsdl:service></wsdl:definitions>",
        POLICY[0]
    )
}

fn chosen(second: &str, third: &str, hosts: &[&str]) -> Result<Endpoint, DirectError> {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let from = format!("{HOST}/adfs/services/trust/mex").parse().unwrap();
    choose(description(second, third).as_bytes(), &from, &hosts)
}

#[test]
fn the_newer_version_is_preferred() {
    let (old, new) = (
        format!("{HOST}/trust/2005/usernamemixed"),
        format!("{HOST}/trust/13/usernamemixed"),
    );
    let both = chosen(&old, &new, &[]).unwrap();
    assert_eq!(
        (both.url.as_str(), both.version),
        (new.as_str(), Version::Trust13)
    );
    let one = chosen(&old, "", &[]).unwrap();
    assert_eq!(
        (one.url.as_str(), one.version),
        (old.as_str(), Version::Trust2005)
    );
}

/// A password goes to the host that described itself, or to one that the configuration names, over TLS; nowhere else.
#[test]
fn the_password_goes_nowhere_else() {
    for address in [
        "",
        "http://sts.fabrikam.com/trust/13/usernamemixed",
        "https://evil.example/trust/13/usernamemixed",
        "https://sts.fabrikam.com.evil.example/x",
        "https://a:b@sts.fabrikam.com/x",
        "sts.fabrikam.com",
    ] {
        let result = chosen("", address, &[]);
        assert!(matches!(result, Err(DirectError::Endpoint(_))), "{address}");
    }
    // The better one is refused: the lesser one is not a way round that.
    let lesser = format!("{HOST}/trust/2005/usernamemixed");
    assert!(chosen(&lesser, "http://sts.fabrikam.com/x", &[]).is_err());
    let elsewhere = "https://sts2.fabrikam.com/x";
    assert!(chosen("", elsewhere, &["sts3.fabrikam.com"]).is_err());
    assert!(chosen("", elsewhere, &["sts2.fabrikam.com"]).is_ok());
}

#[test]
fn other_documents_are_refused() {
    let from = HOST.parse().unwrap();
    let bomb = "<!DOCTYPE a [<!ENTITY b 'c'>]><wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/'/>";
    for text in ["", "<html/>", bomb, "<definitions/>"] {
        let result = choose(text.as_bytes(), &from, &[]);
        assert!(matches!(result, Err(DirectError::Answer(_))), "{text}");
    }
}
