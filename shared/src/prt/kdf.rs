//! Which bytes go into the key derivation of a session key (SP 800-108 counter mode, one block of HMAC-SHA-256;
//! MS-OAPXBC §3.1.5.1.3.3). The HMAC and, for version 2, the SHA-256 are the caller's: the key may live in a TPM.

/// The label of everything that a PRT's session key is used for.
pub const LABEL: &[u8] = b"AzureAD-SecureConversation";
/// Bytes of `ctx` that we write; Windows and Entra do too.
pub const CTX_LEN: usize = 24;
/// Bytes of `ctx` that are taken: less is guessed too easily, more is nobody's.
pub const CTX_TAKEN: std::ops::RangeInclusive<usize> = 16..=64;
/// Bytes of a session key.
pub const SESSION_KEY_LEN: usize = 32;

/// How the context is bound to what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KdfVersion {
    /// Context = `ctx`. A derived key is good for any payload. Answers are always of this version.
    V1,
    /// Context = SHA-256 of [`bound`]: `kdf_ver: 2` in the header.
    V2,
}

impl KdfVersion {
    /// From the header's `kdf_ver`; `None` for a version that nobody knows.
    pub fn from_header(kdf_ver: Option<u8>) -> Option<Self> {
        match kdf_ver {
            None | Some(1) => Some(Self::V1),
            Some(2) => Some(Self::V2),
            Some(_) => None,
        }
    }

    /// What the header says: nothing for version 1.
    pub fn to_header(self) -> Option<u8> {
        match self {
            Self::V1 => None,
            Self::V2 => Some(2),
        }
    }
}

/// The message of the HMAC for this context: `00000001 ‖ label ‖ 00 ‖ context ‖ 00000100`.
pub fn derivation_input(context: &[u8]) -> Vec<u8> {
    labelled_input(LABEL, context)
}

/// The same with another label.
pub fn labelled_input(label: &[u8], context: &[u8]) -> Vec<u8> {
    [&[0, 0, 0, 1], label, &[0], context, &[0, 0, 1, 0]].concat()
}

/// What version 2 hashes: `ctx`, then the payload as decoded, the JSON text exactly as sent.
pub fn bound(ctx: &[u8], payload: &[u8]) -> Vec<u8> {
    [ctx, payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_laid_out_as_published() {
        let message = derivation_input(&[0xaa, 0xbb]);
        assert_eq!(message[..4], [0, 0, 0, 1]);
        assert_eq!(message[4..30], *b"AzureAD-SecureConversation");
        assert_eq!(message[30..], [0, 0xaa, 0xbb, 0, 0, 1, 0]);
    }

    #[test]
    fn unknown_versions_are_no_version() {
        for (header, version) in [
            (None, Some(KdfVersion::V1)),
            (Some(1), Some(KdfVersion::V1)),
            (Some(2), Some(KdfVersion::V2)),
            (Some(0), None),
            (Some(3), None),
        ] {
            assert_eq!(KdfVersion::from_header(header), version);
        }
    }
}
