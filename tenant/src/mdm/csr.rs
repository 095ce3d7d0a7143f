//! The certificate request of an enrollment: RSA from 2048 bits or P-256, SHA-256 or better, signed by its own key. Of what it
//! wishes for, only the key is taken.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use der::Decode as _;
use dovetail_shared::rsa_blob::RsaPublic;
use spki::SubjectPublicKeyInfoOwned;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::soap::Refusal;
use crate::ca::spki_der;
use crate::drs::is_good_key;

/// Longest request: RSA-4096 needs some 1,100 bytes.
const MAX_DER: usize = 8 * 1024;
const RSA: &str = "1.2.840.113549.1.1.1";
const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";

/// A key whose holder proved to have it.
#[derive(Debug)]
pub(super) struct ProvenKey {
    pub(super) spki: SubjectPublicKeyInfoOwned,
    /// SHA-256 of the key's own bytes (PKCS#1, or the point): the same however the algorithm is written around it.
    pub(super) hash: Vec<u8>,
}

/// Reads a PKCS#10 request and verifies its signature with its own key.
pub(super) fn check(der: &[u8]) -> Result<ProvenKey, Refusal> {
    let refused = |why| Err(Refusal::CertificateRequest(why));
    if der.len() > MAX_DER {
        return refused("it is too long");
    }
    let Ok((rest, request)) = X509CertificationRequest::from_der(der) else {
        return refused("it is not PKCS#10");
    };
    if !rest.is_empty() {
        return refused("something follows it");
    }
    let info = &request.certification_request_info;
    if request.signature_value.unused_bits != 0
        || info.subject_pki.subject_public_key.unused_bits != 0
    {
        return refused("it holds half bytes");
    }
    let (key, bytes) = public_key(&info.subject_pki)?;
    let oid = request.signature_algorithm.algorithm.to_id_string();
    let algorithm = algorithm(&info.subject_pki, &oid).ok_or(Refusal::CertificateRequest(
        "it is not signed with SHA-256 or better",
    ))?;
    UnparsedPublicKey::new(algorithm, &bytes)
        .verify(info.raw, &request.signature_value.data)
        .map_err(|_| Refusal::CertificateRequest("it is not signed by its own key"))?;
    Ok(ProvenKey {
        spki: key,
        hash: digest::digest(&digest::SHA256, &bytes).as_ref().to_vec(),
    })
}

/// The key, and its own bytes.
fn public_key(
    spki: &SubjectPublicKeyInfo<'_>,
) -> Result<(SubjectPublicKeyInfoOwned, Vec<u8>), Refusal> {
    let unreadable = Refusal::CertificateRequest("its key cannot be read");
    let bytes = spki.subject_public_key.data.to_vec();
    match spki.algorithm.algorithm.to_id_string().as_str() {
        RSA => {
            let Ok(rsa) = RsaPublic::from_pkcs1(&bytes) else {
                return Err(unreadable);
            };
            if !is_good_key(&rsa) {
                return Err(Refusal::CertificateRequest("its key is not good"));
            }
            let pkcs1 = rsa.to_pkcs1();
            let whole = spki_der(&pkcs1).and_then(|der| SubjectPublicKeyInfoOwned::from_der(&der));
            Ok((whole.map_err(|_| unreadable)?, pkcs1))
        }
        EC => {
            let curve = spki.algorithm.parameters.as_ref();
            let curve = curve.and_then(|any| any.as_oid().ok());
            if curve.map(|oid| oid.to_id_string()).as_deref() != Some(P256) {
                return Err(Refusal::CertificateRequest("its curve is not P-256"));
            }
            let whole = SubjectPublicKeyInfoOwned::from_der(spki.raw);
            Ok((whole.map_err(|_| unreadable)?, bytes))
        }
        _ => Err(Refusal::CertificateRequest(
            "its key is neither RSA nor P-256",
        )),
    }
}

/// How a signature of that algorithm is verified with that kind of key.
pub(super) fn algorithm(
    spki: &SubjectPublicKeyInfo<'_>,
    oid: &str,
) -> Option<&'static dyn VerificationAlgorithm> {
    let rsa = spki.algorithm.algorithm.to_id_string() == RSA;
    Some(match (rsa, oid) {
        (true, "1.2.840.113549.1.1.11") => &RSA_PKCS1_2048_8192_SHA256,
        (true, "1.2.840.113549.1.1.12") => &RSA_PKCS1_2048_8192_SHA384,
        (true, "1.2.840.113549.1.1.13") => &RSA_PKCS1_2048_8192_SHA512,
        (false, "1.2.840.10045.4.3.2") => &ECDSA_P256_SHA256_ASN1,
        (false, "1.2.840.10045.4.3.3") => &ECDSA_P256_SHA384_ASN1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};

    fn request(key: &KeyPair) -> Vec<u8> {
        let params = CertificateParams::default();
        params.serialize_request(key).unwrap().der().to_vec()
    }

    /// RSA and P-256 requests are taken; the same key has the same hash, whatever else the request says.
    #[test]
    fn both_kinds_of_keys_are_taken() {
        const DVRJ: &[u8] = include_bytes!("../../../shared/tests/vectors/dvrj_csr.der");
        assert_eq!(check(DVRJ).unwrap().hash.len(), 32);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let (one, two) = (
            check(&request(&key)).unwrap(),
            check(&request(&key)).unwrap(),
        );
        assert_eq!(one.hash, two.hash);
    }

    /// [DR-01] No changed byte makes another key of a request; other curves are refused.
    #[test]
    fn what_is_not_proved_is_refused() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let good = request(&key);
        for index in 0..good.len() {
            let mut changed = good.clone();
            changed[index] ^= 1;
            // One tag of the algorithm's name may be read leniently: it says nothing that is believed.
            let same = |key: &ProvenKey| key.hash == check(&good).unwrap().hash;
            assert!(check(&changed).as_ref().map_or(true, same), "byte {index}");
        }
        assert!(check(&[good.as_slice(), &[0]].concat()).is_err());
        let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        assert!(check(&request(&other)).is_err());
    }
}
