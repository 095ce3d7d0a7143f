//! Carries a session's messages over one connection that shows the management certificate.

use std::sync::Arc;

use dovetail_shared::Code;
use dovetail_shared::status::{Compliance, PolicyState};
use rustls::client::ResolvesClientCert;
use url::Url;

use super::{Next, Opening, Talk};
use crate::Daemon;
use crate::mdm::error::MdmError;
use crate::mdm::node::{Effect, Facts, Poll, Tree};
use crate::mdm::record::Ending;
use crate::mdm::unenroll;
use crate::net::{Ask, Body};

/// Why there is a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A person asked for it, or has just joined.
    Person,
    /// The schedule.
    Schedule,
    /// The device leaves.
    Leave,
}

/// What a session brought.
#[derive(Debug)]
pub struct Ran {
    /// The server's verdict.
    pub compliance: Compliance,
    /// Why, in the service's words for people.
    pub reasons: Vec<String>,
    /// How each policy stands.
    pub policies: Vec<PolicyState>,
    /// Why they could not all be put in force.
    pub unsettled: Option<Code>,
    /// The schedule from now on.
    pub poll: Poll,
    /// What is left to do.
    pub effects: Vec<Effect>,
}

/// One whole session. `number` is the session's id.
pub async fn run(
    daemon: &Daemon,
    facts: &Facts,
    identity: Arc<dyn ResolvesClientCert>,
    number: u32,
    occasion: Occasion,
) -> Result<Ran, MdmError> {
    let url = Url::parse(&facts.service_url).map_err(|_| MdmError::Redirect)?;
    let connection = daemon.net.as_device(identity)?;
    let broken = |_| MdmError::Session("what is kept of the policies cannot be read");
    let mut tree = Tree::open(facts, &daemon.store, &daemon.config.management).map_err(broken)?;
    let mut talk = Talk::new(
        &mut tree,
        &number.to_string(),
        &facts.service_url,
        &facts.device_id,
    );
    let correlation = uuid::Uuid::new_v4().to_string();
    let mut message = talk.open(match occasion {
        Occasion::Person => Opening::Ask("user"),
        Occasion::Schedule => Opening::Ask("none"),
        Occasion::Leave => Opening::Leave,
    });
    loop {
        let body = Body::SyncMl(message.into_bytes());
        let answer = connection
            .ask(Ask::post(&url, body, correlation.clone()))
            .await?;
        match answer.status {
            200 => {}
            401 | 403 => return Err(MdmError::Certificate),
            status => return Err(MdmError::Status(status)),
        }
        match talk.answer(&answer.body)? {
            Next::Send(next) => {
                // Once the service hears that we go, this certificate is dead: so first it is written down.
                if talk.effects().contains(&Effect::Unenroll) {
                    unenroll::mark(daemon, Ending::Removed)
                        .map_err(|_| MdmError::Session("the end of management cannot be stored"))?;
                }
                message = next;
            }
            Next::Over => break,
            Next::Abort(last, why) => {
                let body = Body::SyncMl(last.into_bytes());
                // It is a courtesy: what comes back changes nothing.
                connection
                    .ask(Ask::post(&url, body, correlation.clone()))
                    .await
                    .ok();
                return Err(MdmError::Session(why));
            }
        }
    }
    let effects = talk.effects().to_vec();
    let leaving = occasion == Occasion::Leave || effects.contains(&Effect::Unenroll);
    let (policies, unsettled) = if leaving {
        (Vec::new(), None)
    } else {
        match tree.settle() {
            Ok(policies) => (policies, None),
            Err(code) => (tree.standing(), Some(code)),
        }
    };
    let (compliance, reasons) = tree.compliance();
    Ok(Ran {
        compliance,
        reasons,
        policies,
        unsettled,
        poll: tree.poll(),
        effects,
    })
}
