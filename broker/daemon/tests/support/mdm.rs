//! A small management service, made after the published shapes and not after our own writer.
#![allow(
    dead_code,
    clippy::struct_excessive_bools,
    reason = "not every test needs all of it; a played service has many switches"
)]

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::OctetString;
use der::{Decode, Encode};
use dovetail_shared::encode::{b64, b64url, from_b64, hex_upper};
use rcgen::{CertificateSigningRequestParams, DnType, SerialNumber};
use serde_json::{Value, json};

use super::Fake;

/// The certificate that a client showed.
#[derive(Clone)]
pub struct Shown(pub Option<Vec<u8>>);

type Edit = Box<dyn Fn(String) -> String + Send>;

/// What the service does, and what it saw.
#[derive(Default)]
pub struct Mdm {
    /// The ID token names it.
    pub offered: bool,
    /// HTTP status of the terms page.
    pub terms: Option<u16>,
    /// Fault (subcode, error type) of the next enrollments.
    pub fault: Option<(&'static str, &'static str)>,
    /// Changes the discovery answer.
    pub discovery: Option<Edit>,
    /// Changes the provisioning document.
    pub document: Option<Edit>,
    /// Seconds that certificates live, from an hour ago on.
    pub lifetime: Option<u64>,
    /// Commands of the first answer in a session, `Final` left out.
    pub commands: String,
    /// Every answer has one more question.
    pub endless: bool,
    /// Changes every answer of a session.
    pub answers: Option<Edit>,
    /// Sessions get this status instead.
    pub down: Option<u16>,
    /// The token endpoint refuses.
    pub no_token: bool,
    challenge: String,
    nonce: String,
    /// Certificates that are good.
    pub certificates: Vec<Vec<u8>>,
    /// Every message that came, by device.
    pub messages: Vec<String>,
    /// Context items of the last enrollment.
    pub context: HashMap<String, String>,
    /// Requests of every kind.
    pub requests: u32,
    /// Renewals.
    pub renewals: u32,
    /// The last session said that the device leaves.
    pub left: bool,
}

pub fn routes() -> Router<Arc<Fake>> {
    Router::new()
        .route("/TermsOfUse", get(terms))
        .route("/common/oauth2/token", post(token))
        .route("/common/oauth2/v2.0/token", post(token_v2))
        .route("/EnrollmentServer/Discovery.svc", post(discovery))
        .route("/EnrollmentServer/Policy.svc", post(policy))
        .route("/EnrollmentServer/Enrollment.svc", post(enrollment))
        .route("/dm", post(session))
}

impl Fake {
    pub fn manage(&self) -> String {
        format!("https://manage.dovetail.localhost:{}", self.port)
    }

    /// An ID token that names the service, if there is one.
    pub fn offering(&self, nonce: &str) -> String {
        let offered = self.mdm.lock().unwrap().offered;
        let base = self.manage();
        self.token(nonce, |claims| {
            if offered {
                claims["mdm_enrollment_url"] =
                    json!(format!("{base}/EnrollmentServer/Discovery.svc"));
                claims["mdm_tou_url"] = json!(format!("{base}/TermsOfUse"));
            }
        })
    }

    /// Takes what the page would put into its request.
    pub fn expect_code(&self, managing: &Value) {
        assert_eq!(
            managing["resource"].as_str().unwrap_or_default(),
            format!("{}/", self.manage())
        );
        self.expect_challenge(managing);
    }

    pub fn expect_challenge(&self, errand: &Value) {
        let text = |name: &str| errand[name].as_str().unwrap_or_default().to_owned();
        let mut mdm = self.mdm.lock().unwrap();
        (mdm.challenge, mdm.nonce) = (text("code_challenge"), text("nonce"));
    }
}

async fn terms(State(fake): State<Arc<Fake>>, headers: HeaderMap) -> Response {
    assert!(
        !headers.contains_key("authorization"),
        "the probe has no token"
    );
    let status = fake.mdm.lock().unwrap().terms.unwrap_or(302);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "https://login.dovetail.localhost/")]).into_response()
}

async fn token_v2(
    State(fake): State<Arc<Fake>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    super::sso::token(&fake, 2, &form, &headers)
}

async fn token(
    State(fake): State<Arc<Fake>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if form["grant_type"].ends_with(":device_code") {
        return super::device_code::token(&fake, &form);
    }
    if form["grant_type"] != "authorization_code" {
        return super::sso::token(&fake, 1, &form, &headers);
    }
    let (nonce, good) = {
        let mut mdm = fake.mdm.lock().unwrap();
        mdm.requests += 1;
        let verifier = form.get("code_verifier").cloned().unwrap_or_default();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let good = b64url(hash) == mdm.challenge && form["code"] == "code" && !mdm.no_token;
        mdm.challenge.clear();
        (mdm.nonce.clone(), good)
    };
    if !good {
        let error = json!({"error": "invalid_grant", "error_description": "AADSTS54005: redeemed", "error_codes": [54005]});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let client = form["client_id"].clone();
    let id_token = fake.token(&nonce, |claims| claims["aud"] = json!(client));
    Json(json!({"token_type": "Bearer", "expires_in": "3599", "resource": form["resource"], "access_token": "eyJ.access.token",
        "refresh_token": "refresh", "id_token": id_token}))
    .into_response()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(inner, _)| inner)
}

