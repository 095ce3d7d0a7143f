//! One connection: frames in, frames out, bounded in every direction.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dovetail_client::frame::codec;
use dovetail_shared::link::{Envelope, Event, Request, event_frame, failure_frame, reply_frame};
use dovetail_shared::{Code, Report};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_util::bytes::Bytes;
use tokio_util::codec::{FramedRead, FramedWrite};
use zeroize::Zeroize;

use super::{Peer, may};
use crate::Daemon;
use crate::handle;

/// Frames that wait for a slow reader; one more and the connection is closed.
const WAITING: usize = 64;
/// A reader that takes nothing for so long is gone.
const STALLED: Duration = Duration::from_secs(30);
/// Requests in [`WINDOW`] that one connection may send.
const RATE: u32 = 300;
const WINDOW: Duration = Duration::from_secs(10);

type Counts = Arc<Mutex<HashMap<u32, usize>>>;

/// A place among a user's connections, given back on drop.
struct Seat(Counts, u32);

impl Seat {
    fn take(counts: &Counts, uid: u32, limit: usize) -> Option<Self> {
        let mut map = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = map.entry(uid).or_default();
        if *count >= limit {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Self(Arc::clone(counts), uid))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = map.get_mut(&self.1) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                map.remove(&self.1);
            }
        }
    }
}

/// Requests of one connection in the current window.
struct Rate(Instant, u32);

impl Rate {
    /// Whether one more is within bounds.
    fn takes(&mut self) -> Result<(), Code> {
        if self.0.elapsed() > WINDOW {
            *self = Self(Instant::now(), 0);
        }
        self.1 = self.1.saturating_add(1);
        if self.1 <= RATE {
            Ok(())
        } else {
            Err(Code::RATE_LIMITED)
        }
    }
}

/// Accepts until the process ends.
pub async fn serve(daemon: Arc<Daemon>, listener: UnixListener) {
    let counts = Counts::default();
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                // A backoff: out of descriptors, only time frees them, and accept would fail at once again.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(peer) = Peer::of(&socket) else {
            continue;
        };
        let Some(seat) = Seat::take(
            &counts,
            peer.uid,
            daemon.config.daemon.max_connections_per_uid,
        ) else {
            daemon.audit.request(
                daemon.now(),
                &peer,
                None,
                "connect".into(),
                Some(Code::RATE_LIMITED),
            );
            continue;
        };
        tokio::spawn(connection(Arc::clone(&daemon), socket, peer, seat));
    }
}

async fn connection(daemon: Arc<Daemon>, socket: UnixStream, mut peer: Peer, _seat: Seat) {
    let (read, write) = socket.into_split();
    let mut read = FramedRead::new(read, codec());
    let (out, frames) = mpsc::channel::<Bytes>(WAITING);
    let mut writer = tokio::spawn(write_all(FramedWrite::new(write, codec()), frames));
    let mut rate = Rate(Instant::now(), 0);
    let mut subscribed = false;
    let busy = Arc::new(Mutex::new(HashSet::<String>::new()));
    loop {
        let frame = tokio::select! {
            frame = read.next() => frame,
            _ = &mut writer => return,
        };
        let Some(Ok(mut frame)) = frame else {
            if frame.is_some() {
                let report = daemon.report(Code::FRAME_TOO_LARGE);
                out.try_send(failure_frame("", &report).into()).ok();
            }
            return;
        };
        let in_rate = rate.takes();
        let (id, kind, origin, request) = match take_request(&daemon, &mut frame) {
            Ok(parts) => parts,
            Err((id, report)) => {
                if out.send(failure_frame(&id, &report).into()).await.is_err() {
                    break;
                }
                continue;
            }
        };
        let allowed = in_rate.and_then(|()| may(&daemon.config, origin.as_deref(), &request));
        if let Err(code) = allowed {
            let (now, page) = (daemon.now(), origin.as_deref());
            let action = kind.as_str().into();
            daemon.audit.request(now, &peer, page, action, Some(code));
            let frame = failure_frame(&id, &daemon.report(code));
            if out.send(frame.into()).await.is_err() {
                break;
            }
            continue;
        }
        if let Request::HelloHost(host) = &request {
            peer.caller = Some(host.caller.chars().take(200).collect());
        }
        if matches!(request, Request::Subscribe(_)) && !subscribed {
            subscribed = true;
            tokio::spawn(forward(Arc::clone(&daemon), peer.uid, out.clone()));
        }
        if !busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone())
        {
            let report = daemon
                .report(Code::BAD_FRAME)
                .with_detail("this id is still being answered");
            out.try_send(failure_frame(&id, &report).into()).ok();
            continue;
        }
        let asked = Asked {
            id,
            kind,
            origin,
            request,
        };
        let work = answer(
            Arc::clone(&daemon),
            peer.clone(),
            asked,
            out.clone(),
            Arc::clone(&busy),
        );
        // Each request answers when it is done, so a slow one does not hold up the next.
        tokio::spawn(work);
    }
}

