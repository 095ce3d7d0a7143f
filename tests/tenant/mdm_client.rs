//! A management client made of the published messages (`tests/fixtures/mdm`) and text search: shares no reader with what it tests.

use std::collections::BTreeMap;

use dovetail_shared::encode::{b64, from_b64, hex_upper};
use dovetail_tests::sign_in::Visitor;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use url::Url;

use crate::stage::{Machine, Stage, register};

pub(crate) const SOAP: &str = "application/soap+xml; charset=utf-8";
pub(crate) const SYNCML: &str = "application/vnd.syncml.dm+xml; charset=utf-8";
/// What a token for management allows.
const SCOPE: &str = "mdm_delegation";

/// A message of the fixtures.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/mdm/", $name))
    };
}
pub(crate) use fixture;

/// The text between two others, at its first place.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?
        .1
        .split_once(after)
        .map(|(found, _)| found)
}

/// Every text between two others.
pub(crate) fn all_between(text: &str, before: &str, after: &str) -> Vec<String> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split_once(after))
        .map(|(found, _)| found.to_owned())
        .collect()
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Answer {
    /// Subcode and error type of a fault.
    pub(crate) fn fault(&self) -> (String, String) {
        assert_eq!(self.status, 500, "{}", self.text);
        let code = between(&self.text, "<s:Subcode><s:Value>", "<").unwrap_or_default();
        let kind = between(&self.text, "<ErrorType>", "<").unwrap_or_default();
        (code.to_owned(), kind.to_owned())
    }
}

pub(crate) async fn post(
    visitor: &Visitor,
    url: Url,
    kind: &str,
    body: impl Into<Vec<u8>>,
) -> Answer {
    let response = visitor.send(url, kind, &[], body.into()).await.unwrap();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    Answer {
        status: response.status().as_u16(),
        headers,
        text: response.text().await.unwrap(),
    }
}

/// Ten megabytes are refused by their announced length, or by cutting the connection: the rest is never read.
pub(crate) async fn too_long(visitor: &Visitor, url: Url, kind: &str) {
    let body = vec![b'<'; 10 * 1024 * 1024];
    if let Ok(response) = visitor.send(url, kind, &[], body).await {
        assert_eq!(response.status().as_u16(), 413);
    }
}

impl Stage {
    /// The object id of a person.
    pub(crate) fn user_id(&self, upn: &str) -> String {
        let users: Vec<Value> =
            serde_json::from_str(&self.tenant.run(&["user", "list", "--json"])).unwrap();
        let user = users.iter().find(|user| user["upn"] == upn).unwrap();
        user["id"].as_str().unwrap().to_owned()
    }

    /// An access token for management, with changes.
    pub(crate) async fn mdm_token(&self, upn: &str, change: impl FnOnce(&mut Value)) -> String {
        let tenant = self.tenant.value("tenant_id");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let mut claims = json!({
            "aud": self.tenant.value("mdm_resource"), "iss": format!("https://sts.windows.net/{tenant}/"), "iat": now, "nbf": now, "exp": now + 3600,
            "tid": tenant, "oid": self.user_id(upn), "sub": "sub", "upn": upn, "unique_name": upn, "name": "name", "amr": ["pwd"],
            "appid": "29d9ed98-a469-4536-ade2-f981bc1d605e", "scp": SCOPE, "ver": "1.0",
        });
        change(&mut claims);
        self.signed(|_| {}, &serde_json::to_vec(&claims).unwrap())
            .await
    }

