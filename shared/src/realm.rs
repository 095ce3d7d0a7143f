//! User realm: how an account signs in (`/common/userrealm`, api-version 2.1).

use serde::{Deserialize, Serialize};

/// The answer of `GET /common/userrealm/?user=…&api-version=2.1`, as far as a client needs it.
///
/// Source: the 2016 article's sample (federated) and public documentation (managed, unknown).
/// Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRealm {
    /// Managed, federated or not known.
    #[serde(rename = "NameSpaceType")]
    pub name_space_type: NameSpaceType,
    /// The user name as it was asked for.
    #[serde(rename = "Login", default)]
    pub login: String,
    /// The domain of the account. Absent when unknown.
    #[serde(
        rename = "DomainName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub domain_name: Option<String>,
    /// The tenant's name for people. Absent when unknown.
    #[serde(
        rename = "FederationBrandName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub federation_brand_name: Option<String>,
    /// Where a federated account signs in (passive WS-Federation URL).
    #[serde(rename = "AuthURL", default, skip_serializing_if = "Option::is_none")]
    pub auth_url: Option<String>,
    /// `WSTrust` or `SAMLP`; federated accounts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federation_protocol: Option<String>,
    /// `microsoftonline.com` in the public cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_instance_name: Option<String>,
}

/// How an account's domain signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameSpaceType {
    /// The tenant itself holds the password.
    Managed,
    /// An outside security token service signs the person in.
    Federated,
    /// No tenant owns this domain.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of the article's federated answer.
    #[test]
    fn a_federated_answer_is_read() {
        let realm: UserRealm = serde_json::from_str(
            r#"{"NameSpaceType":"Federated","Login":"u@fabrikam.com","DomainName":"fabrikam.com",
               "FederationBrandName":"Fabrikam","TenantBrandingInfo":null,"cloud_instance_name":"microsoftonline.com",
               "federation_protocol":"WSTrust","IsDomainVerified":0,
               "AuthURL":"https://sts.fabrikam.com/adfs/ls/?username=u%40fabrikam.com&wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline&wctx="}"#,
        )
        .unwrap();
        assert_eq!(realm.name_space_type, NameSpaceType::Federated);
        assert!(
            realm
                .auth_url
                .unwrap()
                .starts_with("https://sts.fabrikam.com/")
        );
    }

    #[test]
    fn an_unknown_answer_has_no_domain() {
        let realm: UserRealm =
            serde_json::from_str(r#"{"NameSpaceType":"Unknown","Login":"a@b.c"}"#).unwrap();
        assert_eq!(realm.domain_name, None);
    }
}
