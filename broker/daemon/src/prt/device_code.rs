//! `sign_in.device_code`: a user's sign-in on another machine; here a code is shown, and asked after (RFC 8628).
//!
//! There is no nonce in this flow: what ties the sign-in to this request is the device code, which never leaves this process.

use std::sync::{Arc, PoisonError};

use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::link::{Event, SignIn, SignInEnded, SignInShown};
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::{Code, Report};

use super::acquire::{Proof, acquire};
use super::answer::{Expected, signed_in};
use super::error::PrtError;
use super::sign_in::{joined, place, settle};
use crate::Daemon;
use crate::direct::DeviceFlow;
use crate::front::Peer;

/// Asks for a code, and waits for its use; an earlier one of the same user is void.
pub async fn device_code(
    daemon: &Arc<Daemon>,
    peer: &Peer,
    ask: SignIn,
) -> Result<SignInShown, Report> {
    if joined(daemon).is_none() {
        return Err(daemon.report(Code::NOT_JOINED));
    }
    // Who may not sign in is not shown a code.
    let user = daemon.sso.enter(daemon, peer.uid).await;
    user.map_err(|error| error.report(daemon))?;
    let correlation = uuid::Uuid::new_v4().to_string();
    let flow = DeviceFlow::begin(daemon, &correlation)
        .await
        .map_err(|error| error.report(daemon))?;
    let shown = SignInShown {
        user_code: flow.user_code.clone(),
        verification_uri: flow.address.clone(),
        verification_uri_complete: flow.complete.clone(),
        message: flow.message.clone(),
        expires_in: flow.expires_in,
    };
    let waiting = Waiting {
        uid: peer.uid,
        add: ask.add,
        correlation,
    };
    let task = tokio::spawn(waiting.until_used(Arc::clone(daemon), flow));
    let former = daemon
        .sso
        .waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(peer.uid, task.abort_handle());
    if let Some(former) = former {
        former.abort();
    }
    Ok(shown)
}

/// A sign-in that is waited for.
struct Waiting {
    uid: u32,
    add: bool,
    correlation: String,
}

impl Waiting {
    /// Asks at the service's pace until there is an answer, and tells the user what came of it.
    async fn until_used(self, daemon: Arc<Daemon>, mut flow: DeviceFlow) {
        let ended = loop {
            tokio::time::sleep_until(flow.next()).await;
            match flow.ask(&daemon, &self.correlation).await {
                Ok(None) => {}
                Ok(Some(tokens)) => break self.signed_in(&daemon, tokens).await,
                Err(error) => break Err(error.report(&daemon)),
            }
        };
        if daemon.idle() {
            daemon.net.rest();
        }
        let event = Event::SignInEnded(Box::new(match ended {
            Ok(username) => SignInEnded {
                username: Some(username),
                report: None,
            },
            Err(report) => SignInEnded {
                username: None,
                report: Some(report),
            },
        }));
        // Nobody waits any more: it is in the status.
        daemon.events.send((self.uid, event)).ok();
    }

    /// Who signed in.
    async fn signed_in(&self, daemon: &Daemon, tokens: TokenResponse) -> Result<String, Report> {
        let user = daemon.sso.enter(daemon, self.uid).await;
        let user = user.map_err(|error| error.report(daemon))?;
        let got = match self.redeem(daemon, tokens).await {
            Ok(got) => {
                let upn = got.who.upn.clone();
                place(daemon, &user, got, self.add).await.map(|()| upn)
            }
            Err(error) => Err(error),
        };
        let report = match got {
            Ok(upn) => return Ok(upn),
            Err(error) if self.add => error.report(daemon),
            Err(error) => {
                let report = error.report(daemon);
                settle(daemon, &user, Err(error)).err().unwrap_or(report)
            }
        };
        Err(report)
    }

    async fn redeem(
        &self,
        daemon: &Daemon,
        tokens: TokenResponse,
    ) -> Result<super::acquire::Acquired, PrtError> {
        let device = joined(daemon).ok_or(PrtError::NotJoined)?;
        let expected = Expected {
            client: &AUTHENTICATION_BROKER.to_string(),
            nonce: None,
            tenant_id: device.tenant_id,
        };
        let who = signed_in(tokens.id_token.as_ref(), expected)?;
        let refresh = tokens
            .refresh_token
            .ok_or(PrtError::Answer("has no refresh token"))?;
        acquire(daemon, self.uid, Proof::Refresh(&refresh), Some(&who)).await
    }
}
