//! The answer: code, tokens or a refusal, by fragment, query or posted form.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::oidc::OAuthError;
use serde_json::json;

use super::page;
use super::read::asked_for;
use super::request::{Mode, Request};
use crate::account::{Directory, User, directory};
use crate::app::App;
use crate::audit::Reason;
use crate::client::{IdTokenAlg, Registration, registration};
use crate::error::Fault;
use crate::grant::{Flow, NewCode, Origin, Resource, Version, issue_code, meant_by_v1, resolve};
use crate::session::{Session, remember_app};
use crate::token::{
    ACCESS_LIFE_SECS, AccessIssue, Issue, id_token, issue_access, management, methods,
};

/// Name and value of each part.
type Fields = Vec<(&'static str, String)>;

/// What a request is answered with for a person whose session is enough.
pub(super) async fn answer(
    app: &App,
    request: &Request,
    user: &User,
    session: &Session,
    now: UnixTime,
) -> Result<Response, Fault> {
    let directory = directory(&app.store).await?;
    let amr = request
        .strength
        .told(methods(&session.amr, session.created, now));
    let asked = Asked {
        app,
        request,
        user,
        session,
        directory: &directory,
        amr: &amr,
        now,
    };
    let fields = asked.fields().await?;
    tracing::info!(
        upn = user.upn,
        client = request.client_id,
        ?amr,
        "signed in"
    );
    Ok(send(request, &fields))
}

/// Everything that the answer is made from.
struct Asked<'a> {
    app: &'a App,
    request: &'a Request,
    user: &'a User,
    session: &'a Session,
    directory: &'a Directory,
    amr: &'a [String],
    now: UnixTime,
}

impl Asked<'_> {
    async fn fields(&self) -> Result<Fields, Fault> {
        let (request, user) = (self.request, self.user);
        let mut fields = Fields::new();
        let code = if request.wanted.code {
            Some(self.code().await?)
        } else {
            // A code's lineage says which session it came from; nothing else would.
            let (sid, client_id) = (&self.session.sid, &request.client_id);
            remember_app(&self.app.store, sid, client_id, request.version).await?;
            None
        };
        let client = registration(&self.app.store, &request.client_id).await?;
        let access = match &client {
            Some(client) if request.wanted.token => self.access(client, &mut fields).await?,
            _ => None,
        };
        if request.wanted.id_token {
            let alg = client.map_or(IdTokenAlg::Rs256, |client| client.id_token_alg);
            let token = self
                .id_token(alg, code.as_deref(), access.as_deref())
                .await?;
            fields.push(("id_token", token));
        }
        fields.extend(code.map(|code| ("code", code)));
        if request.extras.client_info {
            let info = json!({ "uid": user.id, "utid": self.directory.id });
            fields.push(("client_info", b64url(info.to_string())));
        }
        // The library that reads it asks the device's broker from then on, and nobody else: of an account that signed in by
        // other means the broker may know nothing.
        if request.extras.account_id && self.session.prt.is_some() {
            // A broker's name for the account: the same as its `localAccountId`.
            fields.push(("accountId", user.id.to_string()));
        }
        fields.push(("session_state", self.session.sid.clone()));
        Ok(fields)
    }

    async fn code(&self) -> Result<String, Fault> {
        let request = self.request;
        let origin = Origin {
            client_id: request.client_id.clone(),
            user: self.session.user.id,
            amr: self.amr.to_vec(),
            auth_time: self.session.created,
            device: self.session.device,
            hello_key: self.session.hello_key,
            flow: Flow::SignIn,
            platform: request.platform,
        };
        let scope = match request.version {
            Version::V1 => meant_by_v1(&request.scope),
            Version::V2 => request.scope.clone(),
        };
        let new = NewCode {
            origin: &origin,
            redirect_uri: &request.redirect_uri,
            sid: &self.session.sid,
            resource: &request.resource,
            scope: &scope,
            challenge: request.challenge.as_deref(),
            nonce: request.nonce.as_deref(),
            windows: request.extras.windows,
            version: request.version,
        };
        issue_code(self.app, &new, self.now).await
    }

    /// The access token; `None` when the resource is gone since it was asked for.
    async fn access(
        &self,
        client: &Registration,
        fields: &mut Fields,
    ) -> Result<Option<String>, Fault> {
        let request = self.request;
        let (named, scope) = asked_for(request);
        let found = resolve(self.app, client, named.as_deref(), scope).await?;
        let Ok(Resource {
            audience,
            scope,
            alg,
        }) = found
        else {
            return Ok(None);
        };
        let issue = AccessIssue {
            directory: self.directory,
            user: self.user,
            resource: &audience,
            scope: &scope,
            client_id: &request.client_id,
            amr: self.amr,
            device: self.session.device,
            flow: None,
            alg,
        };
        let token = issue_access(self.app, &issue, self.now)?;
        fields.push(("access_token", token.clone()));
        fields.push(("token_type", "Bearer".to_owned()));
        fields.push(("expires_in", ACCESS_LIFE_SECS.to_string()));
        fields.push(("scope", scope));
        Ok(Some(token))
    }

    async fn id_token(
        &self,
        alg: IdTokenAlg,
        code: Option<&str>,
        access_token: Option<&str>,
    ) -> Result<String, Fault> {
        let (app, request) = (self.app, self.request);
        let management = if request.extras.windows {
            management(&app.store, &app.hosts, self.user).await?
        } else {
            None
        };
        let issue = Issue {
            directory: self.directory,
            user: self.user,
            client_id: &request.client_id,
            nonce: request.nonce.as_deref(),
            amr: self.amr,
            windows: request.extras.windows,
            management: management.as_ref(),
            version: request.version,
            alg,
            scope: &request.scope,
            auth_time: self.session.created,
            access_token,
            code,
            sid: Some(&self.session.sid),
        };
        id_token(app, &issue, self.now)
    }
}

/// Sends a refusal back to the application.
pub(super) fn refuse(request: &Request, error: &OAuthError) -> Response {
    let fields = vec![
        ("error", error.error.clone()),
        ("error_description", error.error_description.clone()),
    ];
    Reason::oauth(error).on(send(request, &fields))
}

fn send(request: &Request, fields: &[(&'static str, String)]) -> Response {
    let mut all: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    if let Some(state) = &request.state {
        all.push(("state", state));
    }
    if request.mode == Mode::FormPost {
        return page::form_post(&request.redirect_uri, &all);
    }
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish();
    let uri = &request.redirect_uri;
    let mark = match request.mode {
        Mode::Query if uri.contains('?') => '&',
        Mode::Query => '?',
        Mode::Fragment | Mode::FormPost => '#',
    };
    found(format!("{uri}{mark}{encoded}"))
}

/// 302, with the link in the body too: some clients read it there, not in the header (registration reference §1.2). No word of
/// framing: silent sign-ins happen in frames.
pub(super) fn found(location: String) -> Response {
    let body = page::moved(&location);
    (
        StatusCode::FOUND,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        ],
        body,
    )
        .into_response()
}
