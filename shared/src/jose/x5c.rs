//! The certificate in a header: RFC 7515 writes an array, several clients write the one certificate as a plain string.

use serde::{Deserialize, Deserializer};

/// Certificates in one header. Device certificates are issued directly under the device CA: nobody needs more.
const MOST: usize = 4;

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    One(String),
    Many(Vec<String>),
}

/// Reads both forms; an empty array is refused.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    let chain = match Either::deserialize(from)? {
        Either::One(certificate) => vec![certificate],
        Either::Many(chain) => chain,
    };
    if chain.is_empty() || chain.len() > MOST {
        return Err(serde::de::Error::custom("not one to four certificates"));
    }
    Ok(Some(chain))
}
