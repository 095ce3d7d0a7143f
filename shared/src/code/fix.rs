//! Whose turn it is.

use serde::{Deserialize, Serialize};

/// Who can mend it. Decides the tone, the exit code and whether a retry button is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// The person in front of the machine.
    You,
    /// The tenant's or the machine's administrator.
    Admin,
    /// Time: the network, a service under maintenance.
    Wait,
    /// The makers of Dovetail.
    Us,
}

impl Fix {
    /// Exit code of the command line: 1, 3, 4, 70 (2 is a bad command line).
    pub fn exit_code(self) -> u8 {
        match self {
            Self::You => 1,
            Self::Admin => 3,
            Self::Wait => 4,
            Self::Us => 70,
        }
    }
}
