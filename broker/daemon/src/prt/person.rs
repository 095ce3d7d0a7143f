//! Who is behind a local user id.

use super::error::PrtError;

/// Ids that the system gives out anew to whoever comes (systemd "Users, Groups, UIDs and GIDs": nobody, dynamic users).
fn is_nobody(uid: u32) -> bool {
    matches!(uid, 65_534 | 65_535 | u32::MAX | 61_184..=65_519)
}

/// The account's name. [`PrtError::Person`] where there is none or it is nobody's.
///
/// Asked anew each time: an id that was given to somebody else must not bring them the former one's sign-on.
pub(super) async fn account(uid: u32) -> Result<String, PrtError> {
    if is_nobody(uid) {
        return Err(PrtError::Person);
    }
    // A directory service behind it may take its time.
    let found = tokio::task::spawn_blocking(move || uzers::get_user_by_uid(uid));
    found
        .await
        .ok()
        .flatten()
        .map(|user| user.name().to_string_lossy().into_owned())
        .ok_or(PrtError::Person)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-24] Ids that are nobody's for long have no sign-on: it would be the next one's.
    #[tokio::test]
    async fn ids_of_nobody_have_no_account() {
        for uid in [65_534, 61_184, 65_000, 65_519, u32::MAX] {
            assert!(matches!(account(uid).await, Err(PrtError::Person)), "{uid}");
        }
        assert!(matches!(account(4_242_421).await, Err(PrtError::Person)));
        assert_eq!(account(0).await.unwrap(), "root");
    }
}
