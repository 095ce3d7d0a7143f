//! GUIDs as Microsoft writes them in bytes, and the cloud SIDs made from them.

use uuid::Uuid;

/// The 16 bytes of a GUID with its first three fields little-endian, as certificates carry them.
pub fn to_bytes_le(guid: Uuid) -> [u8; 16] {
    guid.to_bytes_le()
}

/// The GUID behind 16 mixed-endian bytes.
pub fn from_bytes_le(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes_le(bytes)
}

/// The GUID inside a `1.2.840.113556.1.5.284.x` extension value.
///
/// Three encodings are seen in the field: `04 81 10` + 16 bytes (a DER octet string with a length
/// that is one byte longer than need be), `04 10` + 16 bytes, and the bare 16 bytes. `None` for anything else.
pub fn from_extension(value: &[u8]) -> Option<Uuid> {
    let bytes = match value {
        [0x04, 0x81, 0x10, rest @ ..] | [0x04, 0x10, rest @ ..] if rest.len() == 16 => rest,
        bare => bare,
    };
    <[u8; 16]>::try_from(bytes).ok().map(from_bytes_le)
}

/// The value of a `1.2.840.113556.1.5.284.x` GUID extension as the cloud writes it: `04 81 10` + 16 bytes.
pub fn to_extension(guid: Uuid) -> [u8; 19] {
    let mut value = [0; 19];
    let (head, tail) = value.split_at_mut(3);
    head.copy_from_slice(&[0x04, 0x81, 0x10]);
    tail.copy_from_slice(&to_bytes_le(guid));
    value
}

/// The SID of a cloud user or group: `S-1-12-1-a-b-c-d`, the four little-endian u32 of the object id's bytes.
pub fn cloud_sid(object_id: Uuid) -> String {
    let bytes = to_bytes_le(object_id);
    let mut sid = String::from("S-1-12-1");
    for word in bytes.chunks_exact(4) {
        let word = word
            .iter()
            .rev()
            .fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte));
        sid.push('-');
        sid.push_str(&word.to_string());
    }
    sid
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    /// Pairs published in the 2016 article and in AADInternals' documentation.
    #[test]
    fn sids_agree_with_published_pairs() {
        assert_eq!(
            cloud_sid(uuid!("6fce7178-9d89-4c3b-97d0-0853c08c3b12")),
            "S-1-12-1-1875800440-1278975369-1393086615-305892544"
        );
        assert_eq!(
            cloud_sid(uuid!("e06e3596-82c0-4f31-ac5a-439a308e3dc2")),
            "S-1-12-1-3765319062-1328644800-2588105388-3258814000"
        );
    }

    /// The tenant OID content of libhimmelblau's test, in its three encodings.
    #[test]
    fn extension_values_are_read_in_all_three_encodings() {
        let guid = uuid!("6973bb37-65f8-440e-b39e-dd57da64f6cf");
        let bare = to_bytes_le(guid);
        assert_eq!(bare[..4], [0x37, 0xbb, 0x73, 0x69]);
        assert_eq!(from_extension(&bare), Some(guid));
        assert_eq!(from_extension(&to_extension(guid)), Some(guid));
        assert_eq!(
            from_extension(&[&[0x04, 0x10], &bare[..]].concat()),
            Some(guid)
        );
        assert_eq!(from_extension(&bare[..15]), None);
        assert_eq!(from_extension(&[]), None);
    }
}
