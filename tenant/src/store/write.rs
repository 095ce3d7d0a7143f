//! Operations: changes that the store may put together with others into one commit, and may have to try twice.

use super::connection::Connection;
use super::error::StoreError;

/// A change. It owns what it needs, and may run again from the beginning: nothing of an attempt remains that failed.
pub(crate) trait Operation: Send + Sync + 'static {
    /// What it gives.
    type Output: Send + 'static;
    /// Why it does not; then nothing of it remains.
    type Error: From<StoreError> + Send + 'static;

    /// Whether it changes things with one statement, after which it cannot fail: the database undoes that by itself.
    const ONE_STATEMENT: bool = false;

    /// Does it. On SQLite it must wait for nothing else than this connection.
    fn run<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send + 'a;
}
