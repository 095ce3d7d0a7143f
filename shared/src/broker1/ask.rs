//! Requests, read as leniently as the clients differ: members may be missing or null, and unknown ones are ignored.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{GRAPH_DEFAULT, Named};

/// Null is the same as absent.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Blank as well as absent: not said.
fn said(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// The text is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request is not the JSON object that this method takes")]
pub struct Malformed;

/// The JSON of any of the methods.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ask {
    #[serde(deserialize_with = "or_default")]
    account: Named,
    #[serde(deserialize_with = "or_default")]
    auth_parameters: AuthParameters,
    sso_url: Option<String>,
    pop_params: Option<Value>,
}

/// What a token or cookie is wanted for.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthParameters {
    #[serde(deserialize_with = "or_default")]
    account: Named,
    authority: Option<String>,
    client_id: Option<String>,
    requested_scopes: Option<Value>,
    username: Option<String>,
    sso_url: Option<String>,
    decoded_claims: Option<Value>,
    pop_params: Option<Value>,
    prompt: Option<String>,
}

impl Ask {
    /// Reads a request.
    pub fn parse(json: &str) -> Result<Self, Malformed> {
        // serde would also take an array of the members in order.
        if !json.trim_ascii_start().starts_with('{') {
            return Err(Malformed);
        }
        serde_json::from_str(json).map_err(|_| Malformed)
    }

    /// Whose. Older clients say it beside the parameters, newer ones in them; some say the name alone.
    pub fn account(&self) -> Named {
        let by_name = Named {
            username: said(self.auth_parameters.username.as_ref()).map(str::to_owned),
            ..Named::default()
        };
        [&self.auth_parameters.account, &self.account]
            .into_iter()
            .find(|named| !named.is_empty())
            .cloned()
            .unwrap_or(by_name)
    }

    /// Where a cookie is to go.
    pub fn sso_url(&self) -> Option<String> {
        said(self.sso_url.as_ref())
            .or(said(self.auth_parameters.sso_url.as_ref()))
            .map(str::to_owned)
    }

    /// For which application.
    pub fn client_id(&self) -> Option<String> {
        said(self.auth_parameters.client_id.as_ref()).map(str::to_owned)
    }

    /// Sign-in host with tenant, where the client means a certain one. Most clients send Microsoft's with an open tenant whatever
    /// their account is of: that says nothing, and the broker's own is meant.
    pub fn authority(&self) -> Option<String> {
        let authority = said(self.auth_parameters.authority.as_ref())?;
        let open = authority
            .strip_prefix(super::LOGIN_DEFAULT)
            .map(|tenant| tenant.trim_end_matches('/'))
            .is_some_and(|tenant| ["", "common", "organizations"].contains(&tenant));
        (!open).then(|| authority.to_owned())
    }

    /// Scopes, separated by blanks.
    pub fn scope(&self) -> String {
        let scopes = match &self.auth_parameters.requested_scopes {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            _ => String::new(),
        };
        if scopes.trim().is_empty() {
            GRAPH_DEFAULT.to_owned()
        } else {
            scopes
        }
    }

    /// The `claims` request, as text.
    pub fn claims(&self) -> Option<String> {
        match self.auth_parameters.decoded_claims.as_ref()? {
            Value::String(text) => said(Some(text)).map(str::to_owned),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A token bound to a key of the client's or the broker's is wanted, not a bearer token.
    pub fn wants_proof_of_possession(&self) -> bool {
        [&self.pop_params, &self.auth_parameters.pop_params]
            .into_iter()
            .flatten()
            .any(|params| {
                params
                    .as_object()
                    .is_some_and(|members| !members.is_empty())
            })
    }

    /// The person is to be asked whatever is known already.
    pub fn wants_a_person(&self) -> bool {
        said(self.auth_parameters.prompt.as_ref()).is_some_and(|prompt| prompt != "none")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(value: &Value) -> Ask {
        Ask::parse(&value.to_string()).unwrap()
    }

    #[test]
    fn an_account_is_found_wherever_a_client_says_it() {
        let home = |value: Value| ask(&value).account().home_account_id;
        let one = json!({"homeAccountId": "o.t", "passwordExpiry": 0, "realm": null});
        assert_eq!(home(json!({"account": one})).as_deref(), Some("o.t"));
        assert_eq!(
            home(json!({"authParameters": {"account": one}})).as_deref(),
            Some("o.t")
        );
        assert_eq!(home(json!({"account": null, "authParameters": null})), None);
        let named = ask(&json!({"authParameters": {"username": "u@contoso.com"}})).account();
        assert_eq!(named.username.as_deref(), Some("u@contoso.com"));
    }

    #[test]
    fn an_address_is_taken_from_either_place() {
        let url = |value: Value| ask(&value).sso_url();
        assert_eq!(url(json!({"ssoUrl": "a"})).as_deref(), Some("a"));
        assert_eq!(
            url(json!({"ssoUrl": "", "authParameters": {"ssoUrl": "b"}})).as_deref(),
            Some("b")
        );
        assert_eq!(url(json!({})), None);
    }

    #[test]
    fn scopes_and_claims_are_one_text_each() {
        let of = |parameters: Value| ask(&json!({"authParameters": parameters}));
        assert_eq!(of(json!({"requestedScopes": ["a", "b"]})).scope(), "a b");
        assert_eq!(of(json!({"requestedScopes": "a b"})).scope(), "a b");
        assert_eq!(of(json!({"requestedScopes": []})).scope(), GRAPH_DEFAULT);
        assert_eq!(
            of(json!({"decodedClaims": "{}"})).claims().as_deref(),
            Some("{}")
        );
        assert_eq!(
            of(json!({"decodedClaims": {"a": 1}})).claims().as_deref(),
            Some("{\"a\":1}")
        );
        assert_eq!(of(json!({"decodedClaims": ""})).claims(), None);
    }

    #[test]
    fn an_open_authority_of_microsofts_says_nothing() {
        let of =
            |authority: &str| ask(&json!({"authParameters": {"authority": authority}})).authority();
        for open in ["common", "common/", "organizations", ""] {
            assert_eq!(
                of(&format!("https://login.microsoftonline.com/{open}")),
                None,
                "{open}"
            );
        }
        for meant in [
            "https://login.microsoftonline.com/contoso.com",
            "https://login.microsoftonline.com.evil.example/common",
            "https://login.contoso.example/common",
        ] {
            assert_eq!(of(meant).as_deref(), Some(meant));
        }
    }

    #[test]
    fn proof_of_possession_and_a_person_are_wanted_only_by_saying_so() {
        let pop = json!({"authenticationScheme": "pop"});
        assert!(ask(&json!({"popParams": pop})).wants_proof_of_possession());
        assert!(ask(&json!({"authParameters": {"popParams": pop}})).wants_proof_of_possession());
        assert!(!ask(&json!({"authParameters": {"popParams": null}})).wants_proof_of_possession());
        let prompt =
            |prompt: Value| ask(&json!({"authParameters": {"prompt": prompt}})).wants_a_person();
        assert!(prompt(json!("select_account")) && prompt(json!("login")));
        assert!(!prompt(json!("none")) && !prompt(json!("")) && !prompt(Value::Null));
    }

    #[test]
    fn what_is_no_object_is_no_request() {
        for text in [
            "",
            "[]",
            "null",
            "7",
            "{",
            "[null,null,null,null]",
            "{\"account\":7}",
        ] {
            assert_eq!(Ask::parse(text), Err(Malformed), "{text}");
        }
    }
}
