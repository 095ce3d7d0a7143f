//! Misbehaving on request, for labs: so that every refusal a client must bear can be produced.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clap::ValueEnum;
use serde::Serialize;

use super::id_token;
use crate::app::Tenant;
use crate::store::{Store, StoreError, query};

/// What can be made to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// 500 without having done anything
    Status500,
    /// 429 with Retry-After
    Throttle,
    /// 503
    Unavailable,
    /// The right answer, late
    Lag,
    /// 200 with an HTML page, as a captive portal does
    Nonsense,
    /// 200 with half of the answer
    Truncate,
    /// 200 with twelve megabytes
    Oversize,
    /// The request is carried out, the answer is lost
    LostAnswer,
    /// 302 to another host
    Redirect,
    /// The connection is closed at once
    Reset,
    /// Enrollment services: the fault s:MessageFormat
    SoapMessageFormat,
    /// s:Authentication
    SoapAuthentication,
    /// s:Authorization
    SoapAuthorization,
    /// s:CertificateRequest
    SoapCertificateRequest,
    /// s:EnrollmentServer
    SoapEnrollmentServer,
    /// a:InternalServiceFault
    SoapInternalServiceFault,
    /// a:InvalidSecurity
    SoapInvalidSecurity,
    /// Error type DeviceCapReached
    SoapDeviceCapReached,
    /// Error type DeviceNotSupported
    SoapDeviceNotSupported,
    /// Error type NotSupported
    SoapNotSupported,
    /// Error type NotEligibleToRenew
    SoapNotEligibleToRenew,
    /// Error type InMaintenance
    SoapInMaintenance,
    /// Error type UserLicense
    SoapUserLicense,
    /// Error type EnrollmentDataInvalid
    SoapEnrollmentDataInvalid,
    /// Management discovery names addresses of plain http
    DiscoverHttp,
    /// Management discovery names addresses of another host
    DiscoverForeignHost,
    /// The provisioning document's certificate is of another key
    ProvisionOtherKey,
    /// It has characteristics and parameters that nobody knows
    ProvisionUnknownNodes,
    /// It has the account twice
    ProvisionDuplicateNodes,
    /// The account's address is plain http
    ProvisionHttpAddress,
    /// The account's address is on another host
    ProvisionForeignHost,
    /// Terms page: back to the join page with server_error
    TermsServerError,
    /// Management session: the answer has a wrong MsgID
    DmWrongMsgId,
    /// One more command in every answer
    DmEndless,
    /// The answer lacks Final
    DmNoFinal,
    /// A Get of /etc/passwd and others outside the tree
    DmOutsideTree,
    /// Token endpoint: the ID token's signature is wrong
    IdTokenSignature,
    /// It names a key that is not published
    IdTokenUnknownKey,
    /// It is not signed: alg none
    IdTokenAlgNone,
    /// Its issuer is another
    IdTokenIssuer,
    /// It is meant for another client
    IdTokenAudience,
    /// It has two audiences, and was given to another client
    IdTokenAuthorizedParty,
    /// Its nonce is another
    IdTokenNonce,
    /// It has no nonce
    IdTokenNoNonce,
    /// It expired two hours ago
    IdTokenExpired,
    /// It begins in two hours
    IdTokenFuture,
    /// It names nobody
    IdTokenNoSubject,
    /// It belongs to another access token
    IdTokenAtHash,
}

/// A fault that the handler itself makes: handed to it as a request extension.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked(pub(crate) Kind);

/// A fault that is set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fault {
    pub(crate) name: String,
    /// Requests whose path begins so (lower case).
    pub(crate) path: String,
    pub(crate) remaining: i64,
    pub(crate) delay_ms: i64,
}

