//! The addresses at the sign-in, from what the daemon gave and the tenant's metadata says.

use dovetail_shared::link::{Began, Managing, Mode};
use dovetail_shared::oidc::AuthorizeRequest;

use super::form::with_query;
use super::origin;
use crate::api::metadata::Metadata;

/// Why no sign-in URL could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoUrl {
    /// The page's own configuration names another sign-in service than the device's.
    ForeignAuthority,
    /// The metadata sends the person to another origin than the authority's.
    ForeignEndpoint,
}

/// Whether page and device mean the same sign-in service: same https origin. Tenant segments may differ (`common`).
pub(crate) fn agree(page: &str, device: &str) -> Result<(), NoUrl> {
    if origin::same(page, device) {
        Ok(())
    } else {
        Err(NoUrl::ForeignAuthority)
    }
}

/// Where the browser is sent to sign in. `state` is the page's own secret, `redirect_uri` the page without query and
/// fragment.
pub(crate) fn url(
    began: &Began,
    metadata: &Metadata,
    state: &str,
    redirect_uri: &str,
    login_hint: Option<&str>,
) -> Result<String, NoUrl> {
    let endpoint = endpoint(&began.authority, metadata)?;
    let request = AuthorizeRequest {
        client_id: began.client_id.clone(),
        nonce: began.nonce.clone(),
        state: state.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        login_hint: login_hint
            .filter(|hint| !hint.is_empty())
            .map(str::to_owned),
        cxhflow: match began.join.mode {
            Mode::Oobe => "OOBE",
            Mode::Settings => "MOSET",
        },
    };
    Ok(with_query(endpoint, &request.pairs()))
}

/// Whether the identity provider may show something to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// It answers by the session that it has, or not at all.
    None,
    /// As it needs.
    Free,
}

/// Where the browser is sent for the management service's code. The PKCE verifier stays in the daemon.
pub(crate) fn code_url(
    managing: &Managing,
    metadata: &Metadata,
    state: &str,
    redirect_uri: &str,
    prompt: Prompt,
) -> Result<String, NoUrl> {
    let endpoint = endpoint(&managing.authority, metadata)?;
    let mut pairs = vec![
        ("client_id", managing.client_id.as_str()),
        ("msafed", "0"),
        ("nonce", &managing.nonce),
        ("redirect_uri", redirect_uri),
        ("resource", &managing.resource),
        ("response_type", "code"),
        ("response_mode", "fragment"),
        ("state", state),
        ("code_challenge", &managing.code_challenge),
        ("code_challenge_method", "S256"),
    ];
    if prompt == Prompt::None {
        pairs.push(("prompt", "none"));
    }
    if let Some(account) = &managing.join.account {
        pairs.push(("login_hint", &account.upn));
    }
    Ok(with_query(endpoint, &pairs))
}

