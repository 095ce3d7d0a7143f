//! Limits of the protocol, with the reason for each.

/// Version of the protocol. A change that an older peer would misread gets a new number.
pub const PROTOCOL: u16 = 1;

/// Bytes of JSON in one frame: what Chromium accepts from a native host (measured: 1,048,577 drops the port).
pub const MAX_FRAME: usize = 1024 * 1024;

/// Bytes of a request id: a UUID is 36, with room for other people's.
pub const MAX_ID: usize = 64;

/// A request without `deadline_ms` is given up after this: longer than a slow TPM's signature, shorter than patience.
pub const DEADLINE_DEFAULT_MS: u32 = 10_000;

/// Nobody may ask the host to remember a request for longer.
pub const DEADLINE_MAX_MS: u32 = 60_000;
