//! `POST /dm`: who is it, is it their turn, what do they say, what comes next.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::ask::{facts, states};
use super::message::{Message, MessageError, read};
use super::round::{Cause, Phase, RoundError, Session, Taken, ask};
use super::store;
use super::write::{self, Command, Frame, Numbers};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::fault::{Asked, Kind};
use crate::mdm::command::{Queued, mark_answered, mark_sent, waiting};
use crate::mdm::compliance::judge;
use crate::mdm::device::{Managed, PeerError, RetiredBy, by_certificate, retire};
use crate::mdm::policy::{self, Effective, replaces, result_uri};
use crate::mdm::settings::settings;
use crate::mdm::xml::{Node, el};
use crate::tls::PeerCertificate;
use crate::{account, clock, random};

const MEDIA: &str = "application/vnd.syncml.dm+xml";
/// Commands of administrators in one message.
const BATCH: i64 = 32;

type Commands = Vec<(Command, Cause)>;

/// Why a message is not answered.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the content is not application/vnd.syncml.dm+xml")]
    Media,
    #[error("no client certificate was presented")]
    NoCertificate,
    #[error("{}", .0.word())]
    Peer(PeerError),
    #[error("the message names another device than the client certificate")]
    Source,
    #[error("the message is for another server")]
    Target,
    #[error("{0}")]
    Message(#[from] MessageError),
    #[error("{0}")]
    Round(#[from] RoundError),
    #[error("too many devices report at the same time")]
    Busy,
    #[error("the service has a fault of its own")]
    Fault(#[source] Fault),
}

impl<T: Into<Fault>> From<T> for Refused {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match &self {
            Self::Fault(cause) => tracing::error!(%cause, "a management session failed"),
            other => tracing::warn!(cause = %other, "a management message was refused"),
        }
        let status = match &self {
            Self::Media => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoCertificate | Self::Peer(_) | Self::Source | Self::Round(RoundError::Other) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Target | Self::Message(_) | Self::Round(_) => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = (status, format!("{self}\n")).into_response();
        if matches!(self, Self::Busy) {
            // Spread out, so that they do not all come back at once.
            let spread = random::bytes::<1>().map_or(0, |[byte]| byte % 30);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, (u64::from(spread) + 1).into());
        }
        response
    }
}

/// The handler.
pub(in crate::mdm) async fn dm(
    State(app): State<Tenant>,
    asked: Option<Extension<Asked>>,
    Extension(PeerCertificate(peer)): Extension<PeerCertificate>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = asked.map(|Extension(Asked(kind))| kind);
    match answer(&app, peer.as_deref(), &headers, &body, fault).await {
        Ok(text) => {
            let kind = format!("{MEDIA}; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn answer(
    app: &App,
    peer: Option<&[u8]>,
    headers: &HeaderMap,
    body: &[u8],
    fault: Option<Kind>,
) -> Result<String, Refused> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(MEDIA)) {
        return Err(Refused::Media);
    }
    let certificate = peer.ok_or(Refused::NoCertificate)?;
    let managed = by_certificate(app, certificate)
        .await?
        .map_err(Refused::Peer)?;
    let message = read(body)?;
    addressed(app, &managed, &message)?;
    let now = clock::now();
    let limit = usize::try_from(settings(&app.store).await?.session_limit).unwrap_or(0);
    let place = app.sessions.enter(managed.id, limit, now);
    let place = place.ok_or(Refused::Busy)?;
    let mut session = place.lock().await;
    let hash = digest::digest(&digest::SHA256, body);
    if session.id == message.session_id
        && let Some((last, text)) = &session.last
        && last == hash.as_ref()
    {
        // The answer was lost on its way: it is said again, nothing is done again.
        return Ok(text.clone());
    }
    if session.id != message.session_id {
        if message.msg_id != 1 {
            return Err(RoundError::Order.into());
        }
        if !store::begin(
            &app.store,
            managed.id,
            &message.session_id,
            certificate,
            now,
        )
        .await?
        {
            return Err(RoundError::Replay.into());
        }
        *session = Session::new(&message.session_id);
    }
    session.order(&message, body.len())?;
    let taken = session.take(&message).inspect_err(|_| {
        // Nothing is known any more of what the device did: it begins anew.
        app.sessions.leave(managed.id);
    })?;
    mark_answered(&app.store, &taken.answers).await?;
    let text = next(app, &managed, &mut session, &message, &taken, fault).await?;
    session.last = Some((hash.as_ref().to_vec(), text.clone()));
    if session.phase == Phase::Over {
        app.sessions.leave(managed.id);
    }
    Ok(text)
}

/// The device is who it says, and means us.
fn addressed(app: &App, managed: &Managed, message: &Message) -> Result<(), Refused> {
    let names = [managed.id.to_string(), managed.device.to_string()];
    if !names
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&message.source))
    {
        return Err(Refused::Source);
    }
    let ours = format!("{}/dm", app.hosts.manage);
    let target = message.target.split('?').next().unwrap_or_default();
    if !target.eq_ignore_ascii_case(&ours) {
        return Err(Refused::Target);
    }
    Ok(())
}

/// What comes next, as a message.
async fn next(
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
    let mut connection = app.store.begin_with("BEGIN IMMEDIATE").await?;
    retire(&mut connection, managed.device, by, clock::now()).await?;
    connection.commit().await?;
    session.phase = Phase::Over;
    tracing::info!(mdm = %managed.id, ?by, "unenrolled");
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
