//! `POST /{tenant}/oauth2/token` and `…/v2.0/token`: reads the form, asks the grant, gives the answer.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;
use dovetail_shared::prt::grant::JWT_BEARER;
use uuid::Uuid;

use super::access::access_allowed;
use super::client::{Client, client};
use super::form::Form;
use super::lineage;
use super::origin::Origin;
use super::refusal::{Refusal, Version};
use super::resource::{Resource, named, resolve};
use super::scope::{meant_by_v1, words};
use super::{
    answer, authorization_code, client_credentials, correlation, cors, device_code, device_proof,
    on_behalf_of, password, refresh_token, saml_bearer,
};
use crate::account::{User, is_named, is_signed_out_since, user_by_id};
use crate::app::{App, Tenant};
use crate::audit::Act;
use crate::device::device;
use crate::{audit, clock, prt};

/// A request for tokens, by a client that is known.
pub(super) struct Ask<'a> {
    pub(super) app: &'a App,
    pub(super) version: Version,
    pub(super) form: &'a Form,
    pub(super) client: &'a Client,
    pub(super) client_id: &'a str,
    /// Where the request came from, when a page in a browser sent it.
    pub(super) origin: Option<&'a str>,
    pub(super) now: UnixTime,
}

impl Ask<'_> {
    /// The user behind a grant, as they stand now.
    pub(super) async fn user(&self, id: ObjectId) -> Result<User, Refusal> {
        standing(user_by_id(&self.app.store, id).await?)
    }

    /// The user behind what was vouched for at `then`: an access token, an approval. Not where they were signed out since.
    pub(super) async fn user_since(&self, id: ObjectId, then: UnixTime) -> Result<User, Refusal> {
        let user = self.user(id).await?;
        if is_signed_out_since(&self.app.store, id, then).await? {
            return Err(Refusal::Revoked);
        }
        Ok(user)
    }

    /// The resource that the request means.
    pub(super) async fn resource(&self) -> Result<Resource, Refusal> {
        self.resolve(self.form.get("resource"), self.permissions())
            .await
    }

    /// The resource that the request names, if it names one: `scope=openid` does not.
    pub(super) async fn named_resource(&self) -> Result<Option<Resource>, Refusal> {
        let name = self.form.get("resource");
        let words = words(self.permissions().unwrap_or_default());
        if name.is_none() && words.is_ok_and(|words| words.permissions.is_empty()) {
            return Ok(None);
        }
        self.resource().await.map(Some)
    }

    /// A resource and what this client gets there.
    pub(super) async fn resolve(
        &self,
        resource: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Resource, Refusal> {
        let found = resolve(self.app, &self.client.registration, resource, scope).await?;
        Ok(found?)
    }

    /// A resource as an application on its own behalf names it: of those that there are, whatever people's clients may.
    pub(super) async fn app_resource(&self, name: &str) -> Result<Resource, Refusal> {
        Ok(named(self.app, name).await??)
    }

    /// The words of `scope`.
    pub(super) fn scope(&self) -> Option<&str> {
        self.form.get("scope")
    }

    /// The same where they name permissions: at v1.0 only behind a resource's name.
    fn permissions(&self) -> Option<&str> {
        self.scope().filter(|scope| {
            self.version == Version::V2
                || words(scope).map_or(true, |words| words.resource.is_some())
        })
    }

    /// What a sign-in at this endpoint asks for, with what its version means.
    pub(super) fn meant(&self) -> String {
        let scope = self.scope().unwrap_or_default();
        match self.version {
            Version::V1 => meant_by_v1(scope),
            Version::V2 => scope.to_owned(),
        }
    }

    /// A new lineage and the number of its first refresh token.
    pub(super) async fn lineage(
        &self,
        origin: &Origin,
        resource: &Resource,
    ) -> Result<(Uuid, u32), Refusal> {
        let (store, scope) = (&self.app.store, self.meant());
        let id = lineage::create(store, origin, &resource.audience, &scope, self.now).await?;
        Ok((id, 0))
    }

    /// `client_info=1`
    pub(super) fn client_info(&self) -> bool {
        self.form.get("client_info") == Some("1")
    }

    /// `windows_api_version=2.0`: the claims of device management are wanted.
    pub(super) fn windows(&self) -> bool {
        self.form
            .get("windows_api_version")
            .is_some_and(|version| version.starts_with('2'))
    }
}

/// v1.0
pub(super) async fn v1(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(
        &app,
        &tenant,
        Version::V1,
        query.as_deref(),
        &headers,
        &body,
    )
    .await
}

/// v2.0
pub(super) async fn v2(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(
        &app,
        &tenant,
        Version::V2,
        query.as_deref(),
        &headers,
        &body,
    )
    .await
}

async fn respond(
    app: &App,
    tenant: &str,
    version: Version,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let id = correlation::of(headers, query);
    let mut response = match token(app, tenant, version, headers, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.respond(id),
    };
    correlation::echo(response.headers_mut(), id);
    cors::allow(app, headers, response.headers_mut()).await;
    response
}