/// One request as it came in.
struct Asked {
    id: String,
    kind: String,
    origin: Option<String>,
    request: Request,
}

async fn answer(
    daemon: Arc<Daemon>,
    peer: Peer,
    asked: Asked,
    out: mpsc::Sender<Bytes>,
    busy: Arc<Mutex<HashSet<String>>>,
) {
    let Asked {
        id,
        kind,
        origin,
        request,
    } = asked;
    let silent = matches!(
        request,
        Request::Hello(_)
            | Request::Status(_)
            | Request::Subscribe(_)
            | Request::Preflight(_)
            | Request::ApprovalList(_)
            | Request::Accounts(_)
            | Request::PinStatus(_)
            // These write a line of their own, with what they are about.
            | Request::Token(_)
            | Request::Cookie(_)
            | Request::BrokerToken(_)
            | Request::SignInPin(_)
            | Request::PinSetUp(_)
            | Request::PinChange(_)
            | Request::PinRemove(_)
    );
    let result = handle::dispatch(&daemon, &peer, origin.as_deref(), request).await;
    let code = result.as_ref().err().map(|report| report.code);
    if !silent {
        let action = kind.as_str().into();
        daemon
            .audit
            .request(daemon.now(), &peer, origin.as_deref(), action, code);
    }
    let frame = match result {
        Ok(body) => reply_frame(&id, &body),
        Err(report) => failure_frame(&id, &report),
    };
    busy.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&id);
    // The asker is gone: nobody is left to tell.
    out.send(frame.into()).await.ok();
}

type Parts = (String, String, Option<String>, Request);

/// Reads a frame and wipes it: passwords and tokens come in here, and what was taken out is not left lying about.
fn take_request(daemon: &Daemon, frame: &mut [u8]) -> Result<Parts, (String, Report)> {
    let read = read_request(daemon, frame);
    frame.zeroize();
    read
}

fn read_request(daemon: &Daemon, frame: &[u8]) -> Result<Parts, (String, Report)> {
    let mut envelope = Envelope::parse(frame).map_err(|error| {
        (
            id_of(frame),
            daemon.report(error.code()).with_detail(error.to_string()),
        )
    })?;
    let request = envelope.request().map_err(|error| {
        (
            envelope.id.clone(),
            daemon.report(error.code()).with_detail(error.to_string()),
        )
    })?;
    wipe(&mut envelope.body);
    Ok((envelope.id, envelope.kind, envelope.origin, request))
}

/// The texts of a body that was read.
fn wipe(body: &mut serde_json::Value) {
    if let Some(members) = body.as_object_mut() {
        for member in members.values_mut() {
            if let serde_json::Value::String(text) = member {
                text.zeroize();
            }
        }
    }
}

/// The id of a frame that is not a request, so that its sender can tell which.
fn id_of(frame: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(frame)
        .ok()
        .and_then(|value| value.get("id")?.as_str().map(str::to_owned))
        .filter(|id| id.len() <= dovetail_shared::link::MAX_ID)
        .unwrap_or_default()
}

async fn write_all(
    mut sink: FramedWrite<
        tokio::net::unix::OwnedWriteHalf,
        tokio_util::codec::LengthDelimitedCodec,
    >,
    mut frames: mpsc::Receiver<Bytes>,
) {
    while let Some(frame) = frames.recv().await {
        match tokio::time::timeout(STALLED, sink.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// Events that this user may see, until the connection is gone or too slow.
async fn forward(daemon: Arc<Daemon>, uid: u32, out: mpsc::Sender<Bytes>) {
    let mut events = daemon.events.subscribe();
    loop {
        let told = tokio::select! {
            told = events.recv() => told,
            () = out.closed() => return,
        };
        match told {
            Ok((owner, event)) => {
                if !sees(owner, &event, uid) {
                    continue;
                }
                if out.try_send(event_frame(&event).into()).is_err() {
                    return;
                }
            }
            // Skipped some: the next one is whole again.
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
        }
    }
}

fn sees(owner: u32, event: &Event, uid: u32) -> bool {
    matches!(event, Event::StatusChanged(_)) || owner == uid || uid == 0
}