/// The authorize endpoint, if it is at the authority's own origin.
fn endpoint<'a>(authority: &str, metadata: &'a Metadata) -> Result<&'a str, NoUrl> {
    let endpoint = &metadata.authorization_endpoint;
    if origin::same(authority, endpoint) && !endpoint.contains('#') {
        Ok(endpoint)
    } else {
        Err(NoUrl::ForeignEndpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::sample;

    fn began() -> Began {
        Began {
            join: sample::join(dovetail_shared::link::JoinState::WaitingForSignIn),
            nonce: "nonce-of-the-daemon".into(),
            authority: "https://login.dovetail.localhost:8443/common".into(),
            client_id: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9".into(),
        }
    }

    fn metadata(endpoint: &str) -> Metadata {
        Metadata {
            issuer: String::new(),
            authorization_endpoint: endpoint.into(),
        }
    }

    /// The article's parameters, in its order, with the daemon's nonce.
    #[test]
    fn the_sign_in_url_is_the_articles() {
        let endpoint = metadata("https://login.dovetail.localhost:8443/common/oauth2/authorize");
        let page = "https://portal.dovetail.localhost:8443/WebApp/CloudDomainJoin/4";
        assert_eq!(
            url(&began(), &endpoint, "st", page, Some("adele+x@contoso.com")).unwrap(),
            "https://login.dovetail.localhost:8443/common/oauth2/authorize?client_id=01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9\
             &msafed=0&nonce=nonce-of-the-daemon&prompt=login\
             &redirect_uri=https%3A%2F%2Fportal.dovetail.localhost%3A8443%2FWebApp%2FCloudDomainJoin%2F4\
             &response_type=id_token&response_mode=fragment&scope=openid%20sid&state=st&uxoptin=true\
             &windows_api_version=2.0&cxhflow=MOSET&cxhver=1.0&cxhplatform=Desktop\
             &login_hint=adele%2Bx%40contoso.com"
        );
        assert!(
            !url(&began(), &endpoint, "st", page, Some(""))
                .unwrap()
                .contains("login_hint")
        );
    }

    fn managing() -> Managing {
        let mut join = sample::join(dovetail_shared::link::JoinState::WaitingForManagement);
        join.account = Some(sample::account());
        Managing {
            join,
            authority: "https://login.dovetail.localhost:8443/common".into(),
            client_id: "29d9ed98-a469-4536-ade2-f981bc1d605e".into(),
            resource: "https://manage.dovetail.localhost:8443/".into(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            nonce: "nonce-of-the-daemon".into(),
        }
    }

    /// The article's silent request, with PKCE by the daemon; the second try differs in the prompt alone.
    #[test]
    fn the_code_url_is_the_articles() {
        let endpoint = metadata("https://login.dovetail.localhost:8443/common/oauth2/authorize");
        let page = "https://portal.dovetail.localhost:8443/WebApp/CloudDomainJoin/4";
        let silent = code_url(&managing(), &endpoint, "st", page, Prompt::None).unwrap();
        assert_eq!(
            silent,
            "https://login.dovetail.localhost:8443/common/oauth2/authorize?client_id=29d9ed98-a469-4536-ade2-f981bc1d605e\
             &msafed=0&nonce=nonce-of-the-daemon\
             &redirect_uri=https%3A%2F%2Fportal.dovetail.localhost%3A8443%2FWebApp%2FCloudDomainJoin%2F4\
             &resource=https%3A%2F%2Fmanage.dovetail.localhost%3A8443%2F&response_type=code&response_mode=fragment&state=st\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=none\
             &login_hint=alex%40contoso.com"
        );
        assert_eq!(
            code_url(&managing(), &endpoint, "st", page, Prompt::Free).unwrap(),
            silent.replace("&prompt=none", "")
        );
    }

    #[test]
    fn a_query_in_the_endpoint_is_continued() {
        let endpoint = metadata("https://login.dovetail.localhost:8443/authorize?p=join");
        assert!(
            url(&began(), &endpoint, "s", "r", None)
                .unwrap()
                .starts_with("https://login.dovetail.localhost:8443/authorize?p=join&client_id=")
        );
    }

    /// [PG-06] Metadata that sends the person elsewhere is not followed.
    #[test]
    fn metadata_may_not_send_the_person_elsewhere() {
        for endpoint in [
            "https://evil.example/authorize",
            "http://login.dovetail.localhost:8443/authorize",
            "https://login.dovetail.localhost:8443@evil.example/",
            "https://login.dovetail.localhost/authorize",
            "javascript:alert(1)",
            "https://login.dovetail.localhost:8443/authorize#x",
            "",
        ] {
            assert_eq!(
                url(&began(), &metadata(endpoint), "s", "r", None),
                Err(NoUrl::ForeignEndpoint),
                "{endpoint}"
            );
            assert_eq!(
                code_url(&managing(), &metadata(endpoint), "s", "r", Prompt::None),
                Err(NoUrl::ForeignEndpoint),
                "{endpoint}"
            );
        }
    }

    #[test]
    fn page_and_device_must_mean_the_same_service() {
        let device = "https://login.contoso.com/contoso.com";
        assert_eq!(agree("https://login.contoso.com/common", device), Ok(()));
        assert_eq!(
            agree("https://login.fabrikam.com/common", device),
            Err(NoUrl::ForeignAuthority)
        );
        assert_eq!(agree("", ""), Err(NoUrl::ForeignAuthority));
    }
}
