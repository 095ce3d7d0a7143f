//! The one place that decides the next step, from what is stored.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::config::{Asks, Config};
use super::flow::{Flow, FlowId, Leg, load};
use super::page::{self, View};
use super::request::Shell;
use super::start::BROWSER_COOKIE;
use super::{federated, finish, flow};
use dovetail_shared::UnixTime;

use super::verdict::{Proof, Verdict, judge};
use crate::account::{Domain, DomainKind, domain, domain_of, user_by_upn};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::{clock, oauth, session};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask which of this browser's accounts is meant.
    Choose,
    /// Ask for the account.
    Account,
    /// The account's domain signs in elsewhere.
    Federated,
    /// It has to do so once more, with a second factor.
    FederatedFactor,
    /// Ask for the password.
    Password,
    /// Ask for the code of the second factor.
    SecondFactor,
    /// Ask whether to stay signed in.
    Stay,
    /// Everything is known that this person can say.
    Finish,
}

/// Decides.
pub(super) async fn next(app: &App, flow: &Flow, now: UnixTime) -> Result<Next, Fault> {
    if flow.choose {
        return Ok(Next::Choose);
    }
    let Some(home) = home(app, flow).await? else {
        return Ok(Next::Account);
    };
    let passed = |method: &str| flow.amr.iter().any(|amr| amr == method);
    match home.kind {
        DomainKind::Federated if flow.leg != Leg::Back => return Ok(Next::Federated),
        DomainKind::Managed if flow.upn.is_none() => return Ok(Next::Account),
        DomainKind::Managed if flow.sid.is_none() && !passed("pwd") => return Ok(Next::Password),
        _ => {}
    }
    let user = user_by_upn(&app.store, flow.upn.as_deref().unwrap_or_default()).await?;
    if let Some(user) = &user {
        let at = flow.proved.or(flow.since).map_or(now, UnixTime);
        let proof = Proof {
            user,
            amr: &flow.amr,
            at,
            device: flow.device,
        };
        // Whoever has a second factor gives it at every sign-in; others where it is asked for.
        let always = user.has_totp && flow.sid.is_none() && !passed("mfa");
        let wanted = match judge(app, &flow.request, &proof, now).await? {
            Verdict::SecondFactor(_) => true,
            Verdict::Enough | Verdict::Again | Verdict::Refused(_) => false,
        };
        if user.has_totp && (always || wanted) {
            return Ok(Next::SecondFactor);
        }
        if wanted && home.kind == DomainKind::Federated {
            return Ok(Next::FederatedFactor);
        }
    }
    Ok(if flow.stay.is_none() {
        Next::Stay
    } else {
        Next::Finish
    })
}

/// The domain of the account, or the one that the application named for want of an account.
async fn home(app: &App, flow: &Flow) -> Result<Option<Domain>, Fault> {
    let hint = flow.request.domain_hint.as_deref();
    Ok(match (&flow.upn, hint) {
        (Some(upn), _) => domain_of(&app.store, upn).await?,
        (None, Some(hint)) => domain(&app.store, hint).await?,
        (None, None) => None,
    })
}

/// `GET /{tenant}/login?ctx=…`: the page of the next step, or the answer.
pub(super) async fn show(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let now = clock::now();
    let Some(id) = named(query.get("ctx"), &headers) else {
        return Ok(lost());
    };
    let Some(mut flow) = load(&app.store, &id, now).await? else {
        return Ok(lost());
    };
    answer(&app, &tenant, &id, &mut flow, &headers, now).await
}

