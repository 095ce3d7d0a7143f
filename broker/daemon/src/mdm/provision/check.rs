//! The meaning: which certificate, which service, which schedule, and what is left over.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use dovetail_shared::encode::{from_b64, hex_upper};
use dovetail_shared::{Code, UnixTime};
use serde::{Deserialize, Serialize};
use url::Url;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Document, Parm, poll};
use crate::config;
use crate::mdm::address;
use crate::mdm::error::MdmError;
use crate::mdm::node::Poll;

/// Seconds that the service's clock may be ahead of ours.
const LEEWAY: i64 = 300;
/// Left-overs that are listed.
const MAX_LEFT: usize = 32;

/// What is put in place.
#[derive(Debug)]
pub struct Provisioned {
    /// The management certificate, DER.
    pub certificate: Vec<u8>,
    /// Upper-case hex SHA-1 of it.
    pub thumbprint: String,
    /// Its begin.
    pub not_before: UnixTime,
    /// Its end.
    pub not_after: UnixTime,
    /// When and how it is renewed.
    pub renewal: Renewal,
    /// Who manages, and where; a renewal may leave it out.
    pub application: Option<Application>,
    /// `EntDMID`: the service's id for this device.
    pub ent_dm_id: Option<String>,
    /// `AADResourceID`
    pub resource: Option<String>,
    /// How often it asks; a renewal may leave it out.
    pub poll: Option<Poll>,
    /// Settings that came along: sign-in policy and policies.
    pub settings: Vec<Parm>,
    /// What nobody here knows: reported, not an error.
    pub left: Vec<String>,
}

/// `My/WSTEP/Renew`. Days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// `RenewPeriod`: so long before the certificate's end.
    pub period: u32,
    /// `RetryInterval`: again after so long, where it failed.
    pub retry: u32,
}

/// As in the specification's samples.
impl Default for Renewal {
    fn default() -> Self {
        Self {
            period: 60,
            retry: 4,
        }
    }
}

/// `APPLICATION` w7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// `PROVIDER-ID`
    pub provider: String,
    /// `ADDR`: where sessions go.
    pub address: Url,
}

/// What the document is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// PKCS#1 of the key that the request was made for.
    pub key: &'a [u8],
    /// Discovery address: the service may name its own host or one below.
    pub base: &'a Url,
    /// Configured hosts.
    pub config: &'a config::Management,
    /// This machine's clock.
    pub now: UnixTime,
}

fn refuse<T>(code: Code, why: &'static str) -> Result<T, MdmError> {
    Err(MdmError::Provision(code, why))
}

/// Checks the whole document. Nothing of it is used unless all of it is good.
pub fn check(document: Document, expect: Expect<'_>) -> Result<Provisioned, MdmError> {
    for kind in ["CertificateStore", "APPLICATION", "DMClient"] {
        let same = |name: &&String| name.eq_ignore_ascii_case(kind);
        if document.outermost.iter().filter(same).count() > 1 {
            return refuse(code_of(kind), "has a part twice");
        }
    }
    let (mut store, mut application, mut client) = (Vec::new(), Vec::new(), Vec::new());
    let (mut settings, mut left) = (Vec::new(), Vec::new());
    for parm in document.parms {
        let outermost = parm.path.first().map(|name| name.to_ascii_lowercase());
        match outermost.as_deref() {
            Some("certificatestore") => store.push(parm),
            Some("application") => application.push(parm),
            Some("dmclient") => client.push(parm),
            Some("passportforwork" | "policy") => settings.push(parm),
            _ if left.len() < MAX_LEFT => {
                left.push(format!("{}/{}", parm.path.join("/"), parm.name));
            }
            _ => {}
        }
    }
    let (certificate, renewal) = certificates(&store, &mut left)?;
    let (thumbprint, not_before, not_after) = own(&certificate, expect)?;
    let application = if application.is_empty() {
        None
    } else {
        Some(service(&application, &certificate, expect)?)
    };
    let client = dm_client(&client, application.as_ref(), &mut left)?;
    Ok(Provisioned {
        certificate,
        thumbprint,
        not_before,
        not_after,
        renewal,
        application,
        ent_dm_id: client.ent_dm_id,
        resource: client.resource,
        poll: client.poll,
        settings,
        left,
    })
}