fn envelope(status: u16, action: &str, body: &str) -> Response {
    let text = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>\
         <a:Action s:mustUnderstand=\"1\">{action}</a:Action></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    );
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/soap+xml")], text).into_response()
}

async fn discovery(State(fake): State<Arc<Fake>>, body: String) -> Response {
    let base = fake.manage();
    let mut mdm = fake.mdm.lock().unwrap();
    mdm.requests += 1;
    assert!(
        body.contains("IDiscoveryService/Discover<")
            && body.contains("<AuthPolicy>Federated</AuthPolicy>"),
        "{body}"
    );
    let answer = format!(
        "<DiscoverResponse xmlns=\"http://schemas.microsoft.com/windows/management/2012/01/enrollment\"><DiscoverResult><AuthPolicy>Federated</AuthPolicy>\
         <EnrollmentVersion>4.0</EnrollmentVersion><EnrollmentPolicyServiceUrl>{base}/EnrollmentServer/Policy.svc</EnrollmentPolicyServiceUrl>\
         <EnrollmentServiceUrl>{base}/EnrollmentServer/Enrollment.svc</EnrollmentServiceUrl></DiscoverResult></DiscoverResponse>"
    );
    let answer = mdm
        .discovery
        .as_ref()
        .map_or(answer.clone(), |edit| edit(answer));
    envelope(200, "DiscoverResponse", &answer)
}

async fn policy(State(fake): State<Arc<Fake>>, body: String) -> Response {
    fake.mdm.lock().unwrap().requests += 1;
    assert!(
        body.contains(&b64("eyJ.access.token")),
        "the token is encoded once more"
    );
    let answer = "<GetPoliciesResponse xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy\"><response><policies><policy><attributes>\
        <privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength></privateKeyAttributes></attributes></policy></policies></response></GetPoliciesResponse>";
    envelope(200, "GetPoliciesResponse", answer)
}

/// The request inside a renewal's CMS.
fn inner(cms: &[u8]) -> Vec<u8> {
    let info = ContentInfo::from_der(cms).unwrap();
    let data = SignedData::from_der(&info.content.to_der().unwrap()).unwrap();
    let content = data.encap_content_info.econtent.unwrap();
    OctetString::from_der(&content.to_der().unwrap())
        .unwrap()
        .into_bytes()
}

async fn enrollment(
    State(fake): State<Arc<Fake>>,
    Extension(Shown(shown)): Extension<Shown>,
    body: String,
) -> Response {
    let base = fake.manage();
    let mut mdm = fake.mdm.lock().unwrap();
    mdm.requests += 1;
    if let Some((subcode, kind)) = mdm.fault {
        let detail = if kind.is_empty() {
            String::new()
        } else {
            format!(
                "<s:Detail><DeviceEnrollmentServiceError xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\"><ErrorType>{kind}</ErrorType>\
                     <Message>said so</Message><TraceId>trace-1</TraceId></DeviceEnrollmentServiceError></s:Detail>"
            )
        };
        let fault = format!(
            "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-us\">no</s:Text></s:Reason>{detail}</s:Fault>"
        );
        return envelope(500, "fault", &fault);
    }
    let renewal = body.contains("200512/Renew");
    let token = between(&body, "base64binary\">", "<");
    let request = body
        .rsplit_once("base64binary\">")
        .map_or("", |(_, rest)| rest);
    let bytes = from_b64(request.split('<').next().unwrap()).unwrap();
    let csr = if renewal {
        let shown = shown.unwrap();
        assert!(
            mdm.certificates.contains(&shown),
            "a renewal shows the present certificate"
        );
        mdm.renewals += 1;
        inner(&bytes)
    } else {
        assert_eq!(token, b64("eyJ.access.token"));
        bytes
    };
    for item in body.split("<ac:ContextItem Name=\"").skip(1) {
        let name = item.split('"').next().unwrap().to_owned();
        mdm.context
            .insert(name, between(item, "<ac:Value>", "<").to_owned());
    }
    let mut csr = CertificateSigningRequestParams::from_der(&csr.into()).unwrap();
    csr.params.distinguished_name = rcgen::DistinguishedName::new();
    csr.params
        .distinguished_name
        .push(DnType::CommonName, "managed-1");
    csr.params.serial_number = Some(SerialNumber::from(uuid::Uuid::new_v4().as_bytes().to_vec()));
    let now = std::time::SystemTime::now();
    let begin = now - std::time::Duration::from_hours(1);
    csr.params.not_before = begin.into();
    csr.params.not_after =
        (begin + std::time::Duration::from_secs(mdm.lifetime.unwrap_or(86_400 * 365))).into();
    let certificate = csr.signed_by(&fake.issuer).unwrap().der().to_vec();
    mdm.certificates.push(certificate.clone());
    let document = document(&base, &certificate);
    let document = mdm
        .document
        .as_ref()
        .map_or(document.clone(), |edit| edit(document));
    let answer = format!(
        "<RequestSecurityTokenResponseCollection xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\"><RequestSecurityTokenResponse>\
         <TokenType>http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken</TokenType>\
         <DispositionMessage xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\"/><RequestedSecurityToken><BinarySecurityToken \
         xmlns=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
         ValueType=\"http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc\" \
         EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#base64binary\">{}</BinarySecurityToken></RequestedSecurityToken>\
         <RequestID xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\">0</RequestID></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>",
        b64(document)
    );
    envelope(200, "RSTRC/wstep", &answer)
}

