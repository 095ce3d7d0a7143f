//! Status codes of the DM protocol (OMA-DM representation protocol 1.2, "response status codes").

use std::fmt;

/// What is answered to one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub struct Status(pub u16);

impl Status {
    /// Done.
    pub const OK: Self = Self(200);
    /// The address or the value makes no sense.
    pub const MALFORMED: Self = Self(400);
    /// There is no such node.
    pub const NOT_FOUND: Self = Self(404);
    /// The node is there and does not take this command.
    pub const NOT_ALLOWED: Self = Self(405);
    /// An optional feature that is not here: properties and structured lists of a node.
    pub const OPTIONAL: Self = Self(406);
    /// The address is longer than is read.
    pub const TOO_LONG: Self = Self(414);
    /// The value is of another format than the node's.
    pub const FORMAT: Self = Self(415);
    /// An Add to what is there already.
    pub const EXISTS: Self = Self(418);
    /// The machine's administrator does not permit it.
    pub const NO_PERMISSION: Self = Self(425);
    /// It was tried and did not work.
    pub const FAILED: Self = Self(500);
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
