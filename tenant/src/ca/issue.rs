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
    /// SHA-1 of the DER.
    pub(crate) thumbprint: Vec<u8>,
    pub(crate) serial: Vec<u8>,
}

/// What is kept of a certificate: enough to make it once more.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) serial: Vec<u8>,
    pub(crate) thumbprint: Vec<u8>,
    pub(crate) issued: UnixTime,
}

impl DeviceCa {
    /// Issues. The caller writes the row in the same breath (`log.rs`).
    pub(crate) fn issue(
        &self,
        subject: &Subject<'_>,
        now: UnixTime,
    ) -> Result<Issued, DeviceCaError> {
        self.make(subject, serial_number(now)?, now)
    }

    /// The certificate that was issued before, byte for byte: the signature has no chance in it. `None` where it would be
    /// another one (the join type or the region changed), or is in the second half of its life.
    pub(crate) fn issue_again(
        &self,
        subject: &Subject<'_>,
        before: &Remembered,
        now: UnixTime,
    ) -> Result<Option<Issued>, DeviceCaError> {
        if clock::years_after(before.issued, DEVICE_YEARS / 2) <= now {
            return Ok(None);
        }
        let serial = SerialNumber::new(&before.serial)?;
        let issued = self.make(subject, serial, before.issued)?;
        Ok((issued.thumbprint == before.thumbprint).then_some(issued))
    }

    fn make(
        &self,
        subject: &Subject<'_>,
        serial: SerialNumber,
        at: UnixTime,
    ) -> Result<Issued, DeviceCaError> {
        self.sign(tbs(
            serial,
            issuer()?,
            common_name(&subject.device.to_string())?,
            lifetime(at, DEVICE_YEARS)?,
            spki(subject.pkcs1)?,
            extensions(subject)?,
        ))
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

/// Sixteen bytes that sort by the second they were drawn in, 74 bits of them random; made positive and of full length.
pub(crate) fn serial_number(now: UnixTime) -> Result<SerialNumber, DeviceCaError> {
    let mut bytes = random::ordered_guid(now)?.into_bytes();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Vault;
    use uuid::Uuid;

    const NOW: UnixTime = UnixTime(1_790_000_000);
    const YEAR: i64 = 365 * 86_400;

    /// [DR-15] A certificate can be made once more from what is kept of it, to the last byte, by a CA that was opened anew; and
    /// is not where it would be another one, or has lived half its life.
    #[test]
    fn a_certificate_is_issued_again_byte_for_byte() {
        let data = tempfile::tempdir().unwrap();
        let key = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let pkcs1 = aws_lc_rs::signature::KeyPair::public_key(&key).as_ref();
        let subject = |join_type, region| Subject {
            device: DeviceId(Uuid::from_u128(1)),
            user: ObjectId(Uuid::from_u128(2)),
            tenant: TenantId(Uuid::from_u128(3)),
            join_type,
            region,
            pkcs1,
        };
        let usual = subject(JoinType::Joined, "EU");
        let first = DeviceCa::open(&Vault::open(data.path(), None).unwrap())
            .unwrap()
            .issue(&usual, NOW)
            .unwrap();
        let kept = Remembered {
            serial: first.serial.clone(),
            thumbprint: first.thumbprint.clone(),
            issued: NOW,
        };
        let ca = DeviceCa::open(&Vault::open(data.path(), None).unwrap()).unwrap();
        let again = |subject: &Subject<'_>, later: i64| {
            let made = ca.issue_again(subject, &kept, NOW.plus(later)).unwrap();
            made.map(|issued| issued.der)
        };
        assert_eq!(again(&usual, 60), Some(first.der.clone()));
        assert_eq!(again(&usual, 4 * YEAR), Some(first.der));
        assert_eq!(again(&usual, 6 * YEAR), None);
        assert_eq!(again(&subject(JoinType::Registered, "EU"), 60), None);
        assert_eq!(again(&subject(JoinType::Joined, "NA"), 60), None);
    }

    /// [DR-13] Serial numbers have sixteen bytes, are positive, and sort by the second; within one they differ by chance.
    #[test]
    fn serial_numbers_are_random_and_ordered() {
        let draw = |now| serial_number(now).unwrap().as_bytes().to_vec();
        let (early, late) = (draw(NOW), draw(NOW.plus(1)));
        assert!(early < late);
        assert!(early.len() == 16 && (0x40..0x80).contains(&early[0]));
        let many: std::collections::BTreeSet<_> = (0..10_000).map(|_| draw(NOW)).collect();
        assert_eq!(many.len(), 10_000);
    }
}
