//! Computes the extension's Chromium id from its public key, so that host, manifests and extension cannot disagree.
//!
//! The id is the first 16 bytes of SHA-256 over the DER key, each half byte written as a letter from `a` to `p`.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

fn main() {
    let manifest = "../../extension/manifest.json";
    println!("cargo::rerun-if-changed={manifest}");
    println!(
        "cargo::rustc-env=DOVETAIL_CHROMIUM_ID={}",
        id(manifest).unwrap_or_default()
    );
}

fn id(manifest: &str) -> Option<String> {
    let text = std::fs::read_to_string(manifest).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let key = base64::engine::general_purpose::STANDARD
        .decode(json.get("key")?.as_str()?)
        .ok()?;
    let letters = Sha256::digest(key)
        .iter()
        .take(16)
        .flat_map(|byte| [b'a' + (byte >> 4), b'a' + (byte & 15)])
        .map(char::from)
        .collect();
    Some(letters)
}