/// Sets one; the same again replaces it.
pub(crate) async fn set(store: &Store, fault: &Fault) -> Result<(), StoreError> {
    query(
        "INSERT INTO fault (name, path, remaining, delay_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (name, path) DO UPDATE SET remaining = excluded.remaining, delay_ms = excluded.delay_ms",
    )
    .bind(&fault.name)
    .bind(fault.path.to_ascii_lowercase())
    .bind(fault.remaining)
    .bind(fault.delay_ms)
    .execute(store)
    .await?;
    Ok(())
}

/// Those that are set.
pub(crate) async fn list(store: &Store) -> Result<Vec<Fault>, StoreError> {
    let rows = query(
        "SELECT name, path, remaining, delay_ms FROM fault WHERE remaining > 0 ORDER BY name",
    )
    .fetch_all(store)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Fault {
                name: row.try_get(0)?,
                path: row.try_get(1)?,
                remaining: row.try_get(2)?,
                delay_ms: row.try_get(3)?,
            })
        })
        .collect()
}

/// Takes all away.
pub(crate) async fn clear(store: &Store) -> Result<(), StoreError> {
    query("DELETE FROM fault").execute(store).await?;
    Ok(())
}

async fn any(store: &Store) -> Result<bool, StoreError> {
    let any = query("SELECT 1 FROM fault WHERE remaining > 0 LIMIT 1");
    Ok(any.fetch_optional(store).await?.is_some())
}

/// Takes one from the count of the first fault that fits, if any does.
async fn due(store: &Store, path: &str) -> Result<Option<(Kind, Duration)>, StoreError> {
    // Nearly always there is none.
    if !*store.remember("fault", "", any(store)).await? {
        return Ok(None);
    }
    let row = query(
        "UPDATE fault SET remaining = remaining - 1 WHERE (name, path) = (SELECT name, path FROM fault WHERE remaining > 0 AND substr($1, 1, length(path)) = path LIMIT 1)
         RETURNING name, delay_ms",
    )
    .bind(path)
    .fetch_optional(store)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (name, delay): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
    let delay = Duration::from_millis(u64::try_from(delay).unwrap_or(0));
    Ok(Kind::from_str(&name, true).ok().map(|kind| (kind, delay)))
}

/// The middleware.
pub(crate) async fn misbehave(
    State(app): State<Tenant>,
    mut request: Request,
    next: Next,
) -> Response {
    let due = due(&app.store, request.uri().path())
        .await
        .unwrap_or_default();
    let Some((kind, delay)) = due else {
        return next.run(request).await;
    };
    tracing::warn!(?kind, path = request.uri().path(), "misbehaving as asked");
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match kind {
        Kind::Status500 => (StatusCode::INTERNAL_SERVER_ERROR, "oops\n").into_response(),
        Kind::Throttle => (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, HeaderValue::from_static("1"))],
        )
            .into_response(),
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Kind::Lag => next.run(request).await,
        Kind::Nonsense => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "text/html")],
            "<html><body>Welcome to our hotel</body></html>",
        )
            .into_response(),
        Kind::Truncate => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "application/json")],
            "{\"Certificate\":{\"Thumb",
        )
            .into_response(),
        Kind::Oversize => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "application/json")],
            " ".repeat(12_000_000),
        )
            .into_response(),
        Kind::Redirect => (
            StatusCode::FOUND,
            [(
                header::LOCATION,
                HeaderValue::from_static("https://elsewhere.example/"),
            )],
        )
            .into_response(),
        Kind::LostAnswer => {
            let _ = next.run(request).await;
            cut()
        }
        Kind::Reset => cut(),
        kind if id_token::is_one(kind) => {
            let response = next.run(request).await;
            id_token::break_in(&app.signer, kind, response).await
        }
        inside => {
            request.extensions_mut().insert(Asked(inside));
            next.run(request).await
        }
    }
}

/// An answer whose body breaks at once: the client sees the connection die.
fn cut() -> Response {
    let broken = futures_util::stream::once(async {
        Err::<Vec<u8>, _>(std::io::Error::other("cut as asked"))
    });
    let mut response = Response::new(Body::from_stream(broken));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("1000"));
    response
}