    /// Registers a device for a person and gives its id.
    pub(crate) async fn device(&self, upn: &str) -> String {
        let token = self.id_token(upn).await;
        let (status, answer) = register(self, &token, &Machine::new().request(|_| {})).await;
        assert_eq!(status, 200, "{answer}");
        let der = from_b64(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap();
        let (_, certificate) = x509_parser::parse_x509_certificate(&der).unwrap();
        let name = certificate.subject().iter_common_name().next().unwrap();
        name.as_str().unwrap().to_owned()
    }

    /// Fills in what every message says.
    pub(crate) fn fill(&self, message: &str, values: &[(&str, &str)]) -> String {
        let mut text = message.replace("@MANAGE@", self.tenant.value("manage"));
        for (name, value) in values {
            text = text.replace(name, value);
        }
        assert!(
            !text.contains('@') || text.contains("contoso.com"),
            "{text}"
        );
        text
    }

    pub(crate) async fn soap(&self, service: &str, body: impl Into<Vec<u8>>) -> Answer {
        let url = self.url("manage", &format!("/EnrollmentServer/{service}.svc"));
        post(&self.visitor(), url, SOAP, body).await
    }

    /// An enrollment request for that device and key.
    pub(crate) fn rst(&self, token: &str, device: &str, request: &[u8], terms: &str) -> String {
        self.fill(
            fixture!("rst-issue.xml"),
            &[
                ("@TOKEN@", &b64(token)),
                ("@REQUEST@", &b64(request)),
                ("@DEVICE@", device),
                ("@TERMS@", terms),
            ],
        )
    }

    /// Registers and enrolls a device of that person (who need not accept terms).
    pub(crate) async fn enrolled(&self, upn: &str) -> Enrolled {
        let device = self.device(upn).await;
        let token = self.mdm_token(upn, |_| {}).await;
        self.enroll(
            &token,
            &device,
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
        )
        .await
    }

    pub(crate) async fn enroll(&self, token: &str, device: &str, key: KeyPair) -> Enrolled {
        let answer = self
            .soap("Enrollment", self.rst(token, device, &csr(&key), ""))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Enrolled::read(&answer, device, key)
    }

    /// The commands that were queued for a device.
    pub(crate) fn commands(&self, id: &str) -> Vec<Value> {
        let list = self.tenant.run(&["mdm", "command", "list", id, "--json"]);
        serde_json::from_str(&list).unwrap()
    }

    /// A managed device as the administrator sees it.
    pub(crate) fn managed(&self, id: &str) -> Value {
        let show = self.tenant.run(&["mdm", "device", "show", id, "--json"]);
        serde_json::from_str(&show).unwrap()
    }

    /// The directory's object of a device.
    pub(crate) fn object(&self, id: &str) -> Value {
        let devices = self.tenant.devices();
        devices
            .into_iter()
            .find(|device| device["DeviceId"] == id)
            .unwrap()
    }
}

/// A PKCS#10 request.
pub(crate) fn csr(key: &KeyPair) -> Vec<u8> {
    let params = CertificateParams::default();
    params.serialize_request(key).unwrap().der().to_vec()
}

/// An enrolled device.
pub(crate) struct Enrolled {
    /// In the directory.
    pub(crate) device: String,
    /// In the management.
    pub(crate) id: String,
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: KeyPair,
    pub(crate) document: String,
}

impl Enrolled {
    pub(crate) fn read(answer: &Answer, device: &str, key: KeyPair) -> Self {
        let token = between(
            &answer.text,
            "<BinarySecurityToken",
            "</BinarySecurityToken>",
        )
        .unwrap();
        let document = from_b64(token.split_once('>').unwrap().1).unwrap();
        let document = String::from_utf8(document).unwrap();
        let own = document.split_once("type=\"My\"").unwrap().1;
        let certificate = between(own, "name=\"EncodedCertificate\" value=\"", "\"").unwrap();
        Self {
            device: device.to_owned(),
            id: between(&document, "name=\"EntDMID\" value=\"", "\"")
                .unwrap()
                .to_owned(),
            certificate: from_b64(certificate).unwrap(),
            key,
            document,
        }
    }

    pub(crate) fn thumbprint(&self) -> String {
        let sha1 = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
        hex_upper(aws_lc_rs::digest::digest(sha1, &self.certificate).as_ref())
    }

    /// A session of this device's.
    pub(crate) fn session<'a>(&'a self, stage: &'a Stage, id: &str) -> Session<'a> {
        Session {
            stage,
            visitor: stage.visitor_with(&self.certificate, &self.key),
            device: self.device.clone(),
            id: id.to_owned(),
            msg: 0,
            values: values(),
            statuses: BTreeMap::new(),
            log: Vec::new(),
        }
    }
}

/// What a good device says of itself.
fn values() -> BTreeMap<String, String> {
    [
        ("./DevDetail/SwV", "12.5"),
        (
            "./DevDetail/Ext/Microsoft/OSPlatform",
            "Debian GNU/Linux 12 (bookworm)",
        ),
        (
            "./Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance",
            "1",
        ),
        ("./Vendor/MSFT/DeviceStatus/Firewall/Status", "0"),
    ]
    .map(|(uri, value)| (uri.to_owned(), value.to_owned()))
    .into()
}

/// A command that the server gave.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) verb: String,
    pub(crate) id: String,
    pub(crate) uri: String,
    pub(crate) data: String,
    /// Number of the Atomic around it.
    pub(crate) atomic: Option<String>,
}

/// A session, message by message.
pub(crate) struct Session<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) visitor: Visitor,
    pub(crate) device: String,
    pub(crate) id: String,
    pub(crate) msg: u32,
    /// The device's tree: what is not in it is answered 404.
    pub(crate) values: BTreeMap<String, String>,
    /// Statuses other than 200 for what is set.
    pub(crate) statuses: BTreeMap<String, u16>,
    /// Every command that came, in order.
    pub(crate) log: Vec<Command>,
}

