//! What the join page asks of the terms page (MDM reference §1.3).

use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::Reason;
use crate::client::{JOIN_PAGE, registration, registrations};
use crate::mdm::form::fields;
use crate::mdm::sign_in::redirect;
use crate::store::{Store, StoreError};

/// The scheme of addresses inside Windows' own shell.
const SHELL: &str = "ms-appx-web://";

/// A request whose way back is known good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::mdm) struct Asked {
    redirect_uri: String,
    request_id: Option<String>,
}

/// How reading went.
#[derive(Debug)]
pub(super) enum Read {
    Good(Asked),
    /// Nothing was asked: somebody looks at the address.
    Nothing,
    /// Refused, with a way back: error and description.
    Refused(Asked, &'static str, &'static str),
    /// Refused without one: the address is not to be trusted.
    Untrusted,
}

/// Reads the query.
pub(super) async fn read(store: &Store, query: &str) -> Result<Read, StoreError> {
    if query.is_empty() {
        return Ok(Read::Nothing);
    }
    let Some(fields) = fields(query.as_bytes()) else {
        return Ok(Read::Untrusted);
    };
    let get = |name: &str| fields.get(name).map(String::as_str);
    let Some(redirect_uri) = get("redirect_uri") else {
        return Ok(Read::Untrusted);
    };
    if !is_known(store, redirect_uri).await? {
        return Ok(Read::Untrusted);
    }
    let id = get("client-request-id");
    let good_id = id.filter(|id| Uuid::try_parse(id).is_ok());
    let asked = Asked {
        redirect_uri: redirect_uri.to_owned(),
        request_id: good_id.map(str::to_owned),
    };
    if get("api-version") != Some("1.0") {
        return Ok(Read::Refused(
            asked,
            "invalid_request",
            "unsupported version",
        ));
    }
    if !matches!(get("mode"), None | Some("azureadjoin")) {
        return Ok(Read::Refused(asked, "invalid_request", "unsupported mode"));
    }
    if id.is_some() && good_id.is_none() {
        return Ok(Read::Refused(
            asked,
            "invalid_request",
            "client-request-id is not a GUID",
        ));
    }
    Ok(Read::Good(asked))
}

/// To the letter: an address of the join page, or one inside the shell that is registered for some client.
async fn is_known(store: &Store, uri: &str) -> Result<bool, StoreError> {
    if !uri.starts_with(SHELL) {
        let page = registration(store, JOIN_PAGE).await?;
        return Ok(page.is_some_and(|page| page.redirects.iter().any(|known| known.uri == uri)));
    }
    let all = registrations(store).await?;
    Ok(all
        .iter()
        .any(|app| app.redirects.iter().any(|known| known.uri == uri)))
}

impl Asked {
    /// Where the answer goes: for the page's content policy.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Back, with an error.
    pub(super) fn refuse(&self, error: &str, description: &str) -> Response {
        tracing::info!(error, description, "the terms page refused");
        let reason = Reason::new(error.to_owned(), description.to_owned());
        reason.on(self.back(&[("error", error), ("error_description", description)]))
    }

    /// Back, with that.
    pub(super) fn back(&self, fields: &[(&str, &str)]) -> Response {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields);
        if let Some(id) = &self.request_id {
            query.append_pair("client-request-id", id);
        }
        let joint = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        redirect(&format!("{}{joint}{}", self.redirect_uri, query.finish()))
    }
}
