//! What is known about an account while its name is being typed.

use dovetail_shared::name::Upn;
use dovetail_shared::realm::NameSpaceType;
use serde::Deserialize;

use crate::oidc::origin;

/// How far the look-up of an account is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Lookup {
    /// Nothing to look up yet.
    #[default]
    Idle,
    /// Asked; or about to be, once the typing rests.
    Looking,
    /// A tenant signs the account in; its name.
    Managed(String),
    /// The organisation's own service signs the account in; the tenant's name, and the service's host.
    Federated(String, String),
    /// No tenant owns the account's domain.
    Unknown,
    /// No answer.
    Failed,
}

/// Whether the text is an account name worth asking about.
pub(crate) fn looks_whole(text: &str) -> bool {
    text.trim().parse::<Upn>().is_ok()
}

/// Of [`dovetail_shared::realm::UserRealm`].
#[derive(Debug, Deserialize)]
pub(crate) struct Realm {
    #[serde(rename = "NameSpaceType")]
    name_space_type: NameSpaceType,
    #[serde(rename = "DomainName", default)]
    domain_name: Option<String>,
    #[serde(rename = "FederationBrandName", default)]
    federation_brand_name: Option<String>,
    #[serde(rename = "AuthURL", default)]
    auth_url: Option<String>,
}

impl From<Realm> for Lookup {
    fn from(realm: Realm) -> Self {
        // A brand name is the tenant's own text: what is no fit name for people is replaced by the domain.
        let organisation = realm
            .federation_brand_name
            .filter(|name| name.parse::<dovetail_shared::name::DisplayName>().is_ok())
            .or(realm.domain_name)
            .map(|name| name.chars().take(253).collect())
            .unwrap_or_default();
        match realm.name_space_type {
            NameSpaceType::Managed => Self::Managed(organisation),
            NameSpaceType::Federated => {
                let host = realm.auth_url.as_deref().and_then(origin::host);
                // An address that nobody can be sent to is the tenant's to refuse; the name says enough here.
                Self::Federated(organisation.clone(), host.unwrap_or(organisation))
            }
            NameSpaceType::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(json: &str) -> Lookup {
        serde_json::from_str::<Realm>(json).unwrap().into()
    }

    #[test]
    fn only_a_whole_account_name_is_looked_up() {
        assert!(looks_whole(" adele@contoso.com "));
        for half in ["", "adele", "adele@", "adele@contoso", "a b@contoso.com"] {
            assert!(!looks_whole(half), "{half}");
        }
    }

    /// [PG-02] A brand name of 200 kB or with a bidirectional override is not shown.
    #[test]
    fn an_unfit_brand_name_is_replaced_by_the_domain() {
        for name in ["x".repeat(200_000), "\\u202egnp".into()] {
            assert_eq!(
                realm(&format!(
                    r#"{{"NameSpaceType":"Managed","DomainName":"contoso.com","FederationBrandName":"{name}"}}"#
                )),
                Lookup::Managed("contoso.com".into())
            );
        }
    }

    #[test]
    fn the_three_kinds_are_told_apart() {
        assert_eq!(
            realm(
                r#"{"NameSpaceType":"Federated","DomainName":"f.com","FederationBrandName":"Fabrikam",
                    "AuthURL":"https://sts.fabrikam.com:8443/adfs/ls/?username=isaiah"}"#
            ),
            Lookup::Federated("Fabrikam".into(), "sts.fabrikam.com:8443".into())
        );
        assert_eq!(
            realm(
                r#"{"NameSpaceType":"Federated","DomainName":"f.com","AuthURL":"javascript:alert(1)"}"#
            ),
            Lookup::Federated("f.com".into(), "f.com".into())
        );
        assert_eq!(realm(r#"{"NameSpaceType":"Unknown"}"#), Lookup::Unknown);
    }
}
