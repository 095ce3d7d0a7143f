//! Where the daemon is found. Source: `docs/protocol.md`, "Names and places".

/// The daemon's socket on an installed machine.
pub const SOCKET: &str = "/run/dovetail/dovetail.sock";

/// The user that the daemon runs as.
pub const DAEMON_USER: &str = "dovetail";
