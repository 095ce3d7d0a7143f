//! The addresses at the sign-in, from what the daemon gave and the tenant's metadata says.

use dovetail_shared::link::Mode;
use dovetail_shared::oidc::AuthorizeRequest;

use super::ask::Ask;
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

/// Whether the identity provider may show something to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// It answers by the session that it has, or not at all.
    None,
    /// As it needs.
    Free,
    /// It asks for the credentials, whoever is signed in.
    Login,
}

/// Where the browser is sent. `state` is the page's own secret, `page` its address without query and fragment. Where a code is
/// asked for, its PKCE verifier stays in the daemon.
pub(crate) fn url(
    ask: &Ask,
    metadata: &Metadata,
    state: &str,
    page: &str,
    prompt: Prompt,
) -> Result<String, NoUrl> {
    let endpoint = endpoint(&ask.authority, metadata)?;
    let Some(challenge) = &ask.code_challenge else {
        let oobe = ask
            .join
            .as_ref()
            .is_some_and(|join| join.mode == Mode::Oobe);
        let request = AuthorizeRequest {
            client_id: ask.client_id.clone(),
            nonce: ask.nonce.clone(),
            state: state.to_owned(),
            redirect_uri: page.to_owned(),
            login_hint: ask.login_hint.clone(),
            cxhflow: if oobe { "OOBE" } else { "MOSET" },
        };
        return Ok(with_query(endpoint, &request.pairs()));
    };
    let elsewhere = ask.redirect_uri.as_deref();
    // The extension sees what is sent to a server, and what it sees there comes back here behind the `#`.
    let mode = elsewhere.map_or("fragment", |_| "query");
    let mut pairs = vec![
        ("client_id", ask.client_id.as_str()),
        ("msafed", "0"),
        ("nonce", &ask.nonce),
        ("redirect_uri", elsewhere.unwrap_or(page)),
        ("resource", ask.resource.as_deref().unwrap_or_default()),
        ("response_type", "code"),
        ("response_mode", mode),
        ("state", state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    match prompt {
        Prompt::None => pairs.push(("prompt", "none")),
        Prompt::Free => {}
        Prompt::Login => pairs.extend([("prompt", "login"), ("windows_api_version", "2.0")]),
    }
    if let Some(hint) = &ask.login_hint {
        pairs.push(("login_hint", hint));
    }
    if let Some(methods) = &ask.amr_values {
        pairs.push(("amr_values", methods));
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

    fn began() -> Ask {
        Ask {
            authority: "https://login.dovetail.localhost:8443/common".into(),
            client_id: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9".into(),
            nonce: "nonce-of-the-daemon".into(),
            code_challenge: None,
            resource: None,
            redirect_uri: None,
            login_hint: None,
            amr_values: None,
            join: Some(sample::join(
                dovetail_shared::link::JoinState::WaitingForSignIn,
            )),
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
        let mut hinted = began();
        hinted.login_hint = Some("adele+x@contoso.com".into());
        assert_eq!(
            url(&hinted, &endpoint, "st", page, Prompt::Login).unwrap(),
            "https://login.dovetail.localhost:8443/common/oauth2/authorize?client_id=01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9\
             &msafed=0&nonce=nonce-of-the-daemon&prompt=login\
             &redirect_uri=https%3A%2F%2Fportal.dovetail.localhost%3A8443%2FWebApp%2FCloudDomainJoin%2F4\
             &response_type=id_token&response_mode=fragment&scope=openid%20sid&state=st&uxoptin=true\
             &windows_api_version=2.0&cxhflow=MOSET&cxhver=1.0&cxhplatform=Desktop\
             &login_hint=adele%2Bx%40contoso.com"
        );
        assert!(
            !url(&began(), &endpoint, "st", page, Prompt::Login)
                .unwrap()
                .contains("login_hint")
        );
    }

    fn managing() -> Ask {
        Ask {
            client_id: "29d9ed98-a469-4536-ade2-f981bc1d605e".into(),
            resource: Some("https://manage.dovetail.localhost:8443/".into()),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into()),
            login_hint: Some("alex@contoso.com".into()),
            ..began()
        }
    }

    /// The code source (design §5): the same request, answered to an address of the tenant's, by a fresh sign-in.
    #[test]
    fn a_code_for_the_join_goes_to_the_tenants_own_address() {
        let endpoint = metadata("https://login.microsoftonline.com/common/oauth2/authorize");
        let there = "https://login.microsoftonline.com/common/oauth2/nativeclient";
        let mut ask = managing();
        ask.authority = "https://login.microsoftonline.com/common".into();
        ask.redirect_uri = Some(there.into());
        let url = url(
            &ask,
            &endpoint,
            "st",
            "https://portal.example/p",
            Prompt::Login,
        )
        .unwrap();
        for part in [
            "&redirect_uri=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fnativeclient&",
            "&response_type=code&response_mode=query&",
            "&prompt=login&windows_api_version=2.0&",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
        assert!(!url.contains("portal.example"));
    }

    /// The article's silent request, with PKCE by the daemon; the second try differs in the prompt alone.
    #[test]
    fn the_code_url_is_the_articles() {
        let endpoint = metadata("https://login.dovetail.localhost:8443/common/oauth2/authorize");
        let page = "https://portal.dovetail.localhost:8443/WebApp/CloudDomainJoin/4";
        let silent = url(&managing(), &endpoint, "st", page, Prompt::None).unwrap();
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
            url(&managing(), &endpoint, "st", page, Prompt::Free).unwrap(),
            silent.replace("&prompt=none", "")
        );
    }

    #[test]
    fn a_query_in_the_endpoint_is_continued() {
        let endpoint = metadata("https://login.dovetail.localhost:8443/authorize?p=join");
        assert!(
            url(&began(), &endpoint, "s", "r", Prompt::Login)
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
                url(&began(), &metadata(endpoint), "s", "r", Prompt::Login),
                Err(NoUrl::ForeignEndpoint),
                "{endpoint}"
            );
            assert_eq!(
                url(&managing(), &metadata(endpoint), "s", "r", Prompt::None),
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