async fn token(
    app: &App,
    tenant: &str,
    version: Version,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    if !is_named(&app.store, tenant).await? {
        return Err(Refusal::NoTenant);
    }
    let form = Form::parse(body)?;
    let grant_type = form.need("grant_type")?;
    if grant_type == "srv_challenge" {
        return Ok(prt::challenge(app)?);
    }
    if grant_type == JWT_BEARER
        && let Some(request) = form.get("request")
    {
        let asked = prt::Asked {
            version,
            request,
            windows: form.get("windows_api_version"),
            protocol: form.get("prt_protocol_version"),
            client_info: form.get("client_info") == Some("1"),
        };
        return Ok(Box::pin(prt::signed_request(app, &asked, clock::now())).await);
    }
    let grant = Grant::named(grant_type)?;
    let now = clock::now();
    let client = client(app, &form, headers, now).await?;
    let ask = Ask {
        app,
        version,
        form: &form,
        client: &client,
        client_id: &client.registration.client_id,
        origin: headers
            .get(header::ORIGIN)
            .map(|origin| origin.to_str().unwrap_or("null")),
        now,
    };
    if grant.signs_in() {
        app.audit.open_for_grants()?;
    }
    // In boxes of their own size: what is rare would make every request as large as itself.
    let mut granted = match grant {
        Grant::AuthorizationCode => Box::pin(authorization_code::grant(&ask)).await?,
        Grant::RefreshToken => Box::pin(refresh_token::grant(&ask)).await?,
        Grant::Password => Box::pin(password::grant(&ask)).await?,
        Grant::Assertion => Box::pin(saml_bearer::grant(&ask)).await?,
        Grant::DeviceCode => Box::pin(device_code::grant(&ask)).await?,
        Grant::OnBehalfOf => Box::pin(on_behalf_of::grant(&ask)).await?,
        Grant::ClientCredentials => {
            let tokens = Box::pin(client_credentials::tokens(&ask)).await?;
            app.audit.granted(Act::ApplicationSignedIn);
            return Ok(answer::answer(tokens));
        }
    };
    device_stands(app, &granted.origin).await?;
    Box::pin(device_proof::take(&ask, tenant, headers, &mut granted)).await?;
    let audience = &granted.resource.audience;
    let allowed = access_allowed(app, version, &granted.origin, &granted.client_id, audience).await;
    if let Err(refusal) = allowed {
        // Codes are good once: for them the device is asked for at the authorize endpoint.
        let again = matches!(grant, Grant::RefreshToken | Grant::Password);
        return Err(if again {
            Box::pin(device_proof::challenge(app, headers, refusal)).await?
        } else {
            refusal
        });
    }
    let tokens = answer::tokens(app, version, &granted, ask.now).await?;
    if grant.signs_in() {
        app.audit
            .granted_about(Act::SignedInAtTokenEndpoint, grant.word());
    }
    if grant == Grant::AuthorizationCode
        && ask.windows()
        && let Some((lineage, _)) = granted.lineage
        && let Some(sealed) = Box::pin(prt::sealed_for_code(app, lineage, &tokens)).await?
    {
        return Ok(sealed);
    }
    Ok(answer::answer(tokens))
}

/// The user behind a grant, who must be there and enabled.
pub(super) fn standing(user: Option<User>) -> Result<User, Refusal> {
    if let Some(user) = &user {
        audit::is_user(user.id);
    }
    user.filter(|user| user.enabled).ok_or(Refusal::Disabled)
}

/// What is offered in exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    AuthorizationCode,
    RefreshToken,
    Password,
    Assertion,
    DeviceCode,
    OnBehalfOf,
    ClientCredentials,
}

impl Grant {
    /// Whether the person, or the application, shows who it is by this grant itself: codes and refresh tokens stem from a sign-in
    /// that was written down.
    fn signs_in(self) -> bool {
        match self {
            Self::Password | Self::Assertion | Self::DeviceCode | Self::ClientCredentials => true,
            Self::AuthorizationCode | Self::RefreshToken | Self::OnBehalfOf => false,
        }
    }

    /// Its name in the audit log.
    fn word(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::Assertion => "saml_assertion",
            Self::DeviceCode => "device_code",
            Self::OnBehalfOf => "on_behalf_of",
            Self::ClientCredentials => "client_credentials",
        }
    }

    fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "authorization_code" => Ok(Self::AuthorizationCode),
            "refresh_token" => Ok(Self::RefreshToken),
            "password" => Ok(Self::Password),
            "urn:ietf:params:oauth:grant-type:saml1_1-bearer"
            | "urn:ietf:params:oauth:grant-type:saml2-bearer" => Ok(Self::Assertion),
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => Ok(Self::DeviceCode),
            JWT_BEARER => Ok(Self::OnBehalfOf),
            "client_credentials" => Ok(Self::ClientCredentials),
            _ => Err(Refusal::GrantType),
        }
    }
}

/// What a device vouched for ends with it.
pub(super) async fn device_stands(app: &App, origin: &Origin) -> Result<(), Refusal> {
    let Some(id) = origin.device else {
        return Ok(());
    };
    audit::is_device(id);
    match device(&app.store, id).await? {
        Some(device) if device.enabled => Ok(()),
        Some(_) => Err(Refusal::DeviceDisabled),
        None => Err(Refusal::DeviceGone),
    }
}