fn code_of(kind: &str) -> Code {
    match kind {
        "CertificateStore" => Code::MDM_PROVISION_CERTIFICATES,
        "APPLICATION" => Code::MDM_PROVISION_APPLICATION,
        _ => Code::MDM_PROVISION_CLIENT,
    }
}

/// At most one root, one intermediate; exactly one certificate of ours. Each stands under its own thumbprint.
///
/// Root and intermediate are looked at and not kept: whom this machine trusts is in its configuration, and nothing from an
/// MDM goes into a store of the system.
fn certificates(parms: &[Parm], left: &mut Vec<String>) -> Result<(Vec<u8>, Renewal), MdmError> {
    const CODE: Code = Code::MDM_PROVISION_CERTIFICATES;
    let (mut roots, mut intermediates, mut own) = (0_u32, 0_u32, None);
    let mut renewal = Renewal::default();
    for parm in parms {
        if parm.is_in(&["CertificateStore", "My", "WSTEP", "Renew"]) {
            let days = || match parm.value.parse::<u32>() {
                Ok(days) if (1..=3650).contains(&days) => Ok(days),
                _ => refuse(CODE, "has times of renewal that make no sense"),
            };
            match parm.name.as_str() {
                "RenewPeriod" => renewal.period = days()?,
                "RetryInterval" => renewal.retry = days()?,
                _ => {}
            }
            continue;
        }
        let place: Vec<String> = parm
            .path
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let (store, thumbprint) = match (place.as_slice(), parm.name.as_str()) {
            (
                [_, store @ ("root" | "ca"), "system", thumbprint]
                | [_, store @ "my", "user" | "system", thumbprint],
                "EncodedCertificate",
            ) => (*store, *thumbprint),
            // How Windows keeps the key is no matter here.
            ([_, "my", _, _, "privatekeycontainer"], _) => continue,
            _ => {
                left.push(format!("{}/{}", parm.path.join("/"), parm.name));
                continue;
            }
        };
        let text: String = parm.value.split_ascii_whitespace().collect();
        let Ok(der) = from_b64(&text) else {
            return refuse(CODE, "has a certificate that is not base64");
        };
        let real = hex_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref());
        if !real.eq_ignore_ascii_case(thumbprint) {
            return refuse(CODE, "has a certificate under another one's thumbprint");
        }
        match store {
            "root" => roots = roots.saturating_add(1),
            "ca" => intermediates = intermediates.saturating_add(1),
            _ if own.replace(der).is_some() => {
                return refuse(CODE, "has two certificates for this device");
            }
            _ => {}
        }
    }
    if roots > 1 || intermediates > 1 {
        return refuse(CODE, "has more than one root or intermediate");
    }
    match own {
        Some(own) => Ok((own, renewal)),
        None => refuse(CODE, "has no certificate for this device"),
    }
}

/// The certificate is for our key and good now.
fn own(der: &[u8], expect: Expect<'_>) -> Result<(String, UnixTime, UnixTime), MdmError> {
    const CODE: Code = Code::MDM_PROVISION_CERTIFICATES;
    let Ok((rest, certificate)) = X509Certificate::from_der(der) else {
        return refuse(CODE, "has a certificate that is none");
    };
    if !rest.is_empty() {
        return refuse(CODE, "has a certificate that is none");
    }
    if *certificate.public_key().subject_public_key.data != *expect.key {
        return refuse(CODE, "has a certificate for another key");
    }
    let from = certificate.validity().not_before.timestamp();
    let until = certificate.validity().not_after.timestamp();
    if from > expect.now.0.saturating_add(LEEWAY) || until <= expect.now.0 {
        return refuse(CODE, "has a certificate that is not valid now");
    }
    let thumbprint = hex_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref());
    Ok((thumbprint, UnixTime(from), UnixTime(until)))
}

