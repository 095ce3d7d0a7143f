//! What every request about a PIN has: who asks, and whose account it is.

use super::super::account::Account;
use super::super::answer::Who;
use super::super::error::PrtError;
use super::super::grant::Asking;
use crate::front::Peer;

/// What a request about a PIN is, for the audit.
pub(super) fn asking<'a>(
    peer: &'a Peer,
    kind: &'static str,
    account: Option<&'a str>,
) -> Asking<'a> {
    Asking {
        peer,
        origin: None,
        account,
        kind,
        about: String::new(),
    }
}

/// Whose account it is.
pub(super) fn person(account: &Account) -> Result<Who, PrtError> {
    account.record().who.clone().ok_or(PrtError::None)
}
