//! PKeyAuth: a device shows who it is without a TLS client certificate (MS-PKAP; registration reference §4.11).

use axum::http::{HeaderMap, header};
use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, TenantId};
use dovetail_shared::prt::PkeyAuth;

use super::device_key::DeviceSigned;
use super::refusal::PrtRefusal;
use crate::app::App;
use crate::error::Fault;

/// Our device CA, as the challenge names it: the names of the one RDN, last first (`ca/name.rs`).
const AUTHORITIES: &str =
    "OU=82dbaca4-3e81-46ca-9c73-0950c1eaca97,CN=MS-Organization-Access,DC=windows,DC=net";
/// Longest header that is looked at.
const LONGEST: usize = 16 * 1024;

/// Whether a client says that it can answer.
pub(crate) fn is_announced(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = ["x-ms-pkeyauth", "x-ms-pkeyauth+"]
        .iter()
        .any(|name| text(name).is_some_and(|version| version.trim().starts_with("1.0")));
    named || text("user-agent").is_some_and(|agent| agent.contains("PKeyAuth/1.0"))
}

/// Where the client is sent from the authorize endpoint; it comes back to `submit`.
pub(crate) fn challenge_address(
    app: &App,
    tenant: TenantId,
    context: &str,
    submit: &str,
) -> Result<String, Fault> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("CertAuthorities", AUTHORITIES)
        .append_pair("Version", "1.0")
        .append_pair("Context", context)
        .append_pair("nonce", &app.prt.nonces.issue()?)
        .append_pair("SubmitUrl", submit)
        .append_pair("TenantId", &tenant.to_string())
        .finish();
    Ok(format!("urn:http-auth:PKeyAuth?{query}"))
}

/// `WWW-Authenticate` of the token endpoint.
pub(crate) fn challenge_header(
    app: &App,
    tenant: TenantId,
    context: &str,
) -> Result<String, Fault> {
    let nonce = app.prt.nonces.issue()?;
    Ok(format!(
        "PKeyAuth CertAuthorities=\"{AUTHORITIES}\", Version=\"1.0\", Context=\"{context}\", nonce=\"{nonce}\", TenantId=\"{tenant}\""
    ))
}

/// An answer: what it was for, and the token, if the client has a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) context: String,
    token: Option<String>,
}

/// Reads `Authorization: PKeyAuth …`; `None` when there is none, or it is not of that form.
pub(crate) fn answer(headers: &HeaderMap) -> Option<Answer> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let rest = text.strip_prefix("PKeyAuth ")?;
    if rest.len() > LONGEST {
        return None;
    }
    let (mut context, mut token) = (None, None);
    for pair in rest.split(',') {
        let (name, value) = pair.trim().split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        let place = match name.to_ascii_lowercase().as_str() {
            "context" => &mut context,
            "authtoken" => &mut token,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some(Answer {
        context: context?,
        token,
    })
}

/// The device that an answer proves; `None` when the client had no certificate. `audience` is the address that was to be named,
/// without its query.
pub(crate) async fn device(
    app: &App,
    answer: &Answer,
    audience: &str,
    now: UnixTime,
) -> Result<Option<DeviceId>, PrtRefusal> {
    let Some(token) = &answer.token else {
        return Ok(None);
    };
    let signed = DeviceSigned::read(app, token, now)?;
    let said: PkeyAuth = serde_json::from_slice(&signed.payload).map_err(|_| PrtRefusal::Form)?;
    let named = said.aud.split('?').next().unwrap_or_default();
    if !named
        .trim_end_matches('/')
        .eq_ignore_ascii_case(audience.trim_end_matches('/'))
    {
        return Err(PrtRefusal::Form);
    }
    let nonce = app.prt.nonces.check(Some(&said.nonce))?;
    let device = signed.device(app).await?;
    app.prt.nonces.spend(&app.store, &[nonce]).await?;
    Ok(Some(device.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prt::device_key::verify;
    use axum::http::{HeaderName, HeaderValue};
    use dovetail_shared::encode::from_b64;
    use dovetail_shared::jose::Jws;
    use dovetail_shared::rsa_blob::RsaPublic;
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let name = HeaderName::from_static(name);
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    /// The token of MS-PKAP §4.2.3 is read, and signed by the key of its own certificate.
    #[test]
    fn the_published_token_holds() {
        let jws = Jws::split(include_str!("../../../shared/tests/vectors/mspkap_jwt.txt")).unwrap();
        let der = from_b64(&jws.header.x5c.as_ref().unwrap()[0]).unwrap();
        let (_, certificate) = X509Certificate::from_der(&der).unwrap();
        let pkcs1 = &certificate.public_key().subject_public_key.data;
        verify(&RsaPublic::from_pkcs1(pkcs1).unwrap(), &jws).unwrap();
        let said: PkeyAuth = serde_json::from_slice(&jws.payload).unwrap();
        assert_eq!(said.nonce, "MgiWURGtrAgPPdYcHUOx7A");
        assert_eq!(said.iat.get(), Some(1_423_269_909));
    }

    /// The real service's challenges name the same authority, by the same parameters.
    #[test]
    fn challenges_have_the_real_services_form() {
        let real = include_str!("../../../shared/tests/vectors/msal_pkeyauth_token.txt");
        assert!(real.starts_with(&format!(
            "PKeyAuth CertAuthorities=\"{AUTHORITIES}\", Version=\"1.0\", Context=\""
        )));
        let real = include_str!("../../../shared/tests/vectors/msal_pkeyauth_authorize.txt");
        let (head, query) = real.split_once('?').unwrap();
        assert_eq!(head, "urn:http-auth:PKeyAuth");
        let real: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(
            real[0],
            ("CertAuthorities".to_owned(), AUTHORITIES.to_owned())
        );
        let names: Vec<&str> = real.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names[..5],
            [
                "CertAuthorities",
                "Version",
                "Context",
                "nonce",
                "SubmitUrl"
            ]
        );
    }

    #[test]
    fn clients_announce_it_in_three_ways() {
        for (name, value, expected) in [
            ("x-ms-pkeyauth", "1.0", true),
            ("x-ms-pkeyauth+", "1.0", true),
            ("user-agent", "Mozilla/5.0 PKeyAuth/1.0", true),
            ("user-agent", "Mozilla/5.0", false),
            ("x-ms-pkeyauth", "", false),
        ] {
            assert_eq!(is_announced(&headers(name, value)), expected, "{name}");
        }
    }

    /// With a certificate and without, as the library for Apple's systems writes it, with two blanks.
    #[test]
    fn answers_are_read() {
        let read = |text: &str| answer(&headers("authorization", text));
        let with = read(r#"PKeyAuth AuthToken="a.b.c", Context="c", Version="1.0""#).unwrap();
        assert_eq!(
            (with.context.as_str(), with.token.as_deref()),
            ("c", Some("a.b.c"))
        );
        let without = read(r#"PKeyAuth  Context="some context", Version="1.0""#).unwrap();
        assert_eq!(
            (without.context.as_str(), without.token),
            ("some context", None)
        );
        for odd in [
            "Bearer x",
            "PKeyAuth ",
            r#"PKeyAuth Version="1.0""#,
            r#"PKeyAuth Context="a", Context="b""#,
            "PKeyAuth Context=a",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
