//! The management CA: its own, so that a device certificate never opens a management session. Kept in `DIR/ca/mdm-ca.{pem,key}`.

use std::path::{Path, PathBuf};

use der::Encode as _;
use der::asn1::ObjectIdentifier;
use dovetail_shared::UnixTime;
use dovetail_shared::guid::to_extension;
use dovetail_shared::id::{ObjectId, TenantId};
use spki::SubjectPublicKeyInfoOwned;
use uuid::Uuid;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use crate::ca::{
    Authority, BASIC_CONSTRAINTS, CLIENT_AUTH, DeviceCaError, EXTENDED_KEY_USAGE, Issued,
    KEY_USAGE, common_name, extension, serial_number, tbs, validity,
};
use crate::vault::Vault;

const NAME: &str = "Dovetail MDM Device CA";

/// GUIDs of Intune's device certificates, as octet strings (MDM reference §1.8).
const DEVICE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.5.4");
const ACCOUNT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.5.6");
const USER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.5.10");
const TENANT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113556.5.14");

/// Issues management certificates.
#[derive(Debug)]
pub(crate) struct MdmCa(Authority);

/// Whom a certificate is for, and until when.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    /// The management service's own id of the device: the common name.
    pub(super) id: Uuid,
    pub(super) user: ObjectId,
    pub(super) tenant: TenantId,
    pub(super) key: &'a SubjectPublicKeyInfoOwned,
    pub(super) until: UnixTime,
}

impl MdmCa {
    /// Where the CA's certificate is (PEM).
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("ca/mdm-ca.pem")
    }

    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, DeviceCaError> {
        Authority::open(vault, "mdm-ca", &common_name(NAME)?).map(Self)
    }

    /// The CA's own certificate, DER.
    pub(super) fn certificate(&self) -> &[u8] {
        self.0.certificate()
    }

    /// Issues. The caller writes the row in the same breath.
    pub(super) fn issue(
        &self,
        subject: &Subject<'_>,
        now: UnixTime,
    ) -> Result<Issued, DeviceCaError> {
        let guid = |oid, value: Uuid| extension(oid, false, to_extension(value).to_vec());
        let constraints = BasicConstraints {
            ca: false,
            path_len_constraint: None,
        };
        let extensions = vec![
            extension(BASIC_CONSTRAINTS, true, constraints.to_der()?)?,
            extension(
                KEY_USAGE,
                true,
                KeyUsage(KeyUsages::DigitalSignature.into()).to_der()?,
            )?,
            extension(
                EXTENDED_KEY_USAGE,
                false,
                ExtendedKeyUsage(vec![CLIENT_AUTH]).to_der()?,
            )?,
            guid(DEVICE, subject.id)?,
            guid(ACCOUNT, subject.tenant.0)?,
            guid(USER, subject.user.0)?,
            guid(TENANT, subject.tenant.0)?,
        ];
        self.0.sign(tbs(
            serial_number(now)?,
            common_name(NAME)?,
            common_name(&subject.id.to_string())?,
            validity(now, subject.until)?,
            subject.key.clone(),
            extensions,
        ))
    }
}
