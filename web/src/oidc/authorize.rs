//! The sign-in URL, from what the daemon gave and the tenant's metadata says.

use dovetail_shared::link::{Began, Mode};
use dovetail_shared::oidc::{AuthorizeRequest, ProviderMetadata};

use super::origin;

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

/// Where the browser is sent. `state` is the page's own secret, `redirect_uri` the page without query and fragment.
pub(crate) fn url(
    began: &Began,
    metadata: &ProviderMetadata,
    state: &str,
    redirect_uri: &str,
    login_hint: Option<&str>,
) -> Result<String, NoUrl> {
    let endpoint = &metadata.authorization_endpoint;
    if !origin::same(&began.authority, endpoint) || endpoint.contains('#') {
        return Err(NoUrl::ForeignEndpoint);
    }
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
    let mut url = endpoint.clone();
    let mut joint = if endpoint.contains('?') { '&' } else { '?' };
    for (name, value) in request.pairs() {
        url.push(joint);
        url.push_str(name);
        url.push('=');
        url.push_str(&percent(value));
        joint = '&';
    }
    Ok(url)
}

/// Percent-encodes everything but RFC 3986's unreserved characters: right in a path, a query and a form alike.
pub(crate) fn percent(text: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
    encoded
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

    fn metadata(endpoint: &str) -> ProviderMetadata {
        ProviderMetadata {
            issuer: String::new(),
            authorization_endpoint: endpoint.into(),
            token_endpoint: String::new(),
            jwks_uri: String::new(),
            end_session_endpoint: None,
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

    #[test]
    fn every_byte_that_could_mean_something_is_encoded() {
        assert_eq!(percent("a-Z_9.~"), "a-Z_9.~");
        assert_eq!(
            percent("&=#?/ +%\"é\0"),
            "%26%3D%23%3F%2F%20%2B%25%22%C3%A9%00"
        );
    }
}
