//! The certificate request: is it one, does it prove its key, is the key good?

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use dovetail_shared::rsa_blob::RsaPublic;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA256WITHRSA};
use x509_parser::prelude::FromDer as _;

use super::error::Refusal;

/// Longest request: RSA-4096 needs some 1,100 bytes.
const MAX_DER: usize = 8 * 1024;

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
    if info.subject_pki.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
        return Err(Refusal::Invalid("the key is not RSA"));
    }
    let pkcs1 = info.subject_pki.subject_public_key.data.to_vec();
    let rsa = RsaPublic::from_pkcs1(&pkcs1)
        .map_err(|_| Refusal::Invalid("the key is not an RSA public key"))?;
    // One key has one form, and so one hash.
    if rsa.to_pkcs1() != pkcs1 {
        return Err(Refusal::Invalid("the key is not an RSA public key"));
    }
    // Before anything is computed with it.
    good_key(&rsa)?;
    if request.signature_algorithm.algorithm != OID_PKCS1_SHA256WITHRSA {
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
    let residues = residues(&key.modulus);
    let even = key.modulus.last().is_none_or(|byte| byte & 1 == 0);
    if even || residues.iter().any(|(residue, _)| *residue == 0) {
        return Err(Refusal::Invalid("the key's modulus has a small factor"));
    }
    if residues
        .iter()
        .all(|(residue, prime)| power_of_65537(*residue, *prime))
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

/// The odd primes whose residues give the weak generator away, in groups whose products fit into 32 bits: a modulus is long, so it
/// is divided by the products, which the compiler knows, and only what that leaves by each prime.
const PRIMES: &[Group] = &[
    Group::of::<3_234_846_615>(&[3, 5, 7, 11, 13, 17, 19, 23, 29]),
    Group::of::<95_041_567>(&[31, 37, 41, 43, 47]),
    Group::of::<907_383_479>(&[53, 59, 61, 67, 71]),
    Group::of::<4_132_280_413>(&[73, 79, 83, 89, 97]),
    Group::of::<121_330_189>(&[101, 103, 107, 109]),
    Group::of::<257_557_397>(&[113, 127, 131, 137]),
    Group::of::<490_995_677>(&[139, 149, 151, 157]),
    Group::of::<27_221>(&[163, 167]),
];

/// Primes, and how to divide by their product.
struct Group {
    primes: &'static [u32],
    remainder: fn(&[u8]) -> u32,
}

impl Group {
    const fn of<const PRODUCT: u64>(primes: &'static [u32]) -> Self {
        Self {
            primes,
            remainder: remainder::<PRODUCT>,
        }
    }
}

/// What a number leaves when it is divided by each of the primes, beside the prime.
fn residues(number: &[u8]) -> Vec<(u32, u32)> {
    let mut found = Vec::with_capacity(40);
    for group in PRIMES {
        let left = (group.remainder)(number);
        found.extend(group.primes.iter().map(|prime| (left % prime, *prime)));
    }
    found
}

/// Four bytes at a time.
fn remainder<const DIVISOR: u64>(number: &[u8]) -> u32 {
    let (first, words) = number.as_rchunks::<4>();
    let first = first
        .iter()
        .fold(0_u64, |rest, byte| (rest << 8) | u64::from(*byte));
    let rest = words.iter().fold(first % DIVISOR, |rest, word| {
        ((rest << 32) | u64::from(u32::from_be_bytes(*word))) % DIVISOR
    });
    u32::try_from(rest).unwrap_or(0)
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

    /// A long number's residues are those that division by hand gives, for the primes from 3 to 167.
    #[test]
    fn residues_are_those_of_each_prime() {
        let number: Vec<u8> = (1..=255).collect();
        let primes: Vec<u32> = (3..=167)
            .filter(|n| (2..*n).all(|divisor| n % divisor != 0))
            .collect();
        for cut in [255, 254, 253, 5, 4, 1] {
            let number = &number[..cut];
            let by_hand = primes.iter().map(|prime| {
                let residue = number
                    .iter()
                    .fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % prime);
                (residue, *prime)
            });
            assert_eq!(residues(number), by_hand.collect::<Vec<_>>());
        }
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
