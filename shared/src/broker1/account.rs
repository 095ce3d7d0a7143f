//! Accounts, as clients read them and give them back.

use serde::{Deserialize, Serialize};

use crate::link;

/// An account with every member that some client insists on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// `login.windows.net`
    pub environment: String,
    /// Last name; may be empty.
    pub family_name: String,
    /// First name; may be empty.
    pub given_name: String,
    /// Name for people.
    pub name: String,
    /// `<oid>.<tid>`
    pub home_account_id: String,
    /// `<oid>`
    pub local_account_id: String,
    /// `<tid>`
    pub realm: String,
    /// User principal name.
    pub username: String,
    /// 0: not known. The one time that is not in milliseconds.
    pub password_expiry: i64,
    /// base64url of `{"uid":"<oid>","utid":"<tid>"}`.
    pub client_info: String,
}

impl From<&link::Account> for Account {
    fn from(account: &link::Account) -> Self {
        Self {
            environment: account.environment.clone(),
            family_name: account.family_name.clone().unwrap_or_default(),
            given_name: account.given_name.clone().unwrap_or_default(),
            name: account.name.clone(),
            home_account_id: account.home_account_id.clone(),
            local_account_id: account.local_account_id.clone(),
            realm: account.tenant_id.to_string(),
            username: account.username.clone(),
            password_expiry: 0,
            client_info: account.client_info.clone(),
        }
    }
}

/// How a client names an account: by giving back what it got, or a part of that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Named {
    /// `<oid>.<tid>`
    pub home_account_id: Option<String>,
    /// `<oid>`
    pub local_account_id: Option<String>,
    /// User principal name.
    pub username: Option<String>,
}

impl Named {
    fn is(&self, account: &link::Account) -> bool {
        let ids = [
            (&self.home_account_id, &account.home_account_id),
            (&self.local_account_id, &account.local_account_id),
        ];
        let same = |(said, is): (&Option<String>, &String)| {
            said.as_ref()
                .is_none_or(|said| said.eq_ignore_ascii_case(is))
        };
        // A name can change and an id cannot: where there is an id, it decides.
        if ids.iter().any(|(said, _)| said.is_some()) {
            return ids.into_iter().all(same);
        }
        self.username
            .as_ref()
            .is_none_or(|said| said.to_lowercase() == account.username.to_lowercase())
    }

    /// Nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The account that is meant: the named one, or the default one where none is named. `None` when there is no such account.
pub fn find<'a>(accounts: &'a [link::Account], named: &Named) -> Option<&'a link::Account> {
    let mut all = accounts.iter();
    if named.is_empty() {
        return accounts
            .iter()
            .find(|account| account.default)
            .or_else(|| all.next());
    }
    all.find(|account| named.is(account))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(number: u8, default: bool) -> link::Account {
        serde_json::from_value(json!({
            "home_account_id": format!("o{number}.t"), "local_account_id": format!("o{number}"),
            "tenant_id": "6babcaad-604b-40ac-a9d7-9fd97c0b779f", "environment": "login.windows.net",
            "username": format!("u{number}@contoso.com"), "name": "U", "client_info": "e30", "default": default,
        }))
        .unwrap()
    }

    /// sso-mib refuses an account that lacks one of these, and wants a UUID for a realm.
    #[test]
    fn an_account_has_every_member_that_clients_insist_on() {
        let value = serde_json::to_value(Account::from(&account(1, true))).unwrap();
        for member in [
            "environment",
            "givenName",
            "homeAccountId",
            "localAccountId",
            "name",
            "realm",
            "username",
            "familyName",
            "clientInfo",
        ] {
            assert!(value[member].is_string(), "{member}");
        }
        assert_eq!(value["passwordExpiry"], 0);
        assert_eq!(value["realm"], "6babcaad-604b-40ac-a9d7-9fd97c0b779f");
    }

    #[test]
    fn the_named_account_is_found_and_nobody_else() {
        let accounts = [account(1, false), account(2, true)];
        let found = |named: serde_json::Value| {
            let named = serde_json::from_value(named).unwrap();
            find(&accounts, &named).map(|account| account.local_account_id.as_str())
        };
        assert_eq!(found(json!({})), Some("o2"));
        assert_eq!(found(json!({"homeAccountId": "o1.t"})), Some("o1"));
        assert_eq!(found(json!({"username": "U1@contoso.com"})), Some("o1"));
        assert_eq!(
            found(json!({"homeAccountId": "o1.t", "username": "renamed@contoso.com"})),
            Some("o1")
        );
        assert_eq!(
            found(json!({"homeAccountId": "o3.t", "username": "u1@contoso.com"})),
            None
        );
        assert_eq!(
            found(json!({"homeAccountId": "o1.t", "localAccountId": "o2"})),
            None
        );
        assert_eq!(found(json!({"username": "stranger@contoso.com"})), None);
        assert_eq!(find(&[], &Named::default()), None);
    }
}