/// A provisioning document with this certificate (DER).
pub fn document(base: &str, certificate: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
    let (thumbprint, text) = (hex_upper(hash.as_ref()), b64(certificate));
    format!(
        "<wap-provisioningdoc version=\"1.1\"><characteristic type=\"CertificateStore\"><characteristic type=\"My\"><characteristic type=\"System\">\
         <characteristic type=\"{thumbprint}\"><parm name=\"EncodedCertificate\" value=\"{text}\"/><characteristic type=\"PrivateKeyContainer\"/></characteristic></characteristic>\
         <characteristic type=\"WSTEP\"><characteristic type=\"Renew\"><parm name=\"ROBOSupport\" value=\"true\" datatype=\"boolean\"/><parm name=\"RenewPeriod\" value=\"60\" datatype=\"integer\"/>\
         <parm name=\"RetryInterval\" value=\"4\" datatype=\"integer\"/></characteristic></characteristic></characteristic></characteristic>\
         <characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/><parm name=\"PROVIDER-ID\" value=\"Lab\"/><parm name=\"NAME\" value=\"Lab\"/><parm name=\"ADDR\" value=\"{base}/dm\"/>\
         <parm name=\"BACKCOMPATRETRYDISABLED\"/><parm name=\"SSLCLIENTCERTSEARCHCRITERIA\" value=\"Subject=CN%3Dmanaged-1&amp;Stores=My%5CSystem\"/></characteristic>\
         <characteristic type=\"DMClient\"><characteristic type=\"Provider\"><characteristic type=\"Lab\"><parm name=\"EntDMID\" value=\"managed-1\"/><characteristic type=\"Poll\">\
         <parm name=\"NumberOfFirstRetries\" value=\"8\"/><parm name=\"IntervalForFirstSetOfRetries\" value=\"15\"/></characteristic></characteristic></characteristic></characteristic></wap-provisioningdoc>"
    )
}

async fn session(
    State(fake): State<Arc<Fake>>,
    Extension(Shown(shown)): Extension<Shown>,
    body: String,
) -> Response {
    let base = fake.manage();
    let mut mdm = fake.mdm.lock().unwrap();
    mdm.requests += 1;
    if let Some(status) = mdm.down {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    if !shown.is_some_and(|shown| mdm.certificates.contains(&shown)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    mdm.messages.push(body.clone());
    let (number, id) = (
        between(&body, "<MsgID>", "<"),
        between(&body, "<SessionID>", "<"),
    );
    let device = between(&body, "<Source><LocURI>", "<");
    if body.contains("mdm.unenrollment.userrequest") {
        mdm.left = true;
        mdm.certificates.clear();
    }
    let commands = if mdm.endless {
        "<Get><CmdID>5</CmdID><Item><Target><LocURI>./DevInfo/DevId</LocURI></Target></Item></Get>"
            .to_owned()
    } else if number == "1" {
        mdm.commands.clone()
    } else {
        String::new()
    };
    let answer = format!(
        "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>{id}</SessionID><MsgID>{number}</MsgID>\
         <Target><LocURI>{device}</LocURI></Target><Source><LocURI>{base}/dm</LocURI></Source></SyncHdr><SyncBody>\
         <Status><CmdID>1</CmdID><MsgRef>{number}</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>{commands}<Final/></SyncBody></SyncML>"
    );
    let answer = mdm
        .answers
        .as_ref()
        .map_or(answer.clone(), |edit| edit(answer));
    ([("content-type", "application/vnd.syncml.dm+xml")], answer).into_response()
}
