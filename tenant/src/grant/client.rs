//! Who asks: the client of a token request, and what it proves (RFC 6749 §2.3, OIDC Core §9).

use axum::http::{HeaderMap, header};
use dovetail_shared::UnixTime;
use dovetail_shared::encode::from_b64;
use zeroize::Zeroizing;

use super::form::Form;
use super::refusal::Refusal;
use crate::account::directory;
use crate::app::App;
use crate::audit;
use crate::client::{
    AssertionError, Platform, Registration, check_assertion, check_secret, named_client,
    registration,
};

/// `client_assertion_type`
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that is registered.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) registration: std::sync::Arc<Registration>,
    /// Whether it showed its secret, or an assertion of its own.
    pub(super) proved: Option<Proof>,
}

/// How it proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Secret,
    Assertion,
}

impl Client {
    /// What kind of client it is where no address says so. Refused for one that has a credential, shows none, and has no
    /// address of a program that could not keep one.
    pub(super) fn platform(&self) -> Result<Platform, Refusal> {
        if self.proved.is_some() {
            return Ok(Platform::Web);
        }
        let redirects = &self.registration.redirects;
        let public = match redirects.as_slice() {
            [] => !self.registration.confidential,
            known => known.iter().any(|known| known.platform != Platform::Web),
        };
        public.then_some(Platform::Native).ok_or(Refusal::NoProof)
    }

    /// What a client of that kind must show before it is given anything.
    pub(super) fn may(&self, platform: Platform, origin: Option<&str>) -> Result<(), Refusal> {
        match (platform, origin) {
            (Platform::Web, _) if self.proved.is_none() => Err(Refusal::NoProof),
            (Platform::Spa, Some(origin)) => {
                let mut redirects = self.registration.redirects.iter();
                redirects
                    .any(|known| known.platform == Platform::Spa && known.is_at(origin))
                    .then_some(())
                    .ok_or(Refusal::SpaOnly)
            }
            (Platform::Spa, None) => Err(Refusal::SpaOnly),
            (Platform::Web | Platform::Native, Some(_)) => Err(Refusal::NotSpa),
            (Platform::Web | Platform::Native, None) => Ok(()),
        }
    }
}

/// What was shown as proof.
enum Shown<'a> {
    Nothing,
    Secret(Zeroizing<String>),
    Assertion(&'a str),
}

/// Finds the client of a request, and checks what it shows. One way of proving at a time.
pub(super) async fn client(
    app: &App,
    form: &Form,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Client, Refusal> {
    let basic = basic(headers)?;
    let assertion = form.get("client_assertion");
    let secret = form.get("client_secret");
    let ways = [basic.is_some(), assertion.is_some(), secret.is_some()];
    if ways.iter().filter(|used| **used).count() > 1 {
        return Err(Refusal::TwoProofs);
    }
    let named = form.get("client_id").map(str::to_ascii_lowercase);
    let (id, shown) = if let Some((id, secret)) = basic {
        if named.as_ref().is_some_and(|named| *named != id) {
            return Err(Refusal::TwoProofs);
        }
        (Some(id), Shown::Secret(secret))
    } else if let Some(assertion) = assertion {
        if form.get("client_assertion_type") != Some(JWT_BEARER) {
            return Err(Refusal::Missing("client_assertion_type"));
        }
        (
            named.or_else(|| named_client(assertion)),
            Shown::Assertion(assertion),
        )
    } else if let Some(secret) = secret {
        (named, Shown::Secret(Zeroizing::new(secret.to_owned())))
    } else {
        (named, Shown::Nothing)
    };
    let id = id.ok_or(Refusal::Missing("client_id"))?;
    let registration = registration(&app.store, &id)
        .await?
        .ok_or(Refusal::NoClient)?;
    audit::says_client(&id);
    let proved = match shown {
        Shown::Nothing => None,
        _ if !registration.confidential => return Err(Refusal::PublicClient),
        Shown::Secret(secret) => {
            if !check_secret(&app.store, &id, &secret).await? {
                tracing::warn!(client = id, "a wrong client secret");
                return Err(Refusal::WrongSecret);
            }
            Some(Proof::Secret)
        }
        Shown::Assertion(assertion) => {
            let directory = directory(&app.store).await?;
            let checked = check_assertion(app, &directory, &id, assertion, now);
            match Box::pin(checked).await {
                Ok(()) => Some(Proof::Assertion),
                Err(AssertionError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(client = id, %error, "a client assertion was not taken");
                    return Err(Refusal::WrongAssertion(error.to_string()));
                }
            }
        }
    };
    if proved.is_some() {
        audit::is_client(&id);
    }
    Ok(Client {
        registration,
        proved,
    })
}

/// `Authorization: Basic`: id and secret, each encoded as in a form before base64 (RFC 6749 §2.3.1).
pub(super) fn basic(headers: &HeaderMap) -> Result<Option<(String, Zeroizing<String>)>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| Refusal::Form)?;
    let Some((_, encoded)) = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
    else {
        return Ok(None);
    };
    let pair = from_b64(encoded.trim()).map_err(|_| Refusal::Form)?;
    let pair = Zeroizing::new(String::from_utf8(pair).map_err(|_| Refusal::Form)?);
    let (id, secret) = pair.split_once(':').ok_or(Refusal::Form)?;
    if secret.is_empty() {
        return Err(Refusal::WrongSecret);
    }
    Ok(Some((decoded(id).to_ascii_lowercase(), decoded(secret))))
}

fn decoded(text: &str) -> Zeroizing<String> {
    let form = Zeroizing::new(format!("x={}", text.replace('&', "%26")));
    let value = form_urlencoded::parse(form.as_bytes()).next();
    Zeroizing::new(
        value
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default(),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::HeaderValue;
    use dovetail_shared::encode::b64;

    use super::*;

    #[test]
    fn basic_credentials_are_read() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            basic(&headers)
        };
        let (id, secret) = read(&format!("basic {}", b64("AB:s%2Fe:c+r&t=%25")))
            .unwrap()
            .unwrap();
        assert_eq!((id.as_str(), secret.as_str()), ("ab", "s/e:c r&t=%"));
        assert!(read("Bearer x").unwrap().is_none());
        for wrong in [
            "Basic !",
            &format!("Basic {}", b64("no colon")),
            &format!("Basic {}", b64("id:")),
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