impl Session<'_> {
    pub(crate) fn url(&self) -> Url {
        self.stage
            .url("manage", "/dm?mode=Maintenance&Platform=WoA")
    }

    pub(crate) fn package1(&self) -> String {
        let session = format!("<SessionID>{}</SessionID>", self.id);
        self.stage.fill(
            fixture!("syncml-package1.xml"),
            &[
                ("@DEVICE@", &self.device),
                ("<SessionID>1</SessionID>", &session),
            ],
        )
    }

    pub(crate) async fn send(&self, message: impl Into<Vec<u8>>) -> Answer {
        post(&self.visitor, self.url(), SYNCML, message).await
    }

    /// Sends the first message; `None` when there is no place. What was answered is said again by [`Self::run`].
    pub(crate) async fn place(&self) -> Option<()> {
        let answer = self.send(self.package1()).await;
        assert!([200, 429].contains(&answer.status), "{}", answer.text);
        (answer.status == 200).then_some(())
    }

    /// Runs to the end: until the server has no more commands. Gives its last message.
    pub(crate) async fn run(&mut self) -> String {
        self.msg = 1;
        let mut answer = self.send(self.package1()).await;
        for _ in 0..20 {
            assert_eq!(answer.status, 200, "{}", answer.text);
            let commands = commands(&answer.text);
            if commands.is_empty() {
                return answer.text;
            }
            let reply = self.reply(&answer.text, &commands);
            self.log.extend(commands);
            answer = self.send(reply).await;
        }
        panic!("the session does not end");
    }

    /// The message that answers the server's.
    pub(crate) fn reply(&mut self, server: &str, commands: &[Command]) -> String {
        let msg_ref = between(server, "<MsgID>", "<").unwrap();
        let mut body = vec![format!(
            "<MsgRef>{msg_ref}</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data>"
        )];
        let mut results = Vec::new();
        for command in commands {
            let (id, verb, uri) = (&command.id, &command.verb, &command.uri);
            let value = self.values.get(uri).cloned();
            let status = match (verb.as_str(), value) {
                ("Get", Some(value)) => {
                    results.push(format!(
                        "<MsgRef>{msg_ref}</MsgRef><CmdRef>{id}</CmdRef><Item><Source><LocURI>{uri}</LocURI></Source>\
                         <Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>{value}</Data></Item>"
                    ));
                    200
                }
                ("Get", None) => 404,
                ("Delete", _) => {
                    self.values.remove(uri);
                    200
                }
                _ => self.statuses.get(uri).copied().unwrap_or(200),
            };
            if ["Replace", "Add"].contains(&verb.as_str()) && status == 200 {
                self.values.insert(uri.clone(), command.data.clone());
            }
            body.push(format!(
                "<MsgRef>{msg_ref}</MsgRef><CmdRef>{id}</CmdRef><Cmd>{verb}</Cmd><Data>{status}</Data>"
            ));
        }
        let statuses = body.iter().map(|inner| ("Status", inner));
        let elements = statuses.chain(results.iter().map(|inner| ("Results", inner)));
        let body: Vec<String> = elements
            .enumerate()
            .map(|(index, (name, inner))| {
                format!("<{name}><CmdID>{}</CmdID>{inner}</{name}>", index + 1)
            })
            .collect();
        self.msg += 1;
        self.message(&body.concat())
    }

    /// A message with that body, in its place.
    pub(crate) fn message(&self, body: &str) -> String {
        format!(
            "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>{}</SessionID><MsgID>{}</MsgID>\
             <Target><LocURI>{}/dm</LocURI></Target><Source><LocURI>{}</LocURI></Source></SyncHdr><SyncBody>{body}<Final/></SyncBody></SyncML>",
            self.id,
            self.msg,
            self.stage.tenant.value("manage"),
            self.device,
        )
    }

    /// What was set at an address, the last time.
    pub(crate) fn set(&self, uri: &str) -> Option<&Command> {
        self.log
            .iter()
            .rev()
            .find(|command| command.verb == "Replace" && command.uri.ends_with(uri))
    }
}

/// The commands of a server's message, Atomics and what is in them one after the other.
pub(crate) fn commands(message: &str) -> Vec<Command> {
    let (mut commands, mut rest, mut atomic) = (Vec::new(), message, None);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        if rest.starts_with("/Atomic>") {
            atomic = None;
        }
        if ["Get", "Replace", "Add", "Delete", "Exec", "Atomic"].contains(&name.as_str()) {
            let id = between(rest, "<CmdID>", "<").unwrap().to_owned();
            if name == "Atomic" {
                atomic = Some(id.clone());
            }
            let whole = rest.split_once(&format!("</{name}>")).unwrap().0;
            let inside = name != "Atomic";
            let text = |before, after| {
                let found = between(whole, before, after).filter(|_| inside);
                found.unwrap_or_default().to_owned()
            };
            commands.push(Command {
                uri: text("<LocURI>", "<"),
                data: text("<Data>", "<")
                    .replace("&quot;", "\"")
                    .replace("&apos;", "'"),
                atomic: atomic.clone().filter(|_| inside),
                verb: name,
                id,
            });
        }
    }
    commands
}
