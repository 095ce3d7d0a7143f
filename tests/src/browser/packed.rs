//! The extension as an organisation hands it out: signed by itself for Chromium, zipped for Firefox.

use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, signature};
use serde_json::Value;

/// An extension under an id of the organisation's own.
#[derive(Debug)]
pub struct Crx {
    /// Its id.
    pub id: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Packs and signs the unpacked extension in `folder` with a new key, which its manifest then names.
pub fn crx(folder: &Path) -> Crx {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let public = public.as_ref();
    let file = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    manifest["key"] = dovetail_shared::encode::b64(public).into();
    std::fs::write(&file, serde_json::to_vec(&manifest).unwrap()).unwrap();
    let archive = std::fs::read(zip(folder)).unwrap();

    let hash = digest::digest(&digest::SHA256, public);
    let short = &hash.as_ref()[..16];
    let id = short
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b'a' + digit))
        .collect();
    let named = field(1, short);
    let length = u32::try_from(named.len()).unwrap().to_le_bytes();
    let signed = [b"CRX3 SignedData\0", &length[..], &named, &archive].concat();
    let signature = sign(&key, &signed);
    let proof = [field(1, public), field(2, &signature)].concat();
    let header = [field(2, &proof), field(10_000, &named)].concat();
    let length = u32::try_from(header.len()).unwrap().to_le_bytes();
    let bytes = [b"Cr24", &[3, 0, 0, 0][..], &length, &header, &archive].concat();
    Crx { id, bytes }
}

fn sign(key: &KeyPair, what: &[u8]) -> Vec<u8> {
    let scheme: &signature::RsaSignatureEncoding = &RSA_PKCS1_SHA256;
    let mut made = vec![0; key.public_modulus_len()];
    key.sign(scheme, &SystemRandom::new(), what, &mut made)
        .unwrap();
    made
}

/// A field of bytes in a protocol buffer.
fn field(number: u64, bytes: &[u8]) -> Vec<u8> {
    let length = u64::try_from(bytes.len()).unwrap();
    [&varint(number << 3 | 2)[..], &varint(length), bytes].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// Zips what is in `folder`, into a file beside it.
pub fn zip(folder: &Path) -> PathBuf {
    let file = folder.with_extension("xpi");
    let parts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    let packed = Command::new("python3")
        .args(["-m", "zipfile", "-c"])
        .arg(&file)
        .args(parts)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(packed.success(), "python3 -m zipfile");
    file
}
