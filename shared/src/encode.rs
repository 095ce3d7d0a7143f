//! Base64 in the two alphabets of the dialect, and hex.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Standard alphabet; padding written, not demanded when reading.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// URL alphabet; padding neither written nor allowed (RFC 7515 §2).
const URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// The text is not base64 of the alphabet that belongs here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not valid base64")]
pub struct NotBase64;

/// RFC 4648 §4, with padding, on one line.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Reads RFC 4648 §4, with or without padding.
pub fn from_b64(text: &str) -> Result<Vec<u8>, NotBase64> {
    STANDARD.decode(text).map_err(|_| NotBase64)
}

/// RFC 4648 §5 without padding.
pub fn b64url(bytes: impl AsRef<[u8]>) -> String {
    URL.encode(bytes)
}

/// Reads RFC 4648 §5 without padding.
pub fn from_b64url(text: &str) -> Result<Vec<u8>, NotBase64> {
    URL.decode(text).map_err(|_| NotBase64)
}

/// Upper-case hex, as certificate thumbprints are written.
pub fn hex_upper(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len() * 2);
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)));
    text.extend(digits.map(|digit| char::from(*digit)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphabets_are_kept_apart() {
        assert_eq!(from_b64("_-8"), Err(NotBase64));
        assert_eq!(from_b64url("/+8"), Err(NotBase64));
        assert_eq!(from_b64url("_-8="), Err(NotBase64));
        assert_eq!(from_b64("/+8"), Ok(vec![0xff, 0xef]));
        assert_eq!(from_b64("/+8="), Ok(vec![0xff, 0xef]));
        assert_eq!(b64([0xff, 0xef]), "/+8=");
        assert_eq!(b64url([0xff, 0xef]), "_-8");
        assert_eq!(hex_upper(&[0x00, 0xa9, 0x48]), "00A948");
    }
}
