//! From a request to the part that answers it.

use std::sync::Arc;

use dovetail_shared::link::{Done, MAX_FRAME, PROTOCOL, Request, Welcome};
use dovetail_shared::{Code, Report};
use serde::Serialize;
use serde_json::Value;

use super::{doctor, preflight, status};
use crate::front::Peer;
use crate::join::{approve, begin, code, confirm, device_code, direct, manage, terms, token};
use crate::mdm::{ask, unenroll};
use crate::prt::{self, hello};
use crate::{Daemon, leave};

/// Answers. `origin` is that of the page behind the request, if there is one; what it may not ask was refused before.
pub async fn dispatch(
    daemon: &Arc<Daemon>,
    peer: &Peer,
    origin: Option<&str>,
    request: Request,
) -> Result<Value, Report> {
    let from_page = origin.is_some();
    match request {
        Request::Hello(hello) if hello.protocol.contains(&PROTOCOL) => body(&Welcome {
            protocol: PROTOCOL,
            broker: env!("CARGO_PKG_VERSION").into(),
            features: ["join", "leave", "management", "single_sign_on", "doctor"]
                .map(String::from)
                .to_vec(),
            max_frame: u32::try_from(MAX_FRAME).unwrap_or(u32::MAX),
        }),
        Request::Hello(_) => Err(daemon.report(Code::UNSUPPORTED)),
        Request::HelloHost(_) | Request::Subscribe(_) => body(&Done {}),
        Request::Preflight(_) => body(&preflight::preflight(daemon).await),
        Request::Status(_) => {
            prt::check_owner(daemon, peer.uid).await;
            body(&status::of(daemon, peer))
        }
        Request::JoinBegin(ask) => body(&begin::begin(daemon, peer, &ask)?),
        Request::JoinToken(ask) => body(&token::token(daemon, peer, ask).await?),
        Request::JoinTerms(ask) => body(&terms::terms(daemon, peer, ask)?),
        Request::JoinManage(ask) => body(&manage::manage(daemon, peer, ask)?),
        Request::JoinCode(ask) => body(&code::code(daemon, peer, ask).await?),
        Request::JoinDirect(ask) if !from_page => body(&direct::direct(daemon, peer, ask).await?),
        Request::JoinDeviceCode(ask) if !from_page => {
            body(&device_code::device_code(daemon, peer, ask).await?)
        }
        Request::JoinConfirm(ask) => body(&confirm::confirm(daemon, peer, &ask)?),
        Request::JoinRetry(ask) => body(&confirm::retry(daemon, peer, ask.join_id)?),
        Request::JoinCancel(ask) => body(&confirm::cancel(daemon, peer, ask.join_id)?),
        Request::ApprovalList(_) => body(&approve::list(daemon, peer)),
        Request::ApprovalAnswer(ask) if !from_page => body(&approve::answer(daemon, peer, ask)?),
        Request::JoinDirect(_) | Request::JoinDeviceCode(_) | Request::ApprovalAnswer(_) => {
            Err(daemon.report(Code::ORIGIN_REFUSED))
        }
        Request::SignInBegin(ask) => body(&prt::begin(daemon, peer, ask).await?),
        Request::SignInDeviceCode(ask) => body(&prt::device_code(daemon, peer, ask).await?),
        Request::SignInCode(ask) => {
            prt::code(daemon, peer, ask).await?;
            body(&status::of(daemon, peer))
        }
        Request::SignInPin(ask) => {
            hello::sign_in(daemon, peer, &ask).await?;
            body(&status::of(daemon, peer))
        }
        Request::PinStatus(ask) => body(&hello::status(daemon, peer, &ask).await?),
        Request::PinSetUp(ask) => body(&hello::set_up(daemon, peer, &ask).await?),
        Request::PinChange(ask) => body(&hello::change(daemon, peer, &ask).await?),
        Request::PinRemove(ask) => body(&hello::remove(daemon, peer, &ask).await?),
        Request::Token(ask) => body(&prt::token(daemon, peer, &ask).await?),
        Request::Cookie(ask) => body(&prt::cookie(daemon, peer, &ask).await?),
        Request::Accounts(_) => body(&prt::accounts(daemon, peer).await?),
        Request::AccountDefault(ask) => body(&prt::choose(daemon, peer, &ask.account).await?),
        Request::AccountRemove(ask) => body(&prt::sign_out(daemon, peer, &ask.account).await?),
        Request::BrokerToken(ask) => body(&prt::broker_token(daemon, peer, origin, &ask).await?),
        Request::Leave(ask) => {
            leave::leave(daemon, peer, ask.forget).await?;
            body(&status::of(daemon, peer))
        }
        Request::Sync(_) => {
            ask::ask(daemon, peer).await?;
            body(&status::of(daemon, peer))
        }
        Request::Unenroll(_) => {
            unenroll::unenroll(daemon, peer).await?;
            body(&status::of(daemon, peer))
        }
        Request::Doctor(_) => body(&doctor::doctor(daemon, peer).await),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where answers that can fail stand"
)]
fn body<T: Serialize>(answer: &T) -> Result<Value, Report> {
    Ok(serde_json::to_value(answer).unwrap_or_default())
}
