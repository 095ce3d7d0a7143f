//! The issuer's name: one RDN with four attributes (registration reference §3.5), which Windows prints as
//! `DC=net + DC=windows + CN=MS-Organization-Access + OU=82dbaca4-…`.

use der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, SetOfVec};
use der::{Any, Error};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

const CN: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const OU: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const DC: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.25");

/// The real service's organisational unit.
const UNIT: &str = "82dbaca4-3e81-46ca-9c73-0950c1eaca97";

/// The issuer.
pub(super) fn issuer() -> Result<Name, Error> {
    let ia5 = |value| Any::encode_from(&Ia5StringRef::new(value)?);
    let printable = |value| Any::encode_from(&PrintableStringRef::new(value)?);
    let attributes = [
        (DC, ia5("net")?),
        (DC, ia5("windows")?),
        (CN, printable("MS-Organization-Access")?),
        (OU, printable(UNIT)?),
    ];
    let set = SetOfVec::try_from(
        attributes
            .map(|(oid, value)| AttributeTypeAndValue { oid, value })
            .to_vec(),
    )?;
    Ok(RdnSequence(vec![RelativeDistinguishedName(set)]))
}

/// A subject of one common name as PrintableString.
pub(crate) fn common_name(value: &str) -> Result<Name, Error> {
    let value = Any::encode_from(&PrintableStringRef::new(value)?)?;
    let set = SetOfVec::try_from(vec![AttributeTypeAndValue { oid: CN, value }])?;
    Ok(RdnSequence(vec![RelativeDistinguishedName(set)]))
}
