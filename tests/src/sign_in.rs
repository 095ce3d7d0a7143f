//! Signing in through the tenant's pages with a plain HTTP client: what a browser does, without one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use dovetail_shared::link::{Began, Errand, Managing};
use reqwest::{Client, Response, header};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use url::Url;

use crate::sent::Sent;
use crate::tenant::Tenant;

/// A person with a browser that keeps cookies.
#[derive(Debug)]
pub struct Visitor {
    client: Client,
    cookies: BTreeMap<String, String>,
    sent: Sent,
}

impl Visitor {
    /// Trusts the tenant's lab CA, and finds its names.
    pub fn new(tenant: &Tenant) -> Self {
        Self::made(tenant, None)
    }

    /// The same with a client certificate: DER, and its key in PKCS#8.
    pub fn with_certificate(tenant: &Tenant, certificate: Vec<u8>, key: Vec<u8>) -> Self {
        Self::made(tenant, Some((certificate, key)))
    }

    fn made(tenant: &Tenant, identity: Option<(Vec<u8>, Vec<u8>)>) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(tenant.value("ca")).unwrap())
            .unwrap();
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let tls = match identity {
            Some((certificate, key)) => tls
                .with_client_auth_cert(
                    vec![certificate.into()],
                    PrivatePkcs8KeyDer::from(key).into(),
                )
                .unwrap(),
            None => tls.with_no_client_auth(),
        };
        let address = SocketAddr::from(([127, 0, 0, 1], tenant.port()));
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        for name in [
            "login",
            "drs",
            "portal",
            "manage",
            "manage_portal",
            "graph",
            "device_login",
        ] {
            builder = builder.resolve(
                Url::parse(tenant.value(name)).unwrap().host_str().unwrap(),
                address,
            );
        }
        // The other organisation's sign-in service, on whatever port its address says.
        builder = builder.resolve(crate::sts::HOST, SocketAddr::from(([127, 0, 0, 1], 0)));
        Self {
            client: builder.build().unwrap(),
            cookies: BTreeMap::new(),
            sent: tenant.sent.clone(),
        }
    }

    /// The same browser at another server of the same tenant.
    #[must_use]
    pub fn at(&self, tenant: &Tenant) -> Self {
        Self {
            cookies: self.cookies.clone(),
            ..Self::new(tenant)
        }
    }

    /// Sends a request. What it holds, and that it was refused, is remembered.
    async fn send_it(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Response> {
        let request = request.build()?;
        self.sent.request(&request);
        let response = self.client.execute(request).await?;
        self.sent.response(&response);
        Ok(response)
    }

    /// Asks for a page.
    pub async fn get(&mut self, url: Url) -> Response {
        let request = self.client.get(url).header(header::COOKIE, self.jar());
        let response = self.send_it(request).await.unwrap();
        self.keep(&response);
        response
    }

    /// The same with headers of one's own.
    pub async fn get_with(&mut self, url: Url, headers: &[(&str, &str)]) -> Response {
        let mut request = self.client.get(url).header(header::COOKIE, self.jar());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.send_it(request).await.unwrap();
        self.keep(&response);
        response
    }

    /// The same with headers of one's own: status and text.
    pub async fn get_as(&mut self, url: Url, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = self.client.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.send_it(request).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Asks an API: any method, headers of one's own, a body or none.
    pub async fn ask(
        &self,
        method: &str,
        url: Url,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Response {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body);
        }
        self.send_it(request).await.unwrap()
    }

    /// Sends a registration request.
    pub async fn register(&mut self, url: Url, token: &str, body: Vec<u8>) -> Response {
        let request = self
            .client
            .post(url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        self.send_it(request).await.unwrap()
    }

    /// Deletes.
    pub async fn delete(&mut self, url: Url, token: Option<&str>) -> Response {
        let request = self.client.delete(url);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        self.send_it(request).await.unwrap()
    }

    /// Sends bytes of that type, with headers of one's own. An error when the connection is cut before the answer.
    pub async fn send(
        &self,
        url: Url,
        kind: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Response, reqwest::Error> {
        let mut request = self.client.post(url).header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send_it(request.body(body)).await
    }

    /// What a browser asks before a page of `origin` may send a request with these headers.
    pub async fn preflight(&self, url: Url, origin: &str, headers: &str) -> Response {
        let request = self
            .client
            .request(reqwest::Method::OPTIONS, url)
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, headers);
        self.send_it(request).await.unwrap()
    }

    /// Posts a form of that site.
    pub async fn post(&mut self, url: Url, fields: &[(&str, &str)]) -> Response {
        let origin = url.origin().ascii_serialization();
        self.post_from(&origin, url, fields).await
    }

    /// Posts a form that stands on a page of `origin`.
    pub async fn post_from(&mut self, origin: &str, url: Url, fields: &[(&str, &str)]) -> Response {
        self.try_post_from(origin, url, fields).await.unwrap()
    }

    /// The same; a server that reads no further may close while the form is still being sent.
    pub async fn try_post_from(
        &mut self,
        origin: &str,
        url: Url,
        fields: &[(&str, &str)],
    ) -> Result<Response, reqwest::Error> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .client
            .post(url)
            .header(header::COOKIE, self.jar())
            .header(header::ORIGIN, origin);
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let response = self.send_it(request).await?;
        self.keep(&response);
        Ok(response)
    }

    /// Posts bytes as they are, without a content type and without cookies: status and JSON.
    pub async fn post_raw(&self, url: Url, body: String) -> (u16, serde_json::Value) {
        let response = self
            .send_it(self.client.post(url).body(body))
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default(),
        )
    }

    /// What the browser would send as its cookies.
    pub fn cookies(&self) -> String {
        self.jar()
    }

    fn jar(&self) -> String {
        self.cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep(&mut self, response: &Response) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Fetches the silent code for the management service, by the session of an earlier sign-in: the fields behind `#`.
    pub async fn code(&mut self, tenant: &Tenant, ask: &Managing) -> BTreeMap<String, String> {
        let errand = Errand {
            authority: ask.authority.clone(),
            client_id: ask.client_id.clone(),
            resource: ask.resource.clone(),
            code_challenge: ask.code_challenge.clone(),
            nonce: ask.nonce.clone(),
            prompt: "none".into(),
            redirect_uri: ask.redirect_uri.clone(),
            login_hint: None,
            amr_values: None,
        };
        self.errand(tenant, &errand).await
    }

    /// The same for a user's sign-on.
    pub async fn errand(&mut self, tenant: &Tenant, ask: &Errand) -> BTreeMap<String, String> {
        let page = tenant.value("page");
        let redirect_uri = ask.redirect_uri.as_deref().unwrap_or(page);
        let mut authorize = Url::parse(&format!("{}/oauth2/authorize", ask.authority)).unwrap();
        authorize.query_pairs_mut().extend_pairs([
            ("client_id", ask.client_id.as_str()),
            ("response_type", "code"),
            ("response_mode", "fragment"),
            ("resource", &ask.resource),
            ("nonce", &ask.nonce),
            ("state", "state"),
            ("code_challenge", &ask.code_challenge),
            ("code_challenge_method", "S256"),
            ("prompt", &ask.prompt),
            ("msafed", "0"),
            ("redirect_uri", redirect_uri),
        ]);
        if let Some(methods) = &ask.amr_values {
            authorize
                .query_pairs_mut()
                .append_pair("amr_values", methods);
        }
        let response = self.get(authorize.clone()).await;
        let location = response.headers().get(header::LOCATION).unwrap();
        let back = authorize.join(location.to_str().unwrap()).unwrap();
        form_urlencoded::parse(back.fragment().unwrap_or_default().as_bytes())
            .into_owned()
            .collect()
    }

    /// Signs in as `upn` for the join that began, and gives the ID token.
    pub async fn id_token(&mut self, tenant: &Tenant, began: &Began, upn: &str) -> String {
        let mut authorize = Url::parse(&format!("{}/oauth2/authorize", began.authority)).unwrap();
        authorize.query_pairs_mut().extend_pairs([
            ("client_id", began.client_id.as_str()),
            ("response_type", "id_token"),
            ("scope", "openid sid"),
            ("nonce", &began.nonce),
            ("state", "state"),
            ("prompt", "login"),
            ("redirect_uri", tenant.value("page")),
            ("windows_api_version", "2.0"),
            ("login_hint", upn),
        ]);
        let back = self.sign_in(tenant, authorize, upn).await;
        let fields: BTreeMap<_, _> =
            form_urlencoded::parse(back.fragment().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        fields
            .get("id_token")
            .unwrap_or_else(|| panic!("no token: {fields:?}"))
            .clone()
    }

    /// The same where the join wants a code, which ends at the tenant's own address.
    pub async fn join_code(&mut self, tenant: &Tenant, began: &Began, upn: &str) -> String {
        let ask = &began.code;
        let mut authorize = Url::parse(&format!("{}/oauth2/authorize", began.authority)).unwrap();
        authorize.query_pairs_mut().extend_pairs([
            ("client_id", began.client_id.as_str()),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("resource", ask.resource.as_deref().unwrap()),
            ("nonce", &began.nonce),
            ("state", "state"),
            ("prompt", "login"),
            ("redirect_uri", ask.redirect_uri.as_deref().unwrap()),
            ("code_challenge", ask.code_challenge.as_deref().unwrap()),
            ("code_challenge_method", "S256"),
            ("windows_api_version", "2.0"),
            ("login_hint", upn),
        ]);
        let back = self.sign_in(tenant, authorize, upn).await;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("no code: {back}"))
            .1
            .into_owned()
    }

    /// Opens an authorize address, signs in as `upn` where it is asked for, and gives the address that the browser is sent back
    /// to: the first that is the request's `redirect_uri`, which is not visited. What would be posted there stands in its query.
    pub async fn sign_in(&mut self, tenant: &Tenant, authorize: Url, upn: &str) -> Url {
        let response = self.get(authorize.clone()).await;
        self.go_on(tenant, authorize, response, upn).await
    }

    /// The same where the authorize address was opened already, with that response.
    pub async fn go_on(
        &mut self,
        tenant: &Tenant,
        authorize: Url,
        mut response: Response,
        upn: &str,
    ) -> Url {
        let (password, totp) = tenant.person(upn);
        let end = authorize
            .query_pairs()
            .find(|(name, _)| name == "redirect_uri")
            .map(|(_, value)| value.into_owned())
            .unwrap();
        let mut here = authorize;
        for _ in 0..12 {
            if let Some(location) = response.headers().get(header::LOCATION) {
                let next = here.join(location.to_str().unwrap()).unwrap();
                if next.as_str().starts_with(&end) {
                    return next;
                }
                here = next.clone();
                response = self.get(next).await;
                continue;
            }
            let page = response.text().await.unwrap();
            if let Some(back) = posted(&page) {
                return back;
            }
            let step = between(&page, "name=\"step\" value=\"", "\"").to_owned();
            let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
            let code = totp.as_deref().map(code_now).unwrap_or_default();
            let answer = match step.as_str() {
                "account" => ("username", upn),
                "password" => ("password", password.as_str()),
                "code" => ("otc", code.as_str()),
                "stay" => ("stay", "no"),
                other => panic!("the sign-in asks for {other}: {page}"),
            };
            let action = between(&page, "action=\"", "\"").replace("&amp;", "&");
            here = here.join(&action).unwrap();
            response = self
                .post(here.clone(), &[("ctx", &ctx), ("step", &step), answer])
                .await;
        }
        panic!("the sign-in does not end");
    }
}

/// The answer of a page that posts it (`response_mode=form_post`).
fn posted(page: &str) -> Option<Url> {
    let form = page.split("<form name=\"hiddenform\"").nth(1)?;
    let mut back = Url::parse(between(form, "action=\"", "\"")).unwrap();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1);
    back.query_pairs_mut().extend_pairs(fields.map(|field| {
        let name = field.split('"').next().unwrap_or_default();
        // Ids, base64url and sentences: of the characters that HTML writes otherwise they have but this one.
        let value = between(field, "value=\"", "\"").replace("&amp;", "&");
        (name, value)
    }));
    Some(back)
}

/// What stands between two texts; empty when they are not there.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before)
        .nth(1)
        .and_then(|rest| rest.split(after).next())
        .unwrap_or_default()
}

/// The code that an authenticator shows now.
pub fn code_now(secret: &str) -> String {
    let secret = totp_rs::Secret::Encoded(secret.to_owned())
        .to_bytes()
        .unwrap();
    totp_rs::TOTP::new_unchecked(
        totp_rs::Algorithm::SHA1,
        6,
        0,
        30,
        secret,
        None,
        String::new(),
    )
    .generate_current()
    .unwrap()
}
