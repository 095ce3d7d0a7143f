//! Randomness from the browser (`crypto.getRandomValues`), and what is made of it.

use dovetail_shared::encode::b64url;
use dovetail_shared::id::CorrelationId;

/// Random bytes, or none where the browser has no source (then nothing is begun).
fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    web_sys::window()?
        .crypto()
        .ok()?
        .get_random_values_with_u8_array(&mut bytes)
        .ok()?;
    Some(bytes)
}

/// 128 random bits as 22 base64url characters.
pub(crate) fn token() -> Option<String> {
    bytes::<16>().map(b64url)
}

/// A fresh correlation id; all zeroes where there is no randomness, because a report matters more than its number.
pub(crate) fn correlation_id() -> CorrelationId {
    guid(bytes().unwrap_or_default())
}

/// RFC 9562 §5.4: version 4, variant 10. The first three fields are little-endian, so the version sits in the eighth byte.
fn guid(mut bytes: [u8; 16]) -> CorrelationId {
    for (place, keep, set) in [(7, 0x0f, 0x40), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(place) {
            *byte = *byte & keep | set;
        }
    }
    CorrelationId(dovetail_shared::guid::from_bytes_le(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_id_is_a_version_4_guid() {
        assert_eq!(
            guid([0xff; 16]).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        assert_eq!(
            guid([0; 16]).to_string(),
            "00000000-0000-4000-8000-000000000000"
        );
    }
}
