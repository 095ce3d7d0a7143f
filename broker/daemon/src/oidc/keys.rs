//! The authority's metadata and keys, kept in memory while a join goes on.

use std::time::{Duration, Instant};

use dovetail_shared::jose::{Jwk, JwkSet, Jws};
use dovetail_shared::oidc::ProviderMetadata;
use dovetail_shared::{Code, UnixTime};
use url::Url;

use crate::config::Tenant;
use crate::net::{Ask, Net, NetError};

/// An unknown key name makes us ask again at most this often.
const REFETCH: Duration = Duration::from_mins(1);

/// What is known of the authority.
#[derive(Debug, Default)]
pub struct Provider {
    known: Option<(ProviderMetadata, JwkSet, Option<UnixTime>)>,
    asked: Option<Instant>,
}

impl Provider {
    /// The key a token names, the issuer, and the server's clock at the last answer.
    pub async fn key(
        &mut self,
        net: &Net,
        config: &Tenant,
        jws: &Jws<'_>,
        correlation: &str,
    ) -> Result<(Option<Jwk>, String, Option<UnixTime>), (Code, String)> {
        let kid = jws.header.kid.as_deref().unwrap_or_default();
        let knows = |known: &(ProviderMetadata, JwkSet, Option<UnixTime>)| {
            known.1.keys.iter().find(|key| key.kid == kid).cloned()
        };
        let lacking = self
            .known
            .as_ref()
            .is_none_or(|known| knows(known).is_none());
        let allowed = self.known.is_none() || self.asked.is_none_or(|at| at.elapsed() > REFETCH);
        if lacking && allowed {
            self.fetch(net, config, correlation).await?;
        }
        let known = self.known.as_ref().ok_or((Code::INTERNAL, String::new()))?;
        Ok((knows(known), known.0.issuer.clone(), known.2))
    }

    /// Asks ahead, while the person still signs in.
    pub async fn fetch(
        &mut self,
        net: &Net,
        config: &Tenant,
        correlation: &str,
    ) -> Result<(), (Code, String)> {
        let plain = |error: NetError| (error.code(), error.to_string());
        let nonsense = |what: &str| {
            (
                Code::NONSENSE,
                format!("the authority's {what} cannot be read"),
            )
        };
        self.asked = Some(Instant::now());
        let url = format!(
            "{}/.well-known/openid-configuration",
            config.authority.trim_end_matches('/')
        );
        let url = Url::parse(&url).map_err(|_| nonsense("address"))?;
        let answer = get(net, &url, correlation).await.map_err(plain)?;
        let date = answer.date;
        let metadata: ProviderMetadata =
            serde_json::from_slice(&answer.body).map_err(|_| nonsense("metadata"))?;
        let keys = Url::parse(&metadata.jwks_uri).map_err(|_| nonsense("key address"))?;
        if keys.scheme() != "https" || keys.host_str() != url.host_str() {
            return Err((
                Code::DRS_REDIRECTED,
                "the authority keeps its keys on another host".into(),
            ));
        }
        let answer = get(net, &keys, correlation).await.map_err(plain)?;
        let set: JwkSet = serde_json::from_slice(&answer.body).map_err(|_| nonsense("keys"))?;
        self.known = Some((metadata, set, date));
        Ok(())
    }
}

async fn get(net: &Net, url: &Url, correlation: &str) -> Result<crate::net::Answer, NetError> {
    net.ask(Ask::get(url, correlation.to_owned())).await
}
