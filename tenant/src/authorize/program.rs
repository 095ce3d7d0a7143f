//! Forms of programs that drive a sign-in by what its pages say in `$Config` (registration reference §1.9): the same steps and the
//! same limits as a person's. They follow no redirects, so each form is answered with the next page, or with the end.

use axum::http::HeaderMap;
use axum::response::Response;

use super::dispatch::{self, Next, lost, next};
use super::flow::{Flow, FlowId, Leg, Proof, update};
use super::page;
use super::step::{Fields, account, password};
use crate::app::App;
use crate::clock;
use crate::error::Fault;

/// Takes a form without a `step`: it was made from `$Config` and shows what stood there.
pub(super) async fn take(
    app: &App,
    tenant: &str,
    id: &FlowId,
    mut flow: Flow,
    fields: &Fields,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    if !id.proves(Proof::Flow, get("flowToken")) || !id.proves(Proof::Canary, get("canary")) {
        tracing::warn!("a program's form does not show what its page said");
        return Ok(lost());
    }
    let now = clock::now();
    flow.complaint = None;
    if let Some(name) = get("login").filter(|name| !name.is_empty()) {
        another(&mut flow, name);
    }
    match (next(app, &flow, now).await?, get("passwd")) {
        (Next::Password, Some(given)) => password(app, &mut flow, given).await?,
        // `1`: yes. Without the question nothing is answered.
        (Next::Stay, _) => flow.stay = get("LoginOptions").map(|option| option == "1"),
        // The code goes to `EndAuth`; this form only goes on from there.
        (Next::SecondFactor, _) if fields.contains_key("mfaAuthMethod") => {
            flow.complaint = Some(500_121);
        }
        _ => {}
    }
    if !update(&app.store, id, &flow).await? {
        return Ok(lost());
    }
    let complaint = flow.complaint;
    let response = dispatch::answer(app, tenant, id, &mut flow, headers, now).await?;
    Ok(match complaint {
        Some(number) => page::reason(number).on(response),
        None => response,
    })
}

/// The account that the program means. Another one than until now begins again: what was proved is not its own.
fn another(flow: &mut Flow, name: &str) {
    let same = |known: &String| known.eq_ignore_ascii_case(name.trim());
    if flow.upn.as_ref().is_some_and(same) && !flow.choose {
        return;
    }
    flow.choose = false;
    flow.begin_again();
    account(flow, name);
    flow.leg = Leg::PageFirst;
}
