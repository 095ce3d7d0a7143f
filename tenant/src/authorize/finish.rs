//! Ends a sign-in: the session that it makes or goes on with, and the answer.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use dovetail_shared::UnixTime;

use super::answer;
use super::flow::{Flow, FlowId, end};
use super::request::Request;
use super::verdict::{Proof, Verdict, judge};
use crate::account::{User, user_by_upn};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::Fault;
use crate::oauth::described;
use crate::prt::credential;
use crate::session::{self, NewSession, Session};

/// Ends it.
pub(super) async fn finish(
    app: &App,
    id: &FlowId,
    flow: &Flow,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Response, Fault> {
    if !end(&app.store, id).await? {
        return Ok(super::dispatch::lost());
    }
    let request = &flow.request;
    let user = user_by_upn(&app.store, flow.upn.as_deref().unwrap_or_default()).await?;
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(answer::refuse(
            request,
            &described("access_denied", 50_057, "The user account is disabled."),
        ));
    };
    // Nothing was proved here: the session that was chosen answers, if this browser still has it.
    if flow.proved.is_none() {
        let all = session::all(&app.store, headers, now).await?;
        let chosen = all
            .iter()
            .find(|one| Some(&one.sid) == flow.sid.as_ref() && one.user.id == user.id);
        return match chosen {
            Some(session) => judged(app, request, &user, session, now).await,
            None => Ok(super::dispatch::lost()),
        };
    }
    let device = match flow.device {
        Some(device) => credential::serves(app, device, &user).await?,
        None => None,
    };
    let new = NewSession {
        user: user.id,
        amr: &flow.amr,
        stay: flow.stay == Some(true),
        signed_in: now,
        device,
        prt: None,
        hello_key: flow.hello_key,
    };
    app.audit.open_for_grants()?;
    let (sid, cookie) = session::create(&app.store, headers, &new, now).await?;
    audit::is_user(user.id);
    audit::says_client(&request.client_id);
    app.audit.granted_about(Act::SignedIn, flow.amr.join(" "));
    let session = Session {
        sid,
        user: user.clone(),
        amr: flow.amr.clone(),
        created: now,
        device,
        prt: None,
        hello_key: flow.hello_key,
    };
    let mut response = judged(app, request, &user, &session, now).await?;
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The answer, when what was proved is enough; what is still missing now, this person cannot give.
async fn judged(
    app: &App,
    request: &Request,
    user: &User,
    session: &Session,
    now: UnixTime,
) -> Result<Response, Fault> {
    let proof = Proof {
        user,
        amr: &session.amr,
        at: session.created,
        device: session.device,
    };
    audit::is_user(user.id);
    if let Some(device) = session.device {
        audit::is_device(device);
    }
    match judge(app, request, &proof, now).await? {
        Verdict::Enough => answer::answer(app, request, user, session, now).await,
        Verdict::SecondFactor(error) | Verdict::Refused(error) => {
            Ok(answer::refuse(request, &error))
        }
        Verdict::Again => Ok(answer::refuse(
            request,
            &described("login_required", 50_058, "The sign-in is too long ago."),
        )),
    }
}