/// The page of the step that is due, or the answer.
pub(super) async fn answer(
    app: &App,
    tenant: &str,
    id: &FlowId,
    flow: &mut Flow,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Response, Fault> {
    let next = next(app, flow, now).await?;
    if next == Next::Finish {
        return finish::finish(app, id, flow, headers, now).await;
    }
    // An account that names no domain of ours is asked for again, with the reason.
    if next == Next::Account && flow.upn.is_some() {
        flow.complaint = flow.complaint.or(Some(50_059));
        flow::update(&app.store, id, flow).await?;
    }
    if next == Next::FederatedFactor {
        flow.leg = Leg::MfaWanted;
        flow.complaint = flow.complaint.or(Some(50_076));
        flow::update(&app.store, id, flow).await?;
    }
    if matches!(next, Next::Federated | Next::FederatedFactor) {
        return send(app, tenant, id, flow, now).await;
    }
    let view = view(app, tenant, id, flow, next)?;
    Ok(match next {
        Next::Choose => page::choose(&view, &session::all(&app.store, headers, now).await?),
        Next::Password => page::password(&view),
        Next::SecondFactor => page::second_factor(&view),
        Next::Stay => page::stay(&view),
        Next::Account | Next::Federated | Next::FederatedFactor | Next::Finish => {
            page::account(&view)
        }
    })
}

/// Sends the browser to the domain's own sign-in service. At once when the application named the account and so knows where it
/// leads; else a page says where and why first, and again after every return without success.
async fn send(
    app: &App,
    tenant: &str,
    id: &FlowId,
    flow: &mut Flow,
    now: UnixTime,
) -> Result<Response, Fault> {
    let Some(domain) = home(app, flow).await? else {
        return Ok(lost());
    };
    let Some(way) = federated::way(app, tenant, id, flow, &domain, now).await? else {
        return Ok(lost());
    };
    let mut response = if flow.leg == Leg::Ahead {
        flow.leg = Leg::PageFirst;
        flow::update(&app.store, id, flow).await?;
        let headers = [
            (header::LOCATION, way.address),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
        ];
        (StatusCode::FOUND, headers).into_response()
    } else {
        page::federated(
            &view(app, tenant, id, flow, Next::Federated)?,
            &domain.brand,
            &way.address,
        )
    };
    response
        .headers_mut()
        .append(header::SET_COOKIE, way.cookie);
    Ok(response)
}

fn view<'a>(
    app: &App,
    tenant: &str,
    id: &'a FlowId,
    flow: &'a Flow,
    next: Next,
) -> Result<View<'a>, Fault> {
    let action = login_url(tenant, id, &flow.request.shell);
    let (asks, post) = match next {
        Next::SecondFactor => (
            Asks::SecondFactor,
            format!("{}/{}/SAS/ProcessAuth", app.hosts.login, segment(tenant)),
        ),
        Next::Stay => (Asks::Stay, action.clone()),
        _ => (Asks::SignIn, action.clone()),
    };
    Ok(View {
        config: Config::of_step(app, id, asks, &post, flow.complaint)?,
        action,
        ctx: &id.ctx,
        flow,
    })
}

/// The flow's name: one half from the URL or form, one from the cookie.
pub(super) fn named(ctx: Option<&String>, headers: &HeaderMap) -> Option<FlowId> {
    Some(FlowId {
        ctx: ctx?.clone(),
        browser: session::cookie(headers, BROWSER_COOKIE)?,
    })
}

/// This sign-in is not known (any more) in this browser.
pub(super) fn lost() -> Response {
    let error = oauth::described(
        "invalid_grant",
        50_089,
        "The sign-in has expired or belongs to another browser. Go back to the application and start again.",
    );
    (StatusCode::BAD_REQUEST, page::error(&error)).into_response()
}

/// The address of the sign-in page, with what the shell said of itself, as the article shows it.
pub(super) fn login_url(tenant: &str, id: &FlowId, shell: &Shell) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("cxhflow", &shell.flow),
        ("cxhver", &shell.version),
        ("cxhplatform", &shell.platform),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.append_pair("ctx", &id.ctx).finish();
    format!("/{}/login?{query}", segment(tenant))
}

fn segment(tenant: &str) -> String {
    form_urlencoded::byte_serialize(tenant.as_bytes()).collect()
}
