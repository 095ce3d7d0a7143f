//! The passive flow: the browser goes to the domain's own sign-in service and comes back to `POST /login.srf`.
//!
//! WS-Federation has no `InResponseTo`. So `wctx` carries a random name of the request, and this browser's half of the name comes
//! in a cookie: an answer that nobody here asked for is no sign-in. The cookie is `SameSite=None`, because the answer is a form
//! posted by another site; nothing else reads it.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::{Code, UnixTime};

use super::dispatch::{self, Next, login_url, lost};
use super::flow::{Flow, FlowId, Leg, load, update};
use super::page;
use crate::account::{Domain, MfaBehavior};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::federation::{self, Federated, FederationError, Want};
use crate::store::{StoreError, hash, query};
use crate::{account, clock, random, session};

const COOKIE: &str = "__Host-federation";
/// Seconds a person has at the sign-in service.
const LIFE_SECS: i64 = 600;

/// A way to the sign-in service: its address, and the cookie that must be set on the way.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) address: String,
    pub(super) cookie: HeaderValue,
}

/// Prepares the way there; the request is remembered until the browser comes back.
pub(super) async fn way(
    app: &App,
    tenant: &str,
    id: &FlowId,
    flow: &Flow,
    domain: &Domain,
    now: UnixTime,
) -> Result<Option<Way>, Fault> {
    let Some(federation) = &domain.federation else {
        return Ok(None);
    };
    let handle = random::token()?;
    query("INSERT INTO federation_request (id_hash, ctx, tenant, domain, expires) VALUES ($1, $2, $3, $4, $5)")
        .bind(name(&handle, &id.browser))
        .bind(&id.ctx)
        .bind(tenant)
        .bind(&domain.name)
        .bind(now.plus(LIFE_SECS).0)
        .execute(&app.store)
        .await?;
    let want = match (flow.leg, flow.request.prompt.as_deref()) {
        (Leg::MfaWanted, _) => Want::Mfa,
        (_, Some("login")) => Want::Again,
        _ => Want::Anything,
    };
    let wctx = format!("estsredirect=2&estsrequest={handle}");
    let cookie = format!(
        "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=None",
        id.browser
    );
    // Both halves of the name are base64url.
    let Ok(cookie) = HeaderValue::from_str(&cookie) else {
        return Ok(None);
    };
    Ok(Some(Way {
        address: federation::address(federation, flow.upn.as_deref(), &wctx, want),
        cookie,
    }))
}

fn name(handle: &str, browser: &str) -> Vec<u8> {
    hash(&format!("{handle}.{browser}"))
}

/// A request that waited.
struct Waiting {
    id: FlowId,
    tenant: String,
    domain: String,
}

/// Takes the request that `wctx` and cookie name together: once.
async fn take(
    app: &App,
    wctx: &str,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Option<Waiting>, StoreError> {
    let handle = form_urlencoded::parse(wctx.as_bytes())
        .find(|(name, _)| name == "estsrequest")
        .map(|(_, value)| value.into_owned());
    let (Some(handle), Some(browser)) = (handle, session::cookie(headers, COOKIE)) else {
        return Ok(None);
    };
    let row = query(
        "DELETE FROM federation_request WHERE id_hash = $1 AND expires > $2 RETURNING ctx, tenant, domain",
    )
    .bind(name(&handle, &browser))
    .bind(now.0)
    .fetch_optional(&app.store)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Waiting {
        id: FlowId {
            ctx: row.try_get("ctx")?,
            browser,
        },
        tenant: row.try_get("tenant")?,
        domain: row.try_get("domain")?,
    }))
}

/// `POST /login.srf`
pub(super) async fn answer(
    State(app): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let now = clock::now();
    let Some(fields) = fields(&body) else {
        return Ok(lost());
    };
    let Some(waiting) = take(&app, &fields.wctx, &headers, now).await? else {
        tracing::warn!("an answer of a sign-in service came that nobody here waits for");
        return Ok(lost());
    };
    let Some(mut flow) = load(&app.store, &waiting.id, now).await? else {
        return Ok(lost());
    };
    let mut refused = None;
    if matches!(
        dispatch::next(&app, &flow, now).await?,
        Next::Federated | Next::FederatedFactor
    ) {
        let verified = if fields.wa == "wsignin1.0" {
            federation::verify_answer(&app, fields.wresult.as_bytes(), now).await
        } else {
            Err(FederationError::Shape("wa is not wsignin1.0"))
        };
        let settled = match verified {
            Ok(federated) => settle(&app, &mut flow, federated, &waiting.domain).await?,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = settled {
            let number = match (refusal.number(), refusal) {
                (_, FederationError::Store(error)) => return Err(error.into()),
                (number, refusal) => {
                    tracing::warn!(domain = waiting.domain, %refusal, number, "an answer of a sign-in service was refused");
                    number
                }
            };
            flow.complaint = number;
            refused = number;
            flow.leg = Leg::PageFirst;
        }
        if !update(&app.store, &waiting.id, &flow).await? {
            return Ok(lost());
        }
    }
    let location = login_url(&waiting.tenant, &waiting.id, &flow.request.shell);
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    Ok(match refused {
        Some(number) => page::reason(number).on(response),
        None => response,
    })
}

/// Writes into the flow what the sign-in service vouches for.
async fn settle(
    app: &App,
    flow: &mut Flow,
    federated: Federated,
    asked: &str,
) -> Result<Result<(), FederationError>, Fault> {
    if !federated.domain.eq_ignore_ascii_case(asked) {
        return Ok(Err(FederationError::Issuer));
    }
    let behavior = account::domain(&app.store, asked)
        .await?
        .and_then(|domain| domain.federation)
        .map_or(MfaBehavior::Enforce, |federation| federation.mfa);
    let second = federated.amr.iter().any(|method| method == "mfa");
    if behavior == MfaBehavior::Enforce && !second {
        if flow.leg == Leg::MfaWanted {
            return Ok(Err(FederationError::Mfa));
        }
        // Once more, saying what is wanted.
        flow.leg = Leg::MfaWanted;
        flow.complaint = number(Code::AADSTS_MFA_REQUIRED);
        return Ok(Ok(()));
    }
    flow.complaint = None;
    flow.leg = Leg::Back;
    // The service may know the person by another session than the name that was typed here: its word counts, and is shown.
    flow.upn = Some(federated.user.upn);
    flow.amr = federated.amr;
    flow.sid = None;
    flow.proved = Some(clock::now().0);
    Ok(Ok(()))
}

fn number(code: Code) -> Option<u32> {
    match code {
        Code::Aadsts(number) => Some(number),
        _ => None,
    }
}

/// The form of the answer.
#[derive(Debug, Default)]
struct Fields {
    wa: String,
    wresult: String,
    wctx: String,
}

/// Reads it; `None` when a field stands twice.
fn fields(body: &[u8]) -> Option<Fields> {
    let mut fields = Fields::default();
    for (name, value) in form_urlencoded::parse(body) {
        let field = match name.as_ref() {
            "wa" => &mut fields.wa,
            "wresult" => &mut fields.wresult,
            "wctx" => &mut fields.wctx,
            _ => continue,
        };
        if !field.is_empty() {
            return None;
        }
        *field = value.into_owned();
    }
    Some(fields)
}
