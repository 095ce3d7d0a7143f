//! What a device is told next: facts are asked, policies told, the verdict said, and what administrators want.

use std::collections::BTreeSet;

use super::ask::{facts, states};
use super::message::Message;
use super::refused::Refused;
use super::round::{Cause, Phase, Session, Taken, ask};
use super::store;
use super::write::{self, Command, Frame, Numbers};
use crate::app::App;
use crate::audit::Act;
use crate::fault::Kind;
use crate::mdm::command::{Queued, mark_sent, waiting};
use crate::mdm::compliance::judge;
use crate::mdm::device::{Managed, RetiredBy, retire};
use crate::mdm::policy::{self, Effective, replaces, result_uri};
use crate::mdm::xml::{Node, el};
use crate::{account, clock};

/// Commands of administrators in one message.
const BATCH: i64 = 32;

type Commands = Vec<(Command, Cause)>;

/// What comes next, as a message.
pub(super) async fn next(
    app: &App,
    managed: &Managed,
    session: &mut Session,
    message: &Message,
    taken: &Taken,
    fault: Option<Kind>,
) -> Result<String, Refused> {
    let mut commands = Commands::new();
    if taken.unenrolled {
        leave(app, managed, session).await?;
    } else if taken.aborted {
        session.phase = Phase::Over;
    } else if message.is_final {
        commands = advance(app, managed, session).await?;
    }
    if fault.is_some() && session.phase == Phase::Over {
        session.phase = Phase::Judged;
    }
    commands.extend(probes(fault));
    let mut numbers = Numbers::default();
    let mut body: Vec<Node> = taken
        .statuses
        .iter()
        .map(|status| write::status(status, message.msg_id, &mut numbers))
        .collect();
    if !message.is_final && !taken.aborted && !taken.unenrolled {
        // More is to come: go on.
        body.push(write::alert(1222, &mut numbers));
    }
    for (command, cause) in &commands {
        let mut sent = |number, cause: &Cause| session.remember(number, cause);
        body.push(write::command(command, cause, &mut numbers, &mut sent));
    }
    let frame = Frame {
        session_id: &message.session_id,
        msg_id: match fault {
            Some(Kind::DmWrongMsgId) => message.msg_id + 7,
            _ => message.msg_id,
        },
        target: &message.source,
        source: &format!("{}/dm", app.hosts.manage),
    };
    let last = (fault != Some(Kind::DmNoFinal)).then(|| el("Final"));
    Ok(write::message(&frame, body, last))
}

/// The management has ended at the client: the certificate dies with it.
async fn leave(app: &App, managed: &Managed, session: &mut Session) -> Result<(), Refused> {
    let by = if session.phase == Phase::Leaving {
        RetiredBy::Server
    } else {
        RetiredBy::User
    };
    let mut connection = app.store.begin().await?;
    retire(&mut connection, managed.device, by, clock::now()).await?;
    connection.commit().await?;
    session.phase = Phase::Over;
    tracing::info!(mdm = %managed.id, ?by, "unenrolled");
    app.audit
        .granted_about(Act::ManagementEnded, managed.id.to_string());
    Ok(())
}

/// The commands of the next phase.
async fn advance(app: &App, managed: &Managed, session: &mut Session) -> Result<Commands, Refused> {
    match session.phase {
        Phase::Begin => {
            let queued = queued(app, managed).await?;
            if queued
                .iter()
                .any(|(_, cause)| matches!(cause, Cause::Unenroll(_)))
            {
                session.phase = Phase::Leaving;
                return Ok(queued);
            }
            session.phase = Phase::Asked;
            Ok(facts().map(ask).chain(queued).collect())
        }
        Phase::Asked => {
            session.phase = Phase::Told;
            let effective = policy::effective(&app.store, managed.user).await?;
            tell(app, managed, &effective).await
        }
        Phase::Told => {
            session.phase = Phase::Judged;
            let effective = policy::effective(&app.store, managed.user).await?;
            let verdict = judge(&effective, &session.facts, &session.policies);
            store::keep(&app.store, managed.id, session, &verdict, clock::now()).await?;
            tracing::info!(mdm = %managed.id, verdict = verdict.word(), "judged");
            let set = |name: &str, data: String| {
                let command = Command::Change {
                    verb: "Replace",
                    uri: format!("./Vendor/Dovetail/Compliance/{name}"),
                    format: Some("chr".to_owned()),
                    data: Some(data),
                };
                (command, Cause::Verdict)
            };
            let told = [
                set("State", verdict.word().to_owned()),
                set("Reasons", verdict.json()),
            ];
            Ok(told
                .into_iter()
                .chain(queued(app, managed).await?)
                .collect())
        }
        Phase::Judged | Phase::Leaving => {
            let queued = queued(app, managed).await?;
            if queued.is_empty() {
                session.phase = Phase::Over;
                store::end(&app.store, managed.id, clock::now()).await?;
            }
            Ok(queued)
        }
        Phase::Over => Ok(Commands::new()),
    }
}

