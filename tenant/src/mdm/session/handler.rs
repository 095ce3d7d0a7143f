//! `POST /dm`: who is it, is it their turn, what do they say, what comes next.

use aws_lc_rs::digest;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use tokio::sync::OwnedMutexGuard;

use super::message::{Message, read};
use super::next::next;
use super::refused::Refused;
use super::round::{Phase, RoundError, Session};
use super::store;
use crate::app::{App, Tenant};
use crate::fault::{Asked, Kind};
use crate::mdm::command::mark_answered;
use crate::mdm::device::{Managed, by_certificate};
use crate::mdm::settings::settings;
use crate::tls::PeerCertificate;
use crate::{audit, clock};

const MEDIA: &str = "application/vnd.syncml.dm+xml";

/// The handler.
pub(in crate::mdm) async fn dm(
    State(app): State<Tenant>,
    asked: Option<Extension<Asked>>,
    Extension(PeerCertificate(peer)): Extension<PeerCertificate>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = asked.map(|Extension(Asked(kind))| kind);
    match answer(app, peer.as_deref(), &headers, body, fault).await {
        Ok(text) => {
            let kind = format!("{MEDIA}; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn answer(
    app: Tenant,
    peer: Option<&[u8]>,
    headers: &HeaderMap,
    body: Bytes,
    fault: Option<Kind>,
) -> Result<String, Refused> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(MEDIA)) {
        return Err(Refused::Media);
    }
    let certificate = peer.ok_or(Refused::NoCertificate)?.to_vec();
    let managed = by_certificate(&app, &certificate)
        .await?
        .map_err(Refused::Peer)?;
    let message = read(&body)?;
    addressed(&app, &managed, &message)?;
    let now = clock::now();
    let limit = usize::try_from(settings(&app.store).await?.session_limit).unwrap_or(0);
    let place = app.sessions.enter(managed.id, limit, now);
    let place = place.ok_or(Refused::Busy)?;
    let session = place.lock_owned().await;
    let hash = digest::digest(&digest::SHA256, &body);
    if session.id == message.session_id
        && let Some((last, text)) = &session.last
        && last == hash.as_ref()
    {
        // The answer was lost on its way: it is said again, nothing is done again.
        return Ok(text.clone());
    }
    let turn = Turn {
        app,
        managed,
        certificate,
        message,
        bytes: body.len(),
        hash: hash.as_ref().to_vec(),
        fault,
        session,
    };
    // A message that was begun comes to its end though its device has gone away: it comes again with the same one, and hears the answer.
    // A device has one session, so no more than one goes on like that, however many it drops.
    let turn = tokio::spawn(audit::along(turn.take(now)));
    turn.await.map_err(|_| Refused::Broken)?
}

/// A message of a device whose turn it is.
struct Turn {
    app: Tenant,
    managed: Managed,
    certificate: Vec<u8>,
    message: Message,
    /// How long it was, and its SHA-256.
    bytes: usize,
    hash: Vec<u8>,
    fault: Option<Kind>,
    session: OwnedMutexGuard<Session>,
}

impl Turn {
    /// What is said in answer.
    async fn take(mut self, now: UnixTime) -> Result<String, Refused> {
        let (app, managed, message) = (&*self.app, &self.managed, &self.message);
        let session = &mut *self.session;
        if session.id != message.session_id {
            if message.msg_id != 1 {
                return Err(RoundError::Order.into());
            }
            let (id, certificate) = (&message.session_id, &self.certificate);
            if !store::begin(&app.store, managed.id, id, certificate, now).await? {
                return Err(RoundError::Replay.into());
            }
            *session = Session::new(id);
        }
        session.order(message, self.bytes)?;
        let taken = session.take(message).inspect_err(|_| {
            // Nothing is known any more of what the device did: it begins anew.
            app.sessions.leave(managed.id);
        })?;
        mark_answered(&app.store, &taken.answers).await?;
        let text = next(app, managed, session, message, &taken, self.fault).await?;
        session.last = Some((self.hash, text.clone()));
        if session.phase == Phase::Over {
            app.sessions.leave(managed.id);
        }
        Ok(text)
    }
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
