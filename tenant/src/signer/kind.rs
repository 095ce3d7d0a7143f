//! The two kinds of signing keys, and the statements for the table of each.

use super::ec::{self, EcKey};
use super::key::{self, KeyError, SigningKey, StoredKey};

/// Signs now. A table has one such key.
pub(super) const CURRENT: i64 = 0;
/// Is published and signs after the next rotation. A table has one such key. What has signed before is 2.
pub(super) const NEXT: i64 = 1;

/// A kind of key.
pub(super) trait Kind: Sized + 'static {
    /// For its table.
    const STATEMENTS: Statements;

    /// Makes a key and its certificate.
    fn create() -> Result<StoredKey, KeyError>;

    /// Reads one: PKCS#8 and certificate, both DER.
    fn read(pkcs8: &[u8], certificate: Vec<u8>) -> Result<Self, KeyError>;

    /// Its name.
    fn kid(&self) -> &str;
}

/// What is done with a table of keys.
pub(super) struct Statements {
    /// All that verify: what signs, what signs next, then the rest from the newest on. `kid, pkcs8, certificate`.
    pub(super) published: &'static str,
    /// The keys that sign now and next: `kid, turn, created`.
    pub(super) turns: &'static str,
    /// `$1` kid, `$2` wrapped PKCS#8, `$3` certificate, `$4` created, `$5` turn; does nothing where that turn is taken.
    pub(super) add: &'static str,
    /// What signs now has signed before.
    pub(super) retire: &'static str,
    /// What signs next signs now.
    pub(super) promote: &'static str,
    /// Of those that have signed before, all but the two newest verify nothing any more.
    pub(super) forget: &'static str,
    /// No key of now verifies anything any more.
    pub(super) withdraw: &'static str,
}

impl Kind for SigningKey {
    const STATEMENTS: Statements = Statements {
        published: "SELECT kid, pkcs8, certificate FROM signing_key WHERE active = 1 ORDER BY turn, created DESC, kid",
        turns: "SELECT kid, turn, created FROM signing_key WHERE turn < 2",
        add: "INSERT INTO signing_key (kid, pkcs8, certificate, created, active, turn) VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING",
        retire: "UPDATE signing_key SET turn = 2 WHERE turn = 0",
        promote: "UPDATE signing_key SET turn = 0 WHERE turn = 1",
        forget: "UPDATE signing_key SET active = 0 WHERE turn = 2 AND kid NOT IN (SELECT kid FROM signing_key WHERE turn = 2 ORDER BY created DESC, kid LIMIT 2)",
        withdraw: "UPDATE signing_key SET active = 0, turn = 2",
    };

    fn create() -> Result<StoredKey, KeyError> {
        key::create()
    }

    fn read(pkcs8: &[u8], certificate: Vec<u8>) -> Result<Self, KeyError> {
        Self::read(pkcs8, certificate)
    }

    fn kid(&self) -> &str {
        &self.public.kid
    }
}

impl Kind for EcKey {
    const STATEMENTS: Statements = Statements {
        published: "SELECT kid, pkcs8, certificate FROM ec_signing_key WHERE active = 1 ORDER BY turn, created DESC, kid",
        turns: "SELECT kid, turn, created FROM ec_signing_key WHERE turn < 2",
        add: "INSERT INTO ec_signing_key (kid, pkcs8, certificate, created, active, turn) VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING",
        retire: "UPDATE ec_signing_key SET turn = 2 WHERE turn = 0",
        promote: "UPDATE ec_signing_key SET turn = 0 WHERE turn = 1",
        forget: "UPDATE ec_signing_key SET active = 0 WHERE turn = 2 AND kid NOT IN (SELECT kid FROM ec_signing_key WHERE turn = 2 ORDER BY created DESC, kid LIMIT 2)",
        withdraw: "UPDATE ec_signing_key SET active = 0, turn = 2",
    };

    fn create() -> Result<StoredKey, KeyError> {
        ec::create()
    }

    fn read(pkcs8: &[u8], certificate: Vec<u8>) -> Result<Self, KeyError> {
        Self::read(pkcs8, certificate)
    }

    fn kid(&self) -> &str {
        &self.kid
    }
}
