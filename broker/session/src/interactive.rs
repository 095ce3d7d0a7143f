//! `acquireTokenInteractively`: the portal's page is opened, and what becomes of the sign-in there is waited for.

use std::time::Duration;

use dovetail_client::{Client, blame};
use dovetail_shared::broker1::{Ask, Named, Refusal, TokenAnswer, status};
use dovetail_shared::link::{Empty, Event, Request};
use dovetail_shared::status::{SsoDetails, SsoState, Status};
use dovetail_shared::{Code, Report};
use futures_util::StreamExt as _;
use zbus::{Connection, MessageStream};

use crate::caller::Caller;
use crate::daemon::{Daemon, QUICK, report};
use crate::flows::Flows;
use crate::{browser, token};

/// Nobody signs in for longer.
const LONGEST: Duration = Duration::from_mins(10);

/// Tokens, after a sign-in where one is needed.
pub(crate) async fn acquire(
    (daemon, bus, flows): (&Daemon, &Connection, &Flows),
    caller: &Caller,
    correlation: &str,
    ask: &Ask,
) -> Result<TokenAnswer, Report> {
    if ask.wants_proof_of_possession() {
        return Err(token::no_proof_of_possession());
    }
    let named = ask.account();
    if !ask.wants_a_person() {
        match token::silently(daemon, caller, correlation, ask).await {
            // Only what a person can mend is shown to a person.
            Err(report) if Refusal::from(&report).status == status::INTERACTION_REQUIRED => {}
            other => return other,
        }
    }
    let flow = flows
        .begin(correlation)
        .ok_or_else(|| blame::report(Code::RATE_LIMITED))?;
    let mut client = daemon.connect(caller).await?;
    client.subscribe(QUICK).await.map_err(report)?;
    let (before, portal) = look(&mut client).await?;
    let page =
        browser::page(portal.as_deref()).ok_or_else(|| blame::report(Code::NO_CONNECTION_POINT))?;
    browser::open(bus, &page).await?;
    tokio::select! {
        signed_in = signed_in(&mut client, &before) => signed_in?,
        () = flow.cancelled() => return Err(blame::report(Code::CANCELLED)),
        () = gone(bus, &caller.name) => return Err(blame::report(Code::CLOSED)),
        () = tokio::time::sleep(LONGEST) => return Err(blame::report(Code::TIMED_OUT)),
    }
    // Who let the person choose gets whom the person chose.
    let named = if ask.wants_a_person() {
        Named::default()
    } else {
        named
    };
    token::of_account(&mut client, correlation, ask, &named).await
}

async fn look(client: &mut Client) -> Result<(SsoDetails, Option<String>), Report> {
    let status: Status = client
        .call(&Request::Status(Empty {}), QUICK)
        .await
        .map_err(report)?;
    let sso = status.sso.ok_or_else(|| blame::report(Code::NOT_JOINED))?;
    Ok((sso, status.broker.portal))
}

/// Until this user's sign-on is another than `before`.
async fn signed_in(client: &mut Client, before: &SsoDetails) -> Result<(), Report> {
    loop {
        let (now, _) = look(client).await?;
        if now.state == SsoState::Active && now.issued > before.issued {
            return Ok(());
        }
        if let Some(report) = now.report
            && before.report.as_ref() != Some(&report)
        {
            return Err(report);
        }
        while !matches!(
            client.event().await.map_err(report)?,
            Event::StatusChanged(_)
        ) {}
    }
}

/// Until the one with this name has left the bus. Nobody would hear the answer.
async fn gone(bus: &Connection, name: &str) {
    let rule = format!(
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',\
         member='NameOwnerChanged',arg0='{name}',arg2=''"
    );
    if let Ok(mut left) = MessageStream::for_match_rule(rule.as_str(), bus, None).await
        && left.next().await.is_some()
    {
        return;
    }
    // The bus does not tell: the other ends of waiting remain.
    std::future::pending::<()>().await;
}
