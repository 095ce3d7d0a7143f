//! Thousands of certificate requests with RSA keys of their own, cheaply: every pair of a few hundred primes is a key. Such keys
//! protect nothing; a server cannot tell.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use num_bigint::BigUint;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use rustls_pki_types::PrivatePkcs8KeyDer;
use x509_parser::asn1_rs::{FromDer as _, Integer, Sequence};

/// That many requests, DER; those made before are in `folder`.
pub(crate) fn requests(folder: &Path, count: usize) -> Vec<Vec<u8>> {
    let file = folder.join("requests.der");
    let mut requests = split(&std::fs::read(&file).unwrap_or_default());
    if requests.len() < count {
        let primes = primes((2..count + 2).find(|n| n * (n - 1) / 2 >= count).unwrap());
        requests = primes
            .iter()
            .enumerate()
            .flat_map(|(n, p)| primes.iter().skip(n + 1).map(move |q| request(p, q)))
            .take(count)
            .collect();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&file, requests.concat()).unwrap();
    }
    requests.truncate(count);
    requests
}

/// Takes DER values apart that were written one after the other.
fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let Some([0x30, 0x82, high, low]) = bytes.first_chunk::<4>() {
        let length = 4 + usize::from(u16::from_be_bytes([*high, *low]));
        let (one, rest) = bytes.split_at(length);
        found.push(one.to_vec());
        bytes = rest;
    }
    found
}

fn primes(count: usize) -> Vec<BigUint> {
    let mut primes = Vec::new();
    while primes.len() < count {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        let fields = integers(der.as_ref());
        primes.extend(fields.get(4..6).unwrap().iter().cloned());
    }
    primes.truncate(count);
    primes
}

/// The integers of the RSAPrivateKey (RFC 8017 A.1.2) inside a PKCS#8 structure: version, n, e, d, p, q, …
fn integers(pkcs8: &[u8]) -> Vec<BigUint> {
    let (_, info) = Sequence::from_der(pkcs8).unwrap();
    let (rest, _) = Integer::from_der(&info.content).unwrap();
    let (rest, _) = Sequence::from_der(rest).unwrap();
    let (_, octets) = x509_parser::asn1_rs::OctetString::from_der(rest).unwrap();
    let (_, key) = Sequence::from_der(octets.as_ref()).unwrap();
    let mut rest: &[u8] = &key.content;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (after, number) = Integer::from_der(rest).unwrap();
        numbers.push(BigUint::from_bytes_be(number.as_ref()));
        rest = after;
    }
    numbers
}

fn request(p: &BigUint, q: &BigUint) -> Vec<u8> {
    let key = pkcs8(p, q);
    let der = PrivatePkcs8KeyDer::from(key.as_slice());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256).unwrap();
    let params = CertificateParams::default();
    params.serialize_request(&key).unwrap().der().to_vec()
}

/// The key of two primes, PKCS#8.
fn pkcs8(p: &BigUint, q: &BigUint) -> Vec<u8> {
    let (p, q) = if p > q { (p, q) } else { (q, p) };
    let (one, e) = (BigUint::from(1_u8), BigUint::from(65_537_u32));
    let (p1, q1) = (p - &one, q - &one);
    let d = e.modinv(&(&p1 * &q1)).unwrap();
    let numbers = [
        BigUint::ZERO,
        p * q,
        e,
        d.clone(),
        p.clone(),
        q.clone(),
        &d % &p1,
        &d % &q1,
        q.modinv(p).unwrap(),
    ];
    let key: Vec<u8> = numbers.iter().flat_map(integer).collect();
    let algorithm = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let body = [
        &[0x02, 0x01, 0x00][..],
        &algorithm,
        &tagged(0x04, &tagged(0x30, &key)),
    ];
    tagged(0x30, &body.concat())
}

fn integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_none_or(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    tagged(0x02, &bytes)
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = u32::try_from(length).unwrap().to_be_bytes();
            let bytes = bytes.iter().skip_while(|byte| **byte == 0);
            out.push(0x80 | u8::try_from(bytes.clone().count()).unwrap());
            out.extend(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}
