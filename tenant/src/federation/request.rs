//! The passive request: the address to which a browser is sent (WS-Federation 1.2 §13.2, federation reference §2.2).

use crate::account::{Federation, PromptLogin};

/// The name of the cloud among sign-in services: `wtrealm`, and the audience of their assertions.
pub(crate) const REALM: &str = "urn:federation:MicrosoftOnline";

/// The claim of a second factor, and the `wauth` that asks for one.
pub(super) const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";

/// What is wanted of the sign-in service beyond a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// However the person is signed in there.
    Anything,
    /// `prompt=login`: the person proves it again, as the domain's settings say.
    Again,
    /// A second factor.
    Mfa,
}

/// The address, with the article's parameters. `wctx` comes back unchanged.
pub(crate) fn address(
    federation: &Federation,
    username: Option<&str>,
    wctx: &str,
    want: Want,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(username) = username {
        query.append_pair("username", username);
    }
    query
        .append_pair("wa", "wsignin1.0")
        .append_pair("wtrealm", REALM)
        .append_pair("wctx", wctx);
    match (want, federation.prompt_login) {
        (Want::Again, PromptLogin::FreshPassword) => {
            query
                .append_pair("wfresh", "0")
                .append_pair("wauth", "urn:oasis:names:tc:SAML:1.0:am:password");
        }
        (Want::Again, PromptLogin::Native) => {
            query.append_pair("prompt", "login");
        }
        (Want::Mfa, _) => {
            query.append_pair("wauth", MULTIPLE);
        }
        (Want::Again, PromptLogin::Disabled) | (Want::Anything, _) => {}
    }
    let url = &federation.passive_url;
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}", query.finish())
}
