//! The hash under which bearer values are kept.

use aws_lc_rs::digest;

/// SHA-256: what is kept of a cookie, so that a stolen database signs nobody in.
pub(crate) fn hash(value: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, value.as_bytes())
        .as_ref()
        .to_vec()
}
