//! A sign-in service that speaks WS-Trust (usernamemixed), over TLS with a certificate of the lab's CA. It can misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dovetail_shared::UnixTime;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::assertion::{Assertion, Key};
use crate::lab::Lab;
use crate::site::tls;

/// Its name: the daemon finds it on this machine.
const NAME: &str = "sts.dovetail.localhost";
/// Who it says that it is in its assertions.
const ISSUER: &str = "http://sts.dovetail.localhost/adfs/services/trust";
/// The one good password.
pub const PASSWORD: &str = "pa<ss&\"w\u{f6}rd'";

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As it should; WS-Trust 1.3 is offered beside 2005.
    Good,
    /// As it should, but it knows 2005 only.
    Old,
    /// Its description names an address without TLS.
    Insecure,
    /// Its description names another host.
    Elsewhere,
    /// It answers each request with a fault that is not about the password.
    Fault,
    /// It answers with a web page.
    Page,
}

/// The running service.
#[derive(Debug)]
pub struct TrustService {
    /// `https://sts.dovetail.localhost:PORT`
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    url: String,
    key: Key,
    manner: Mutex<Manner>,
    people: BTreeMap<String, String>,
    seen: Mutex<Vec<String>>,
}

impl TrustService {
    /// Starts it, and has the tenant believe it about `fabrikam.com`.
    pub fn start(lab: &Lab) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{NAME}:{}", listener.local_addr().unwrap().port());
        let people = ["nestor@fabrikam.com", "isaiah@fabrikam.com"]
            .map(|upn| (upn.to_owned(), lab.tenant.immutable_id(upn)));
        let shared = Arc::new(Shared {
            url: url.clone(),
            key: Key::new(NAME),
            manner: Mutex::new(Manner::Good),
            people: people.into(),
            seen: Mutex::default(),
        });
        let file = lab.dir().join("sts.pem");
        std::fs::write(&file, &shared.key.certificate_pem).unwrap();
        lab.tenant.run(&[
            "domain",
            "add",
            "fabrikam.com",
            "--federated",
            "--passive-url",
            &format!("{url}/adfs/ls/"),
            "--active-url",
            &format!("{url}/trust/2005/usernamemixed"),
            "--mex-url",
            &format!("{url}/mex"),
            "--issuer",
            ISSUER,
            "--certificate",
            &file.display().to_string(),
        ]);
        let tls = Arc::new(tls(lab.dir(), &[NAME]));
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tls, shared) = (Arc::clone(&tls), Arc::clone(&serving));
                std::thread::spawn(move || answer(stream.unwrap(), tls, &shared));
            }
        });
        Self { url, shared }
    }

    /// From now on it behaves like this.
    pub fn behave(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// Paths of the requests so far.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }
}

/// One request per connection. A client that goes away is not this service's failure.
fn answer(stream: TcpStream, tls: Arc<ServerConfig>, shared: &Shared) {
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut reader = BufReader::new(StreamOwned::new(
        ServerConnection::new(tls).unwrap(),
        stream,
    ));
    let mut length = 0;
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut action = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "soapaction" => value.trim().clone_into(&mut action),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    shared.seen.lock().unwrap().push(path.clone());
    let (status, kind, text) = shared.respond(&path, &action, &String::from_utf8(body).unwrap());
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes()).ok();
    stream.write_all(text.as_bytes()).ok();
    stream.conn.send_close_notify();
    stream.flush().ok();
}

const NEW: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const OLD: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
const SOAP: &str = "application/soap+xml; charset=utf-8";