fn service(
    parms: &[Parm],
    certificate: &[u8],
    expect: Expect<'_>,
) -> Result<Application, MdmError> {
    const CODE: Code = Code::MDM_PROVISION_APPLICATION;
    let value = |name: &str| {
        parms
            .iter()
            .find(|parm| parm.path.len() == 1 && parm.name.eq_ignore_ascii_case(name))
            .map(|parm| parm.value.as_str())
    };
    if value("APPID") != Some("w7") {
        return refuse(CODE, "has an application of another kind");
    }
    let provider = value("PROVIDER-ID").unwrap_or_default();
    let good = !provider.is_empty()
        && provider.len() <= 128
        && !provider
            .chars()
            .any(|c| c.is_control() || c == '/' || dovetail_shared::name::is_invisible(c));
    if !good {
        return refuse(CODE, "does not say who manages");
    }
    let Some(text) = value("ADDR") else {
        return refuse(CODE, "does not say where sessions go");
    };
    let address =
        address::named_by(expect.base, text, expect.config).map_err(|_| MdmError::Redirect)?;
    if let Some(criteria) = value("SSLCLIENTCERTSEARCHCRITERIA")
        && !names(criteria, certificate)
    {
        return refuse(
            Code::MDM_CLIENT_CERTIFICATE,
            "wants another certificate than it brings",
        );
    }
    Ok(Application {
        provider: provider.to_owned(),
        address,
    })
}

/// Whether `Subject=<url-encoded DN>&Stores=…` names the certificate: by its common name, where the criteria have one.
fn names(criteria: &str, certificate: &[u8]) -> bool {
    let subject = url::form_urlencoded::parse(criteria.as_bytes())
        .find(|(key, _)| key.eq_ignore_ascii_case("Subject"))
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let wanted = subject.split([',', '+']).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("CN")
            .then(|| value.trim().trim_matches('"').to_owned())
    });
    let Some(wanted) = wanted else {
        return true;
    };
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return false;
    };
    certificate
        .subject()
        .iter_common_name()
        .filter_map(|name| name.as_str().ok())
        .any(|name| name.eq_ignore_ascii_case(&wanted))
}

#[derive(Default)]
struct Client {
    ent_dm_id: Option<String>,
    resource: Option<String>,
    poll: Option<Poll>,
}