/// What administrators want, marked as sent. The end of management goes alone.
async fn queued(app: &App, managed: &Managed) -> Result<Commands, Refused> {
    let mut queue = waiting(&app.store, managed.id, BATCH).await?;
    if let Some(place) = queue.iter().position(Queued::is_unenroll) {
        queue = vec![queue.swap_remove(place)];
    }
    if queue.is_empty() {
        return Ok(Commands::new());
    }
    mark_sent(&app.store, &queue).await?;
    let mut commands = Commands::new();
    let mut seen = BTreeSet::new();
    for entry in &queue {
        let Some(batch) = &entry.batch else {
            commands.push(command(entry));
            continue;
        };
        if seen.insert(batch) {
            let inner = queue
                .iter()
                .filter(|other| other.batch.as_ref() == Some(batch));
            commands.push((Command::Atomic(inner.map(command).collect()), Cause::Frame));
        }
    }
    Ok(commands)
}

fn command(entry: &Queued) -> (Command, Cause) {
    let cause = if entry.is_unenroll() {
        Cause::Unenroll(entry.id)
    } else {
        Cause::Queued(entry.id)
    };
    let command = if entry.verb.element() == "Get" {
        Command::Get {
            uri: entry.uri.clone(),
        }
    } else {
        Command::Change {
            verb: entry.verb.element(),
            uri: entry.uri.clone(),
            format: entry.format.clone(),
            data: entry.data.clone(),
        }
    };
    (command, cause)
}

/// The policies that apply, what no longer applies, and how it all stands then.
async fn tell(app: &App, managed: &Managed, effective: &Effective) -> Result<Commands, Refused> {
    let tenant = account::directory(&app.store).await?.id;
    let values = replaces(&effective.options, tenant);
    let mut commands = Commands::new();
    for uri in store::told(&app.store, managed.id).await? {
        if !values.iter().any(|value| value.uri == uri) {
            let command = Command::Change {
                verb: "Delete",
                uri: uri.clone(),
                format: None,
                data: None,
            };
            commands.push((command, Cause::Removal(uri)));
        }
    }
    let mut results = Vec::new();
    // Rules that belong together are applied together or not at all: a longest PIN without its shortest is another rule.
    let (mut lock, mut pin) = (Vec::new(), Vec::new());
    for value in values {
        results.extend(result_uri(&value.uri));
        let cause = Cause::Policy(value.uri.clone());
        let group = if value.uri.contains("/DeviceLock/") {
            Some(&mut lock)
        } else if value.uri.contains("/PassportForWork/") {
            Some(&mut pin)
        } else {
            None
        };
        let command = Command::Change {
            verb: "Replace",
            uri: value.uri,
            format: Some(value.format.to_owned()),
            data: Some(value.data),
        };
        match group {
            Some(group) => group.push((command, cause)),
            None => commands.push((command, cause)),
        }
    }
    for group in [lock, pin] {
        if !group.is_empty() {
            commands.push((Command::Atomic(group), Cause::Frame));
        }
    }
    commands.extend(results.into_iter().chain(states()).map(ask));
    Ok(commands)
}

/// What a client must bear, when a fault asks for it.
fn probes(fault: Option<Kind>) -> Commands {
    let uris: Vec<String> = match fault {
        Some(Kind::DmEndless) => vec!["./DevInfo/Lang".to_owned()],
        Some(Kind::DmOutsideTree) => vec![
            "/etc/passwd".to_owned(),
            "./Device/../../etc/passwd".to_owned(),
            "./Device/%2e%2e/%2e%2e/etc/passwd".to_owned(),
            format!("./{}", "x".repeat(65_536)),
        ],
        _ => Vec::new(),
    };
    uris.into_iter()
        .map(|uri| (Command::Get { uri }, Cause::Probe))
        .collect()
}
