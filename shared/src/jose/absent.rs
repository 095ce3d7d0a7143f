//! A header field that must not be there.

use serde::{Deserialize, Deserializer, de};

/// Stands for a field (and its aliases) whose presence, whatever its value, makes the header unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Absent;

impl<'de> Deserialize<'de> for Absent {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("a header field that is refused"))
    }
}
