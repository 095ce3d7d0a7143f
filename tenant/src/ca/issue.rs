//! One device certificate: profile of the registration reference §3.5. Nothing of the request but its key is taken.

use std::time::Duration;

use der::Encode as _;
use der::asn1::{GeneralizedTime, ObjectIdentifier, OctetString, UtcTime};
use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::guid::to_extension;
use dovetail_shared::id::{DeviceId, ObjectId, TenantId};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::authority::{DeviceCa, DeviceCaError, rs256, spki};
use super::name::{common_name, issuer};
use crate::{clock, random};

/// Issued certificates are valid from this long before.
const BACKDATED_SECS: i64 = 1800;
/// Calendar years a device certificate is good for.
const DEVICE_YEARS: i32 = 10;
/// The CA outlives every certificate that it issues in its first half.
pub(super) const CA_YEARS: i32 = 30;

pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub(crate) const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// `clientAuth`
pub(crate) const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const DEVICE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.1.5.284.2");
const USER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.1.5.284.3");
const TENANT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.1.5.284.5");
const JOIN_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.1.5.284.7");
const REGION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.1.5.284.8");

/// Whom a certificate is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) device: DeviceId,
    pub(crate) user: ObjectId,
    pub(crate) tenant: TenantId,
    pub(crate) join_type: JoinType,
    /// `NA`, `EU`, …
    pub(crate) region: &'a str,
    /// PKCS#1 DER of the device key.
    pub(crate) pkcs1: &'a [u8],
}

/// An issued certificate.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    /// Upper-case hex SHA-1 of the DER.
    pub(crate) thumbprint: String,
    /// Upper-case hex.
    pub(crate) serial: String,
}

impl DeviceCa {
    /// Issues. The caller writes the row in the same breath (`log.rs`).
    pub(crate) fn issue(
        &self,
        subject: &Subject<'_>,
        now: UnixTime,
    ) -> Result<Issued, DeviceCaError> {
        let name = common_name(&subject.device.to_string())?;
        let tbs = tbs(
            serial_number()?,
            issuer()?,
            name,
            lifetime(now, DEVICE_YEARS)?,
            spki(subject.pkcs1)?,
            extensions(subject)?,
        );
        self.sign(tbs)
    }
}

/// A certificate to be signed with RSA and SHA-256.
pub(crate) fn tbs(
    serial_number: SerialNumber,
    issuer: Name,
    subject: Name,
    validity: Validity,
    key: SubjectPublicKeyInfoOwned,
    extensions: Vec<Extension>,
) -> TbsCertificate {
    TbsCertificate {
        version: Version::V3,
        serial_number,
        signature: rs256(),
        issuer,
        validity,
        subject,
        subject_public_key_info: key,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    }
}

/// Sixteen random bytes, made positive and of full length.
pub(crate) fn serial_number() -> Result<SerialNumber, DeviceCaError> {
    let mut bytes = random::bytes::<16>()?;
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    Ok(SerialNumber::new(&bytes)?)
}

pub(super) fn lifetime(now: UnixTime, years: i32) -> Result<Validity, der::Error> {
    validity(now, clock::years_after(now, years))
}

/// From half an hour before `now` until then.
pub(crate) fn validity(now: UnixTime, until: UnixTime) -> Result<Validity, der::Error> {
    Ok(Validity {
        not_before: time(now.plus(-BACKDATED_SECS))?,
        not_after: time(until)?,
    })
}

/// UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
fn time(at: UnixTime) -> Result<Time, der::Error> {
    let since = Duration::from_secs(u64::try_from(at.0).unwrap_or(0));
    match UtcTime::from_unix_duration(since) {
        Ok(time) => Ok(Time::UtcTime(time)),
        Err(_) => Ok(Time::GeneralTime(GeneralizedTime::from_unix_duration(
            since,
        )?)),
    }
}

/// An extension.
pub(crate) fn extension(
    extn_id: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
) -> Result<Extension, der::Error> {
    Ok(Extension {
        extn_id,
        critical,
        extn_value: OctetString::new(value)?,
    })
}

fn extensions(subject: &Subject<'_>) -> Result<Vec<Extension>, der::Error> {
    let joined = if subject.join_type == JoinType::Joined {
        "1"
    } else {
        "0"
    };
    Ok(vec![
        extension(
            BASIC_CONSTRAINTS,
            true,
            BasicConstraints {
                ca: false,
                path_len_constraint: None,
            }
            .to_der()?,
        )?,
        extension(
            EXTENDED_KEY_USAGE,
            true,
            ExtendedKeyUsage(vec![CLIENT_AUTH]).to_der()?,
        )?,
        extension(DEVICE, false, to_extension(subject.device.0).to_vec())?,
        extension(USER, false, to_extension(subject.user.0).to_vec())?,
        extension(TENANT, false, to_extension(subject.tenant.0).to_vec())?,
        extension(REGION, false, text(subject.region))?,
        extension(JOIN_TYPE, false, text(joined))?,
    ])
}

/// Text in the field's own encoding: an octet string whose length is written in the long form (`04 81 …`).
fn text(value: &str) -> Vec<u8> {
    let mut bytes = vec![0x04, 0x81, u8::try_from(value.len()).unwrap_or(0)];
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

pub(super) fn ca_extensions() -> Result<Vec<Extension>, der::Error> {
    Ok(vec![
        extension(
            BASIC_CONSTRAINTS,
            true,
            BasicConstraints {
                ca: true,
                path_len_constraint: Some(0),
            }
            .to_der()?,
        )?,
        extension(
            KEY_USAGE,
            true,
            KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign).to_der()?,
        )?,
    ])
}
