//! The certificate request: is it one, does it prove its key, is the key good?

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use dovetail_shared::rsa_blob::RsaPublic;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use super::error::Refusal;

/// Longest request: RSA-4096 needs some 1,100 bytes.
const MAX_DER: usize = 8 * 1024;
const RSA: &str = "1.2.840.113549.1.1.1";
const RS256: &str = "1.2.840.113549.1.1.11";

/// What is taken of a request: its key. Subject, attributes and wished-for extensions are ignored.
#[derive(Debug)]
pub(super) struct ProvenKey {
    /// PKCS#1 DER.
    pub(super) pkcs1: Vec<u8>,
    pub(super) rsa: RsaPublic,
}

/// Reads a PKCS#10 request and verifies its signature with its own key.
pub(super) fn check(der: &[u8]) -> Result<ProvenKey, Refusal> {
    if der.len() > MAX_DER {
        return Err(Refusal::Invalid("the certificate request is too long"));
    }
    let (rest, request) = X509CertificationRequest::from_der(der)
        .map_err(|_| Refusal::Invalid("the certificate request is not PKCS#10"))?;
    if !rest.is_empty() {
        return Err(Refusal::Invalid(
            "something follows the certificate request",
        ));
    }
    let info = &request.certification_request_info;
    if info.subject_pki.algorithm.algorithm.to_id_string() != RSA {
        return Err(Refusal::Invalid("the key is not RSA"));
    }
    let pkcs1 = info.subject_pki.subject_public_key.data.to_vec();
    let rsa = RsaPublic::from_pkcs1(&pkcs1)
        .map_err(|_| Refusal::Invalid("the key is not an RSA public key"))?;
    // Before anything is computed with it.
    good_key(&rsa)?;
    if request.signature_algorithm.algorithm.to_id_string() != RS256 {
        return Err(Refusal::Invalid(
            "the certificate request is not signed with RSA and SHA-256",
        ));
    }
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &pkcs1)
        .verify(info.raw, &request.signature_value.data)
        .map_err(|_| Refusal::Invalid("the certificate request is not signed by its own key"))?;
    Ok(ProvenKey { pkcs1, rsa })
}

/// RSA-2048 to 4096, an ordinary exponent, no small factor, not of the broken generator of 2017 (ROCA, CVE-2017-15361).
pub(super) fn good_key(key: &RsaPublic) -> Result<(), Refusal> {
    if !(2048..=4096).contains(&key.bits()) {
        return Err(Refusal::Invalid(
            "the key is not between 2048 and 4096 bits",
        ));
    }
    if key.exponent != [1, 0, 1] {
        return Err(Refusal::Invalid("the key's exponent is not 65537"));
    }
    let primes = PRIMES.iter().chain([2].iter());
    if primes
        .into_iter()
        .any(|prime| remainder(&key.modulus, *prime) == 0)
    {
        return Err(Refusal::Invalid("the key's modulus has a small factor"));
    }
    if PRIMES
        .iter()
        .all(|prime| power_of_65537(remainder(&key.modulus, *prime), *prime))
    {
        return Err(Refusal::Invalid(
            "the key was made by a generator that is known to be weak",
        ));
    }
    Ok(())
}

/// The same as a question.
pub(crate) fn is_good_key(key: &RsaPublic) -> bool {
    good_key(key).is_ok()
}

/// The odd primes whose residues give the weak generator away.
const PRIMES: &[u32] = &[
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

fn remainder(number: &[u8], divisor: u32) -> u32 {
    number
        .iter()
        .fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % divisor)
}

/// Whether `residue` is in the subgroup that 65537 generates modulo `prime`: always so for a weak key, rarely for another.
fn power_of_65537(residue: u32, prime: u32) -> bool {
    let generator = 65_537 % prime;
    let mut power = 1;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * generator % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const DVRJ: &[u8] = include_bytes!("../../../shared/tests/vectors/dvrj_csr.der");

    /// The published request of MS-DVRJ §4.1, whose subject ends in a NUL.
    #[test]
    fn the_published_request_is_taken() {
        let key = check(DVRJ).unwrap();
        assert_eq!(key.rsa.bits(), 2048);
    }

    /// [DR-01] A request whose signature or key was changed is refused.
    #[test]
    fn a_request_that_does_not_prove_its_key_is_refused() {
        for index in [100, 200, DVRJ.len() - 1] {
            let mut changed = DVRJ.to_vec();
            changed[index] ^= 1;
            assert!(check(&changed).is_err(), "byte {index}");
        }
        assert!(check(&DVRJ[..DVRJ.len() - 1]).is_err());
        assert!(check(&[DVRJ, &[0]].concat()).is_err());
        assert!(check(&[]).is_err());
    }

    /// [DR-03] Keys that are too short, too long, of a strange exponent or with small factors are refused.
    #[test]
    fn bad_keys_are_refused() {
        let good = check(DVRJ).unwrap().rsa;
        let with = |modulus: &[u8], exponent: &[u8]| good_key(&RsaPublic::new(modulus, exponent));
        assert!(with(&good.modulus, &[1, 0, 1]).is_ok());
        assert!(with(&good.modulus[..128], &[1, 0, 1]).is_err());
        assert!(with(&[good.modulus.as_slice(); 8].concat(), &[1, 0, 1]).is_err());
        for exponent in [&[1][..], &[3], &[0], &[1, 0, 0]] {
            assert!(with(&good.modulus, exponent).is_err());
        }
        let mut even = good.modulus.clone();
        *even.last_mut().unwrap() &= 0xfe;
        assert!(with(&even, &[1, 0, 1]).is_err());
    }

    /// [TP-13] A modulus whose residues all are powers of 65537 is the weak generator's.
    #[test]
    fn a_modulus_of_the_weak_generator_is_refused() {
        // 65537^128 has 2049 bits and bears the fingerprint by construction.
        let mut modulus = vec![1_u8];
        for _ in 0..128 {
            let (mut carry, mut product) = (0_u64, Vec::new());
            for byte in &modulus {
                carry += u64::from(*byte) * 65_537;
                product.push((carry & 0xff) as u8);
                carry >>= 8;
            }
            while carry > 0 {
                product.push((carry & 0xff) as u8);
                carry >>= 8;
            }
            modulus = product;
        }
        modulus.reverse();
        let key = RsaPublic::new(&modulus, &[1, 0, 1]);
        assert!((2048..=4096).contains(&key.bits()));
        assert!(
            good_key(&key)
                .unwrap_err()
                .to_string()
                .contains("generator")
        );
    }
}
