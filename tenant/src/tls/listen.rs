//! Accepts connections: ClientHello first, then the configuration for that name, then HTTP.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::places::{Place, Places};
use super::server::{PeerAddress, PeerCertificate, ServerConfigs};
use crate::hosts::{Hosts, Role};
use crate::router::Front;

/// Open connections at the same time.
const CONNECTIONS: usize = 2048;
/// Handshakes at the same time.
const HANDSHAKES: usize = 2048;
/// A handshake that takes longer is somebody holding a place.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Headers must have come by then.
const HEADERS: Duration = Duration::from_secs(15);
/// An HTTP/2 connection is asked so often whether anybody is there.
const ALIVE: Duration = Duration::from_secs(30);
/// What is under way when the server stops gets so long.
const GRACE: Duration = Duration::from_secs(5);
/// Before the next try to accept, after one that failed.
const PAUSE: Duration = Duration::from_millis(10);

/// Serves `front` on `listener` until `stop` says so.
pub(crate) async fn serve(
    listener: TcpListener,
    configs: ServerConfigs,
    hosts: Arc<Hosts>,
    front: Front,
    mut stop: watch::Receiver<bool>,
) {
    let (waiting, open) = (Places::new(HANDSHAKES), Places::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.changed() => break,
        };
        let Ok((stream, from)) = accepted else {
            // No file is left for another connection, say: others end meanwhile.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (configs, hosts, front) = (configs.clone(), hosts.clone(), front.clone());
        let stop = stop.clone();
        let (place, lost) = waiting.take();
        let open = open.clone();
        connections.spawn(async move {
            let shaken = tokio::select! {
                shaken = handshake(stream, &configs, &hosts) => shaken,
                _ = lost => return,
            };
            drop(place);
            let stream = match shaken {
                Ok(stream) => stream,
                Err(error) => return tracing::debug!(%error, "a handshake failed"),
            };
            let (place, lost) = open.take();
            let ended = tokio::select! {
                ended = connection(stream, from.ip(), front, Arc::new(place), stop) => ended,
                _ = lost => return tracing::info!(from = %from.ip(), "a quiet connection gave way"),
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    // Nobody else is let in; what was begun gets its answer.
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections were cut");
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn handshake(
    stream: TcpStream,
    configs: &ServerConfigs,
    hosts: &Hosts,
) -> Result<TlsStream<TcpStream>, Failure> {
    stream.set_nodelay(true)?;
    let handshake = async {
        let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
        let role = start
            .client_hello()
            .server_name()
            .and_then(|name| hosts.role(name));
        let asks = matches!(role, Some(Role::Drs | Role::DeviceLogin | Role::Manage));
        start
            .into_stream(if asks {
                configs.asking.clone()
            } else {
                configs.plain.clone()
            })
            .await
    };
    Ok(tokio::time::timeout(HANDSHAKE, handshake).await??)
}

async fn connection(
    stream: TlsStream<TcpStream>,
    from: IpAddr,
    front: Front,
    place: Arc<Place>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let peer = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first)
        .map(|certificate| certificate.to_vec());
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        place.used();
        let mut request: Request = request.map(axum::body::Body::new);
        request
            .extensions_mut()
            .insert(PeerCertificate(peer.clone()));
        request
            .extensions_mut()
            .insert(PeerAddress(from.to_canonical()));
        let front = front.clone();
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    });
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(64 * 1024);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ALIVE)
        .max_concurrent_streams(100)
        .max_header_list_size(32 * 1024);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        ended = serving.as_mut() => return ended,
        _ = stop.changed() => {}
    }
    serving.as_mut().graceful_shutdown();
    serving.await
}
