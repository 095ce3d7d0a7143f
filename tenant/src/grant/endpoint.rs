//! `POST /{tenant}/oauth2/token` and `…/v2.0/token`: reads the form, asks the grant, gives the answer.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;
use dovetail_shared::prt::grant::JWT_BEARER;
use uuid::Uuid;

use super::form::Form;
use super::lineage;
use super::origin::Origin;
use super::refusal::{Refusal, Version};
use super::resource::{Resource, resource};
use super::{answer, authorization_code, password, refresh_token, saml_bearer};
use crate::account::{User, is_named, user_by_id};
use crate::app::{App, Tenant};
use crate::client::registration;
use crate::device::device;
use crate::{clock, prt};

/// A request for tokens, by a client that is known.
pub(super) struct Ask<'a> {
    pub(super) app: &'a App,
    pub(super) version: Version,
    pub(super) form: &'a Form,
    pub(super) client_id: &'a str,
    pub(super) now: UnixTime,
}

impl Ask<'_> {
    /// The user behind a grant, as they stand now.
    pub(super) async fn user(&self, id: ObjectId) -> Result<User, Refusal> {
        user_by_id(&self.app.store, id)
            .await?
            .filter(|user| user.enabled)
            .ok_or(Refusal::Disabled)
    }

    /// The resource that the request names, if it names one: `scope=openid` does not.
    pub(super) fn named_resource(&self) -> Result<Option<Resource>, Refusal> {
        let (name, scope) = (self.form.get("resource"), self.form.get("scope"));
        if name.is_none() && !scope.is_some_and(|scope| scope.contains('/')) {
            return Ok(None);
        }
        let found = resource(&self.app.hosts, self.client_id, name, scope)?;
        Ok(Some(found))
    }

    /// A new lineage and the number of its first refresh token.
    pub(super) async fn lineage(
        &self,
        origin: &Origin,
        resource: &Resource,
    ) -> Result<(Uuid, u32), Refusal> {
        let scope = self.form.get("scope").unwrap_or_default();
        let store = &self.app.store;
        let id = lineage::create(store, origin, &resource.audience, scope, self.now).await?;
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
    body: Bytes,
) -> Response {
    respond(&app, &tenant, Version::V1, &body).await
}

/// v2.0
pub(super) async fn v2(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Response {
    respond(&app, &tenant, Version::V2, &body).await
}

async fn respond(app: &App, tenant: &str, version: Version, body: &[u8]) -> Response {
    token(app, tenant, version, body)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn token(
    app: &App,
    tenant: &str,
    version: Version,
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
        return Ok(prt::signed_request(app, &asked, clock::now()).await);
    }
    let grant = Grant::named(grant_type)?;
    let client_id = client(app, &form).await?;
    let ask = Ask {
        app,
        version,
        form: &form,
        client_id: &client_id,
        now: clock::now(),
    };
    let granted = match grant {
        Grant::AuthorizationCode => authorization_code::grant(&ask).await?,
        Grant::RefreshToken => refresh_token::grant(&ask).await?,
        Grant::Password => password::grant(&ask).await?,
        Grant::Assertion => saml_bearer::grant(&ask).await?,
    };
    device_stands(app, &granted.origin).await?;
    let tokens = answer::tokens(app, version, &granted, ask.now).await?;
    if grant == Grant::AuthorizationCode
        && ask.windows()
        && let Some((lineage, _)) = granted.lineage
        && let Some(sealed) = prt::sealed_for_code(app, lineage, &tokens).await?
    {
        return Ok(sealed);
    }
    Ok(answer::answer(tokens))
}

/// What is offered in exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    AuthorizationCode,
    RefreshToken,
    Password,
    Assertion,
}

impl Grant {
    fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "authorization_code" => Ok(Self::AuthorizationCode),
            "refresh_token" => Ok(Self::RefreshToken),
            "password" => Ok(Self::Password),
            "urn:ietf:params:oauth:grant-type:saml1_1-bearer"
            | "urn:ietf:params:oauth:grant-type:saml2-bearer" => Ok(Self::Assertion),
            _ => Err(Refusal::GrantType),
        }
    }
}

/// What a device vouched for ends with it.
pub(super) async fn device_stands(app: &App, origin: &Origin) -> Result<(), Refusal> {
    let Some(id) = origin.device else {
        return Ok(());
    };
    match device(&app.store, id).await? {
        Some(device) if device.enabled => Ok(()),
        Some(_) => Err(Refusal::DeviceDisabled),
        None => Err(Refusal::DeviceGone),
    }
}

/// Every client here is public: it is named, not authenticated.
async fn client(tenant: &App, form: &Form) -> Result<String, Refusal> {
    let client_id = form.need("client_id")?.to_ascii_lowercase();
    if registration(&tenant.store, &client_id).await?.is_none() {
        return Err(Refusal::NoClient);
    }
    if form.get("client_secret").is_some() || form.get("client_assertion").is_some() {
        return Err(Refusal::PublicClient);
    }
    Ok(client_id)
}
