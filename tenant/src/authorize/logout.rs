//! `GET /{tenant}/oauth2/logout`: ends the session. Sends nobody anywhere.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::page;
use crate::app::Tenant;
use crate::error::Fault;
use crate::session;

/// Signs out.
pub(super) async fn logout(
    State(app): State<Tenant>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    session::end(&app.store, &headers).await?;
    Ok((
        [(header::SET_COOKIE, session::forget())],
        page::signed_out(),
    )
        .into_response())
}
