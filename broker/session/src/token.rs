//! `acquireTokenSilently`, and what follows on a sign-in.

use dovetail_client::{Client, blame};
use dovetail_shared::broker1::{Ask, Named, TokenAnswer};
use dovetail_shared::id::ClientId;
use dovetail_shared::link::{BrokerAsk, BrokerToken, Request};
use dovetail_shared::{Code, Report};

use crate::caller::Caller;
use crate::daemon::{Daemon, PATIENT, account, report};

/// Tokens without a question to the person.
pub(crate) async fn silently(
    daemon: &Daemon,
    caller: &Caller,
    correlation: &str,
    ask: &Ask,
) -> Result<TokenAnswer, Report> {
    let mut client = daemon.connect(caller).await?;
    of_account(&mut client, correlation, ask, &ask.account()).await
}

/// Tokens of this account.
pub(crate) async fn of_account(
    client: &mut Client,
    correlation: &str,
    ask: &Ask,
    named: &Named,
) -> Result<TokenAnswer, Report> {
    let bad = |detail: &str| blame::report(Code::BAD_FRAME).with_detail(detail);
    // A bearer token in its place would be taken for something that it is not.
    if ask.wants_proof_of_possession() {
        return Err(no_proof_of_possession());
    }
    let client_id: ClientId = ask
        .client_id()
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| bad("clientId is not a UUID"))?;
    let account = account(client, named).await?;
    let request = Request::BrokerToken(BrokerAsk {
        account: Some(account.home_account_id),
        client_id,
        scope: ask.scope(),
        authority: ask.authority(),
        // What clients put there is the way back of a browser, and none takes part.
        redirect_uri: None,
        claims: ask.claims(),
        nonce: None,
        correlation_id: correlation
            .parse::<dovetail_shared::id::CorrelationId>()
            .is_ok()
            .then(|| correlation.to_owned()),
    });
    let token: BrokerToken = client.call(&request, PATIENT).await.map_err(report)?;
    Ok(TokenAnswer::from(token))
}

/// Tokens that are bound to a key are not made here.
pub(crate) fn no_proof_of_possession() -> Report {
    blame::report(Code::BROKER_NOT_OFFERED)
        .with_detail("tokens that are bound to a key (proof of possession) are not made here")
}