fn dm_client(
    parms: &[Parm],
    application: Option<&Application>,
    left: &mut Vec<String>,
) -> Result<Client, MdmError> {
    const CODE: Code = Code::MDM_PROVISION_CLIENT;
    let mut client = Client::default();
    let mut schedule = Vec::new();
    for parm in parms {
        let [_, provider, name, inner @ ..] = parm.path.as_slice() else {
            left.push(format!("{}/{}", parm.path.join("/"), parm.name));
            continue;
        };
        if !provider.eq_ignore_ascii_case("Provider") {
            left.push(format!("{}/{}", parm.path.join("/"), parm.name));
            continue;
        }
        if application.is_some_and(|application| application.provider != *name) {
            return refuse(CODE, "has settings of another service");
        }
        let short = || match parm.value.len() {
            1..=256 if !parm.value.chars().any(char::is_control) => Ok(parm.value.clone()),
            _ => refuse(CODE, "has an id that is none"),
        };
        match inner {
            [] => match parm.name.as_str() {
                "EntDMID" => client.ent_dm_id = Some(short()?),
                "AADResourceID" => client.resource = Some(short()?),
                // What we are called is what we said.
                "UPN" | "EntDeviceName" => {}
                other => left.push(format!("DMClient/{other}")),
            },
            [poll] if poll.eq_ignore_ascii_case("Poll") => schedule.push(parm),
            _ => left.push(format!("{}/{}", parm.path.join("/"), parm.name)),
        }
    }
    if !schedule.is_empty() {
        client.poll = Some(poll(&schedule)?);
    }
    left.truncate(MAX_LEFT);
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData};

    struct Made {
        key: KeyPair,
        der: Vec<u8>,
    }

    fn made(days: i64) -> Made {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "device-1");
        params.not_after = params.not_before;
        let now = std::time::SystemTime::now();
        params.not_before = (now - std::time::Duration::from_mins(1)).into();
        let end = now + std::time::Duration::from_secs(86_400 * days.unsigned_abs());
        params.not_after = if days > 0 {
            end.into()
        } else {
            params.not_before
        };
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Made { key, der }
    }

    fn thumbprint(der: &[u8]) -> String {
        hex_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
    }

    /// The shape of MS-MDE2 §2.2.9.1.
    fn document(own: &[u8]) -> String {
        let (tp, text) = (thumbprint(own), dovetail_shared::encode::b64(own));
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><wap-provisioningdoc version="1.1">
<characteristic type="CertificateStore">
 <characteristic type="Root"><characteristic type="System"><characteristic type="{tp}"><parm name="EncodedCertificate" value="{text}"/></characteristic></characteristic></characteristic>
 <characteristic type="My"><characteristic type="System"><characteristic type="{tp}"><parm name="EncodedCertificate" value="{text}"/><characteristic type="PrivateKeyContainer"/></characteristic></characteristic>
  <characteristic type="WSTEP"><characteristic type="Renew"><parm name="ROBOSupport" value="true" datatype="boolean"/><parm name="RenewPeriod" value="41" datatype="integer"/><parm name="RetryInterval" value="7" datatype="integer"/></characteristic></characteristic></characteristic>
</characteristic>
<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="ContosoMDM"/><parm name="NAME" value="Contoso"/><parm name="ADDR" value="https://mdm.contoso.test/dm"/>
 <parm name="BACKCOMPATRETRYDISABLED"/><parm name="CONNRETRYFREQ" value="6"/><parm name="DEFAULTENCODING" value="application/vnd.syncml.dm+xml"/><parm name="SSLCLIENTCERTSEARCHCRITERIA" value="Subject=CN%3ddevice-1&amp;Stores=My%5CSystem"/></characteristic>
<characteristic type="DMClient"><characteristic type="Provider"><characteristic type="ContosoMDM"><parm name="UPN" value="alex@contoso.test" datatype="string"/><parm name="EntDMID" value="dm-1"/>
 <characteristic type="Poll"><parm name="NumberOfFirstRetries" value="8" datatype="integer"/><parm name="IntervalForFirstSetOfRetries" value="15" datatype="integer"/></characteristic></characteristic></characteristic></characteristic>
</wap-provisioningdoc>"#
        )
    }

    fn put(text: &str, key: &KeyPair) -> Result<Provisioned, MdmError> {
        let base = Url::parse("https://mdm.contoso.test/EnrollmentServer/Discovery.svc").unwrap();
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let expect = Expect {
            key: key.der_bytes(),
            base: &base,
            config: &config::Management::default(),
            now: UnixTime(i64::try_from(now.as_secs()).unwrap()),
        };
        check(read(text.as_bytes())?, expect)
    }

    /// The published form is understood.
    #[test]
    fn the_published_document_is_put_in_place() {
        let mine = made(90);
        let put = put(&document(&mine.der), &mine.key).unwrap();
        assert_eq!(put.certificate, mine.der);
        assert_eq!((put.renewal.period, put.renewal.retry), (41, 7));
        let application = put.application.unwrap();
        assert_eq!(application.provider, "ContosoMDM");
        assert_eq!(application.address.as_str(), "https://mdm.contoso.test/dm");
        assert_eq!(put.ent_dm_id.as_deref(), Some("dm-1"));
        assert_eq!(put.poll.unwrap().first_minutes, 15);
        assert!(put.left.is_empty(), "{:?}", put.left);
    }

    /// M6 [MD-03] A certificate for another key, one that has ended, and documents that say two things or the wrong ones.
    #[test]
    fn hostile_documents_are_refused_whole() {
        let mine = made(90);
        let good = document(&mine.der);
        let other = made(90);
        let refused = |text: &str, key: &KeyPair| put(text, key).unwrap_err().code();
        assert_eq!(
            refused(&good, &other.key),
            Code::MDM_PROVISION_CERTIFICATES,
            "M6"
        );
        let ended = made(0);
        let text = document(&ended.der);
        assert_eq!(
            refused(&text, &ended.key),
            Code::MDM_PROVISION_CERTIFICATES,
            "ended"
        );
        let (start, rest) = good
            .split_once("<characteristic type=\"APPLICATION\">")
            .unwrap();
        let (application, end) = rest.split_once("</characteristic>").unwrap();
        let application =
            format!("<characteristic type=\"APPLICATION\">{application}</characteristic>");
        let two = format!("{start}{application}{application}{end}");
        assert_eq!(
            refused(&two, &mine.key),
            Code::MDM_PROVISION_APPLICATION,
            "two services"
        );
        let my = good
            .replace("\"System\"", "\"User\"")
            .replace("\"Root\"", "\"My\"");
        assert_eq!(
            refused(&my, &mine.key),
            Code::MDM_PROVISION_CERTIFICATES,
            "two own"
        );
    }

    /// [MD-03] One word changed: each has its number.
    #[test]
    fn each_wrong_word_has_its_number() {
        let mine = made(90);
        let good = document(&mine.der);
        let tp = thumbprint(&mine.der);
        let twice = r#"<parm name="ADDR" value="https://mdm.contoso.test/dm"/>"#;
        let provision = Code::MDM_PROVISION;
        for (name, from, to, code) in [
            (
                "thumbprint",
                tp.as_str(),
                "00",
                Code::MDM_PROVISION_CERTIFICATES,
            ),
            (
                "http",
                "https://mdm",
                "http://mdm",
                Code::MDM_INSECURE_REDIRECT,
            ),
            (
                "foreign",
                "mdm.contoso.test/dm",
                "evil.test/dm",
                Code::MDM_INSECURE_REDIRECT,
            ),
            (
                "userinfo",
                "https://mdm",
                "https://a:b@mdm",
                Code::MDM_INSECURE_REDIRECT,
            ),
            ("address twice", twice, &twice.repeat(2), provision),
            ("kind", "\"w7\"", "\"w8\"", Code::MDM_PROVISION_APPLICATION),
            (
                "provider",
                "value=\"ContosoMDM\"",
                "value=\"a/../b\"",
                Code::MDM_PROVISION_APPLICATION,
            ),
            (
                "another's",
                "type=\"ContosoMDM\"",
                "type=\"Else\"",
                Code::MDM_PROVISION_CLIENT,
            ),
            (
                "schedule",
                "value=\"15\"",
                "value=\"0\"",
                Code::MDM_PROVISION_CLIENT,
            ),
            (
                "renewal",
                "value=\"41\"",
                "value=\"0\"",
                Code::MDM_PROVISION_CERTIFICATES,
            ),
            (
                "search",
                "device-1&amp;",
                "device-2&amp;",
                Code::MDM_CLIENT_CERTIFICATE,
            ),
            ("version", "\"1.1\"", "\"1.0\"", provision),
            ("DTD", "<wap-", "<!DOCTYPE a><wap-", provision),
            (
                "element",
                "<parm name=\"NAME\"",
                "<script name=\"NAME\"",
                provision,
            ),
            ("no name", "name=\"NAME\"", "", provision),
        ] {
            let text = good.replace(from, to);
            assert_ne!(text, good, "{name}");
            assert_eq!(put(&text, &mine.key).unwrap_err().code(), code, "{name}");
        }
    }

    /// What nobody knows is listed; it neither stops the enrollment nor does anything.
    #[test]
    fn unknown_parts_are_reported() {
        let mine = made(90);
        let unknown = r#"<characteristic type="Reboot"><parm name="../../etc/passwd" value="x"/></characteristic></wap-provisioningdoc>"#;
        let text = document(&mine.der).replace("</wap-provisioningdoc>", unknown);
        let put = put(&text, &mine.key).unwrap();
        assert_eq!(put.left, ["Reboot/../../etc/passwd"]);
    }
}
