//! The tenant's own pages. They are applications like any other, at addresses where its servers stand. Each server says for itself
//! where that is, again and again; when it stops, or is no longer heard of, its addresses go, since whoever has them next must not
//! be handed tokens.

use dovetail_shared::UnixTime;

use crate::client::{BROKER, DEVICE_LOGIN, JOIN_PAGE, Platform, Registration, keep};
use crate::hosts::Hosts;
use crate::random;
use crate::store::{Store, StoreError, query};

/// Seconds for which a server counts that was heard of.
const LEASE_SECS: i64 = 60;

/// Registers the applications that the pages are: at each start, so that older stores have them, too. Addresses that somebody added
/// stay.
pub(crate) async fn register(store: &Store) -> Result<(), StoreError> {
    let mut join = Registration::new(JOIN_PAGE, "Device Registration Service");
    join.id_token = true;
    let mut management = Registration::new(crate::mdm::CLIENT, "Device management");
    management.id_token = true;
    for app in [
        join,
        Registration::new(BROKER, "Microsoft Authentication Broker"),
        management,
        Registration::new(DEVICE_LOGIN, "Sign-in with a code"),
    ] {
        keep(store, &app).await?;
    }
    Ok(())
}

/// Where this server has pages.
#[derive(Debug)]
pub(crate) struct OwnPages {
    /// This process among the tenant's servers.
    server: String,
    /// Application, address, kind.
    pages: [(&'static str, String, Platform); 5],
}

impl OwnPages {
    /// The pages of a server with these names. Nobody is sent there before [`Self::say`].
    pub(crate) fn of(hosts: &Hosts) -> Self {
        Self {
            server: random::guid().to_string(),
            pages: [
                (JOIN_PAGE, hosts.page(), Platform::Native),
                (BROKER, hosts.page(), Platform::Native),
                (BROKER, hosts.native_client(), Platform::Native),
                (
                    crate::mdm::CLIENT,
                    hosts.management_sign_in(),
                    Platform::Web,
                ),
                (DEVICE_LOGIN, hosts.device_code_page(), Platform::Native),
            ],
        }
    }

    /// Says that they are here, as of `now`: at the start, and oftener than each [`LEASE_SECS`]. It brings back a server that was away
    /// for longer.
    pub(crate) async fn say(&self, store: &Store, now: UnixTime) -> Result<(), StoreError> {
        let expires = now.plus(LEASE_SECS).0;
        let known = query("UPDATE server_redirect SET expires = $1 WHERE server = $2")
            .bind(expires)
            .bind(&self.server)
            .execute(store)
            .await?;
        if usize::try_from(known.rows_affected()) == Ok(self.pages.len()) {
            return Ok(());
        }
        for (client_id, uri, platform) in &self.pages {
            query(
                "INSERT INTO server_redirect (server, client_id, uri, platform, expires) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (server, client_id, uri) DO UPDATE SET expires = excluded.expires",
            )
            .bind(&self.server)
            .bind(*client_id)
            .bind(uri)
            .bind(platform.word())
            .bind(expires)
            .execute(store)
            .await?;
        }
        Ok(())
    }

    /// Takes them back: this server stops.
    pub(crate) async fn leave(&self, store: &Store) -> Result<(), StoreError> {
        query("DELETE FROM server_redirect WHERE server = $1")
            .bind(&self.server)
            .execute(store)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::client::registration;
    use crate::store::open;

    /// [ID-01] Addresses are there for as long as their servers say so: those of one that stops go at once, those of one that is no
    /// longer heard of with its lease, and one that was only away comes back.
    #[tokio::test]
    async fn an_address_lives_as_long_as_its_server_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), None).await.unwrap();
        register(&store).await.unwrap();
        let at = |port| Hosts::new(false, SocketAddr::from(([127, 0, 0, 1], port)));
        let (here, there) = (at(8443), at(9443));
        let known = async |uri: &str| {
            let page = registration(&store, JOIN_PAGE).await.unwrap().unwrap();
            page.platform(uri).is_some()
        };
        let begin = UnixTime(1_000_000);
        let (one, two) = (OwnPages::of(&here), OwnPages::of(&there));
        assert!(!known(&here.page()).await);
        one.say(&store, begin).await.unwrap();
        two.say(&store, begin).await.unwrap();
        assert!(known(&here.page()).await && known(&there.page()).await);
        one.say(&store, begin.plus(LEASE_SECS)).await.unwrap();
        store.sweep(begin.plus(LEASE_SECS + 1)).await.unwrap();
        assert!(known(&here.page()).await && !known(&there.page()).await);
        two.say(&store, begin.plus(LEASE_SECS + 2)).await.unwrap();
        assert!(known(&there.page()).await);
        one.leave(&store).await.unwrap();
        assert!(!known(&here.page()).await && known(&there.page()).await);
    }
}