impl Shared {
    fn respond(&self, path: &str, action: &str, body: &str) -> (u16, &'static str, String) {
        let manner = *self.manner.lock().unwrap();
        let (space, name) = match path {
            "/mex" => return (200, SOAP, self.description(manner)),
            "/trust/13/usernamemixed" => (NEW, "RequestSecurityTokenResponseCollection"),
            "/trust/2005/usernamemixed" => (OLD, ""),
            _ => return (404, "text/plain", String::new()),
        };
        assert_eq!(action, format!("{space}/RST/Issue"));
        match manner {
            Manner::Fault => return (500, SOAP, fault("InvalidScope", "ID3082: no")),
            Manner::Page => return (200, "text/html", "<html>maintenance</html>".to_owned()),
            Manner::Good | Manner::Old | Manner::Insecure | Manner::Elsewhere => {}
        }
        let upn = between(body, "<o:Username>", "</o:Username>");
        let password = between(body, "#PasswordText\">", "</o:Password>")
            .replace("&lt;", "<")
            .replace("&quot;", "\"")
            .replace("&gt;", ">")
            .replace("&apos;", "'")
            .replace("&amp;", "&");
        let Some(id) = self.people.get(upn).filter(|_| password == PASSWORD) else {
            let text = fault("FailedAuthentication", "ID3242: not authenticated");
            return (500, SOAP, text);
        };
        assert!(body.contains("<a:Address>urn:federation:MicrosoftOnline</a:Address>"));
        let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let now = UnixTime(i64::try_from(since).unwrap());
        let token = Assertion::new(ISSUER, upn, id, now).signed(&self.key);
        let response = format!(
            "<t:RequestSecurityTokenResponse xmlns:t=\"{space}\"><t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType><t:RequestedSecurityToken>{token}</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"
        );
        let response = if name.is_empty() {
            response
        } else {
            format!("<t:{name} xmlns:t=\"{space}\">{response}</t:{name}>")
        };
        (200, SOAP, envelope(&response))
    }

    fn description(&self, manner: Manner) -> String {
        let good = |path: &str| format!("{}{path}", self.url);
        let new = match manner {
            Manner::Insecure => good("/trust/13/usernamemixed").replace("https:", "http:"),
            Manner::Elsewhere => "https://evil.example/trust/13/usernamemixed".to_owned(),
            _ => good("/trust/13/usernamemixed"),
        };
        let mut parts = vec![endpoint(
            "Old",
            "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
            OLD,
            &good("/trust/2005/usernamemixed"),
        )];
        if manner != Manner::Old {
            let space = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
            parts.push(endpoint("New", space, NEW, &new));
        }
        let all = |index: usize| {
            parts
                .iter()
                .map(|part| part[index].as_str())
                .collect::<String>()
        };
        format!(
            "<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\" \
             xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" xmlns:tns=\"urn:t\">{}{}<wsdl:service name=\"S\">{}</wsdl:service></wsdl:definitions>",
            all(0),
            all(1),
            all(2)
        )
    }
}

/// Policy, binding and port.
fn endpoint(name: &str, policy: &str, trust: &str, address: &str) -> [String; 3] {
    [
        format!(
            "<wsp:Policy wsu:Id=\"{name}_policy\"><wsp:ExactlyOne><wsp:All><sp:TransportBinding xmlns:sp=\"{policy}\"/>\
             <sp:SignedSupportingTokens xmlns:sp=\"{policy}\"><wsp:Policy><sp:UsernameToken/></wsp:Policy></sp:SignedSupportingTokens></wsp:All></wsp:ExactlyOne></wsp:Policy>"
        ),
        format!(
            "<wsdl:binding name=\"{name}\" type=\"tns:T\"><wsp:PolicyReference URI=\"#{name}_policy\"/><wsdl:operation name=\"Issue\"><soap12:operation soapAction=\"{trust}/RST/Issue\"/></wsdl:operation></wsdl:binding>"
        ),
        format!(
            "<wsdl:port name=\"{name}\" binding=\"tns:{name}\"><soap12:address location=\"{address}\"/></wsdl:port>"
        ),
    ]
}

fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn fault(subcode: &str, reason: &str) -> String {
    envelope(&format!(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">a:{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en\">{reason}</s:Text></s:Reason></s:Fault>"
    ))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before)
        .nth(1)
        .and_then(|rest| rest.split(after).next())
        .unwrap_or_default()
}
