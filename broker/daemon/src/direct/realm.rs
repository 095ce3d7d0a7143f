//! Whose account is it? The tenant's realm lookup, version 1.0 (registration reference §1.6).

use dovetail_shared::name::Upn;
use serde::Deserialize;
use url::Url;

use super::error::DirectError;
use crate::Daemon;
use crate::net::{Ask, NetError};

/// Where an account signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Realm {
    /// At the tenant.
    Managed,
    /// At its organisation's own service, which describes itself there (MEX).
    Federated(Url),
}

/// The members that matter.
#[derive(Debug, Deserialize)]
struct Answer {
    account_type: String,
    #[serde(default)]
    federation_protocol: Option<String>,
    #[serde(default)]
    federation_metadata_url: Option<String>,
}

/// Asks the configured authority.
pub(super) async fn look_up(
    daemon: &Daemon,
    upn: &Upn,
    correlation: &str,
) -> Result<Realm, DirectError> {
    let mut url = Url::parse(&daemon.config.tenant.authority)
        .map_err(|_| NetError::Setup("the configured authority is not an address".into()))
        .map_err(DirectError::Net)?;
    url.path_segments_mut()
        .map_err(|()| DirectError::Realm)?
        .clear()
        .extend(["common", "UserRealm", upn.as_str()]);
    url.set_query(Some("api-version=1.0"));
    let ask = Ask::get(&url, correlation.to_owned());
    let answer = daemon.net.ask(ask).await.map_err(DirectError::Net)?;
    if answer.status != 200 {
        return Err(DirectError::Realm);
    }
    read(&answer.body)
}

pub(super) fn read(body: &[u8]) -> Result<Realm, DirectError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| DirectError::Realm)?;
    match answer.account_type.as_str() {
        "Managed" => Ok(Realm::Managed),
        "Federated" => {
            if answer.federation_protocol.as_deref() != Some("WSTrust") {
                return Err(DirectError::Endpoint("it does not speak WS-Trust"));
            }
            let url = answer
                .federation_metadata_url
                .ok_or(DirectError::Endpoint("it does not describe itself"))?;
            let url = Url::parse(&url).map_err(|_| DirectError::Realm)?;
            if url.scheme() != "https" || url.host_str().is_none() {
                return Err(DirectError::Endpoint("its description is not behind https"));
            }
            Ok(Realm::Federated(url))
        }
        "Unknown" => Err(DirectError::Unknown),
        _ => Err(DirectError::Realm),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds_are_told_apart() {
        let managed = br#"{"ver":"1.0","account_type":"Managed","domain_name":"contoso.com"}"#;
        assert_eq!(read(managed).unwrap(), Realm::Managed);
        let federated = br#"{"account_type":"Federated","federation_protocol":"WSTrust",
            "federation_metadata_url":"https://sts.fabrikam.com/adfs/services/trust/mex"}"#;
        let there = Url::parse("https://sts.fabrikam.com/adfs/services/trust/mex").unwrap();
        assert_eq!(read(federated).unwrap(), Realm::Federated(there));
        assert!(matches!(
            read(br#"{"account_type":"Unknown"}"#),
            Err(DirectError::Unknown)
        ));
    }

    #[test]
    fn a_federation_that_cannot_be_used_is_refused() {
        for text in [
            r#"{"account_type":"Federated"}"#,
            r#"{"account_type":"Federated","federation_protocol":"SAMLP","federation_metadata_url":"https://a/"}"#,
            r#"{"account_type":"Federated","federation_protocol":"WSTrust"}"#,
            r#"{"account_type":"Federated","federation_protocol":"WSTrust","federation_metadata_url":"http://a/"}"#,
            r#"{"account_type":"Federated","federation_protocol":"WSTrust","federation_metadata_url":"file:///a"}"#,
        ] {
            assert!(
                matches!(read(text.as_bytes()), Err(DirectError::Endpoint(_))),
                "{text}"
            );
        }
        for text in ["", "[]", "<html>", r#"{"account_type":"Other"}"#] {
            assert!(
                matches!(read(text.as_bytes()), Err(DirectError::Realm)),
                "{text}"
            );
        }
    }
}
