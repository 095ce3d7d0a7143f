//! Asks a server once or a few times, and takes no more than a real answer.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use dovetail_shared::{Secret, UnixTime};
use reqwest::{Client, Method, StatusCode, header};
use rustls::client::ResolvesClientCert;
use url::Url;

use super::pause::{self, Next};
use super::resolve::{Resolver, is_localhost};
use super::{Body, NetError, roots};
use crate::config::Tenant;

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(15);
/// Bytes of an answer; real ones are below 64 kB.
const MAX_BODY: usize = 1024 * 1024;

/// One request.
#[derive(Debug)]
pub struct Ask<'a> {
    /// GET, POST, DELETE.
    pub method: Method,
    /// Absolute, https.
    pub url: &'a Url,
    /// Goes into `Authorization`.
    pub bearer: Option<&'a Secret<String>>,
    /// What is sent, if anything.
    pub body: Option<Body>,
    /// Goes into `client-request-id`.
    pub correlation: String,
}

impl<'a> Ask<'a> {
    /// A plain GET.
    pub fn get(url: &'a Url, correlation: String) -> Self {
        Self {
            method: Method::GET,
            url,
            bearer: None,
            body: None,
            correlation,
        }
    }

    /// A POST.
    pub fn post(url: &'a Url, body: Body, correlation: String) -> Self {
        Self {
            method: Method::POST,
            url,
            bearer: None,
            body: Some(body),
            correlation,
        }
    }
}

/// What came back, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// At most 1 MiB.
    pub body: Vec<u8>,
    /// The server's clock.
    pub date: Option<UnixTime>,
}

/// The client's makings. Connections are kept only as long as the client.
#[derive(Debug)]
pub struct Net {
    config: Tenant,
    client: std::sync::Mutex<Option<Client>>,
}

impl Net {
    /// Reads nothing yet.
    pub fn new(config: Tenant) -> Self {
        Self {
            config,
            client: std::sync::Mutex::new(None),
        }
    }

    /// Lets go of connections and roots: after a join nothing of them is needed.
    pub fn rest(&self) {
        *self
            .client
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    /// Asks with the shared client.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, NetError> {
        let client = {
            let mut shared = self
                .client
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            match &*shared {
                Some(client) => client.clone(),
                None => shared.insert(self.build(None)?).clone(),
            }
        };
        self.send(&client, ask).await
    }

    /// Asks with the device certificate, over TLS 1.2, on a connection of its own.
    pub async fn ask_as_device(
        &self,
        ask: Ask<'_>,
        identity: Arc<dyn ResolvesClientCert>,
    ) -> Result<Answer, NetError> {
        self.as_device(identity)?.ask(ask).await
    }

