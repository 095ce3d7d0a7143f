//! The only place that draws random bytes.

use aws_lc_rs::rand;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use uuid::Uuid;

/// The system's generator gave nothing: nothing can be issued.
#[derive(Debug, thiserror::Error)]
#[error("the system's random generator failed")]
pub(crate) struct NoRandom;

/// So many random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

/// 256 bits as 43 base64url characters: cookies, ids of sign-ins.
pub(crate) fn token() -> Result<String, NoRandom> {
    Ok(b64url(bytes::<32>()?))
}

/// A fresh GUID (version 4).
pub(crate) fn guid() -> Uuid {
    // By the library that everything else draws from, which asks the system far less often.
    bytes().map_or_else(
        |_| Uuid::new_v4(),
        |bytes| uuid::Builder::from_random_bytes(bytes).into_uuid(),
    )
}

/// A fresh GUID that sorts by the second it was made in (version 7, RFC 9562 §5.7): for rows of tables that grow.
pub(crate) fn ordered_guid(now: UnixTime) -> Result<Uuid, NoRandom> {
    let milliseconds = u64::try_from(now.0).unwrap_or(0).saturating_mul(1000);
    Ok(uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes()?).into_uuid())
}
