//! Renewal (MDM reference §1.8.1): the old key signs the request for the new certificate, and opens the connection, too.

use aws_lc_rs::digest;
use aws_lc_rs::signature::UnparsedPublicKey;
use cms::cert::IssuerAndSerialNumber;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::csr::{self, ProvenKey, algorithm};
use super::device::{Managed, by_certificate};
use super::enroll::sign;
use super::enrollment::{add_certificate, key_of_another};
use super::policy;
use super::provision::Provision;
use super::rst::Rst;
use super::settings::settings;
use super::soap::Refusal;
use crate::account::{directory, user_by_id};
use crate::app::App;
use crate::audit::Act;
use crate::clock;
use crate::fault::Kind;
use crate::store::query;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Longest CMS: a request, two certificates and a signature need some 4,000 bytes.
const MAX_DER: usize = 16 * 1024;

/// A new certificate for a device whose old one is still good. The old one lives on until the new one is used.
pub(super) async fn renew(
    app: &App,
    peer: Option<&[u8]>,
    rst: &Rst,
    fault: Option<Kind>,
) -> Result<String, Refusal> {
    let not = Refusal::NotEligibleToRenew;
    let old = peer.ok_or(not("no client certificate was presented"))?;
    let managed = match by_certificate(app, old).await? {
        Ok(managed) => managed,
        Err(error) => return Err(not(error.word())),
    };
    let request = signed_by(&rst.request, old)?;
    let key = csr::check(&request)?;
    let user = user_by_id(&app.store, managed.user).await?;
    let user = user
        .filter(|user| user.enabled)
        .ok_or(not("the account is gone or disabled"))?;
    app.audit.open_for_grants()?;
    let settings = settings(&app.store).await?;
    let now = clock::now();
    let until = now.plus(settings.certificate_life_secs);
    let issued = sign(app, managed.id, user.id, &key.spki, until, now).await?;
    keep(app, &managed, &key, &issued, until).await?;
    tracing::info!(mdm = %managed.id, "renewed");
    app.audit
        .granted_about(Act::ManagementRenewed, managed.id.to_string());
    let effective = policy::effective(&app.store, user.id).await?;
    let provision = Provision {
        id: managed.id,
        tenant: directory(&app.store).await?.id,
        upn: &user.upn,
        device_name: &managed.name,
        base: &app.hosts.manage,
        resource: &app.hosts.mdm_resource(),
        root: None,
        issued: &issued,
        options: &effective.options,
        settings: &settings,
        fault,
    };
    Ok(provision.document())
}

async fn keep(
    app: &App,
    managed: &Managed,
    key: &ProvenKey,
    issued: &crate::ca::Issued,
    until: dovetail_shared::UnixTime,
) -> Result<(), Refusal> {
    let mut transaction = app.store.begin().await?;
    if key_of_another(&mut transaction, &key.hash, managed.device).await? {
        return Err(Refusal::CertificateRequest("its key is another device's"));
    }
    let alive = query("SELECT 1 FROM mdm_device WHERE id = $1 AND retired IS NULL")
        .bind(managed.id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
    if alive.is_none() {
        return Err(Refusal::NotEligibleToRenew(
            "the device is not managed any more",
        ));
    }
    let times = (clock::now(), until);
    add_certificate(&mut transaction, managed.id, key, issued, times).await?;
    Ok(transaction.commit().await?)
}

/// The content of a CMS that is signed by the key of `certificate`, and by nobody else.
fn signed_by(der: &[u8], certificate: &[u8]) -> Result<Vec<u8>, Refusal> {
    open(der, certificate).map_err(Refusal::CertificateRequest)
}

pub(super) fn open(der: &[u8], certificate: &[u8]) -> Result<Vec<u8>, &'static str> {
    if der.len() > MAX_DER {
        return Err("the CMS is too long");
    }
    let unreadable = "the CMS cannot be read";
    let info = ContentInfo::from_der(der).map_err(|_| unreadable)?;
    if info.content_type != SIGNED_DATA {
        return Err("the CMS is not signed data");
    }
    let data: SignedData = info.content.decode_as().map_err(|_| unreadable)?;
    let content = data
        .encap_content_info
        .econtent
        .as_ref()
        .ok_or(unreadable)?;
    let content: OctetString = content.decode_as().map_err(|_| unreadable)?;
    let content = content.into_bytes();
    let mut signers = data.signer_infos.0.iter();
    let (Some(signer), None) = (signers.next(), signers.next()) else {
        return Err("the CMS is not signed by one signer");
    };
    if !names(&signer.sid, certificate) {
        return Err("the CMS names another signer than the client certificate");
    }
    let kind = data.encap_content_info.econtent_type;
    verify(signer, kind, &content, certificate)?;
    Ok(content)
}

/// Whether a signer is named by issuer and serial number of that certificate.
fn names(sid: &SignerIdentifier, certificate: &[u8]) -> bool {
    let SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer,
        serial_number,
    }) = sid
    else {
        return false;
    };
    x509_cert::Certificate::from_der(certificate).is_ok_and(|certificate| {
        certificate.tbs_certificate.issuer == *issuer
            && certificate.tbs_certificate.serial_number == *serial_number
    })
}

fn verify(
    signer: &SignerInfo,
    kind: ObjectIdentifier,
    content: &[u8],
    certificate: &[u8],
) -> Result<(), &'static str> {
    if signer.digest_alg.oid != SHA256 {
        return Err("the CMS is not digested with SHA-256");
    }
    let signed = match &signer.signed_attrs {
        None => content.to_vec(),
        Some(attributes) => {
            let value = |oid| {
                let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
                match (found.next(), found.next()) {
                    (Some(attribute), None) if attribute.values.len() == 1 => {
                        attribute.values.get(0)
                    }
                    _ => None,
                }
            };
            let digest_value: Option<OctetString> =
                value(MESSAGE_DIGEST).and_then(|any| any.decode_as().ok());
            let named: Option<ObjectIdentifier> =
                value(CONTENT_TYPE).and_then(|any| any.decode_as().ok());
            let expected = digest::digest(&digest::SHA256, content);
            if named != Some(kind)
                || digest_value.as_ref().map(OctetString::as_bytes) != Some(expected.as_ref())
            {
                return Err("the CMS is signed over another content");
            }
            attributes.to_der().map_err(|_| "the CMS cannot be read")?
        }
    };
    let (_, certificate) = X509Certificate::from_der(certificate)
        .map_err(|_| "the client certificate cannot be read")?;
    let spki = certificate.public_key();
    // Some write "RSA" and leave the digest to the field beside.
    let oid = if signer.signature_algorithm.oid == RSA {
        "1.2.840.113549.1.1.11".to_owned()
    } else {
        signer.signature_algorithm.oid.to_string()
    };
    let algorithm = algorithm(spki, &oid).ok_or("the CMS is not signed with SHA-256 or better")?;
    UnparsedPublicKey::new(algorithm, &spki.subject_public_key.data)
        .verify(&signed, signer.signature.as_bytes())
        .map_err(|_| "the CMS is not signed by the old key")
}