    /// A client of its own that shows a certificate: its connection is kept from one request to the next, and ends with it.
    pub fn as_device(
        &self,
        identity: Arc<dyn ResolvesClientCert>,
    ) -> Result<Conversation<'_>, NetError> {
        Ok(Conversation {
            net: self,
            client: self.build(Some(identity))?,
        })
    }

    fn build(&self, identity: Option<Arc<dyn ResolvesClientCert>>) -> Result<Client, NetError> {
        let setup = |error: &dyn std::fmt::Display| NetError::Setup(error.to_string());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let versions: &[&rustls::SupportedProtocolVersion] = if identity.is_some() {
            &[&rustls::version::TLS12]
        } else {
            &[&rustls::version::TLS13, &rustls::version::TLS12]
        };
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| setup(&error))?
            .with_root_certificates(roots::roots(&self.config)?);
        let tls = match identity {
            Some(identity) => tls.with_client_cert_resolver(identity),
            None => tls.with_no_client_auth(),
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Resolver))
            .redirect(reqwest::redirect::Policy::none())
            .https_only(true)
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .user_agent(concat!("Dovetail/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &self.config.proxy {
            let proxy = proxy.parse::<Url>().map_err(|error| setup(&error))?;
            builder = builder.proxy(reqwest::Proxy::custom(move |url| {
                (!url.host_str().is_some_and(is_localhost)).then(|| proxy.clone())
            }));
        }
        builder.build().map_err(|error| setup(&error))
    }

    async fn send(&self, client: &Client, ask: Ask<'_>) -> Result<Answer, NetError> {
        let host = ask.url.host_str().unwrap_or_default().to_owned();
        let mut attempt = 1_u32;
        loop {
            let result = self.once(client, &ask, &host).await;
            let asked = match &result {
                Ok((answer, after)) if matches!(answer.status, 429 | 503) => *after,
                Err(NetError::Unreachable { .. }) => None,
                Err(NetError::Cut { .. }) if ask.may_be_repeated() => None,
                Ok(_) | Err(_) => return result.map(|(answer, _)| answer),
            };
            match pause::next(attempt, asked) {
                Next::Again(pause) => tokio::time::sleep(pause).await,
                Next::Throttled(seconds) => return Err(NetError::Throttled { host, seconds }),
                Next::Enough => return result.map(|(answer, _)| answer),
            }
            attempt = attempt.saturating_add(1);
        }
    }

    async fn once(
        &self,
        client: &Client,
        ask: &Ask<'_>,
        host: &str,
    ) -> Result<(Answer, Option<u64>), NetError> {
        let mut request = client
            .request(ask.method.clone(), ask.url.clone())
            .header(
                header::ACCEPT,
                ask.body.as_ref().map_or("application/json", Body::accept),
            )
            .header("client-request-id", &ask.correlation)
            .header("return-client-request-id", "true");
        if let Some(token) = ask.bearer {
            request = request.bearer_auth(token.expose());
        }
        if let Some(body) = &ask.body {
            request = request.header(header::CONTENT_TYPE, body.content_type());
            if let Some(agent) = body.user_agent() {
                request = request.header(header::USER_AGENT, agent);
            }
            if let Some(action) = body.action() {
                request = request.header("SOAPAction", action);
            }
            request = request.body(body.bytes().to_vec());
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| self.blame(host, &error))?;
        let status = response.status();
        // Never the query: it may name people.
        tracing::debug!(
            method = %ask.method,
            host,
            path = ask.url.path(),
            status = status.as_u16(),
            "asked"
        );
        if status.is_redirection() {
            return Err(NetError::Redirected(host.to_owned()));
        }
        let text = |name: header::HeaderName| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let kind = text(header::CONTENT_TYPE).unwrap_or_default();
        if status == StatusCode::OK && kind.starts_with("text/html") {
            return Err(NetError::WebPage(host.to_owned()));
        }
        let date = text(header::DATE)
            .and_then(|date| httpdate::parse_http_date(&date).ok())
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .map(UnixTime);
        let after = text(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.blame(host, &error))?
        {
            if body.len().saturating_add(chunk.len()) > MAX_BODY {
                return Err(NetError::TooLarge(host.to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((
            Answer {
                status: status.as_u16(),
                body,
                date,
            },
            after,
        ))
    }

    fn blame(&self, host: &str, error: &reqwest::Error) -> NetError {
        let mut cause: &(dyn Error + 'static) = error;
        let mut tls = false;
        while let Some(inner) = inside(cause) {
            cause = inner;
            tls |= cause.is::<rustls::Error>();
        }
        let (host, cause) = (host.to_owned(), cause.to_string());
        if error.is_timeout() {
            NetError::Timeout(host)
        } else if tls {
            NetError::Tls { host, cause }
        } else if !error.is_connect() {
            NetError::Cut { host, cause }
        } else {
            let via = match self
                .config
                .proxy
                .as_deref()
                .and_then(|text| text.parse::<Url>().ok())
            {
                Some(proxy) if !is_localhost(&host) => format!(
                    " through the proxy {}",
                    proxy.host_str().unwrap_or_default()
                ),
                _ => String::new(),
            };
            NetError::Unreachable { host, via, cause }
        }
    }
}

/// Requests in a row to one server, as this device, over one connection.
#[derive(Debug)]
pub struct Conversation<'a> {
    net: &'a Net,
    client: Client,
}

impl Conversation<'_> {
    /// Asks the next one.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, NetError> {
        self.net.send(&self.client, ask).await
    }
}

impl Ask<'_> {
    fn may_be_repeated(&self) -> bool {
        self.body.as_ref().is_none_or(Body::may_be_repeated)
    }
}

/// The error within an error. An `io::Error` keeps the one it was made from out of its chain of sources.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        Some(kept) => Some(kept),
        None => error.source(),
    }
}
