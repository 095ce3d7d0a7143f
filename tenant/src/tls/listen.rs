//! Accepts connections: ClientHello first, then the configuration for that name, then HTTP.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::LazyConfigAcceptor;
use tower::ServiceExt as _;

use super::server::{PeerAddress, PeerCertificate, ServerConfigs};
use crate::hosts::{Hosts, Role};

/// Open connections at the same time.
const CONNECTIONS: usize = 2048;
/// A handshake that takes longer is somebody holding a place.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Headers must have come by then.
const HEADERS: Duration = Duration::from_secs(15);

/// Serves `router` on `listener` until `stop` says so.
pub(crate) async fn serve(
    listener: TcpListener,
    configs: ServerConfigs,
    hosts: Arc<Hosts>,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Ok((stream, from)) = accepted else {
            continue;
        };
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let (configs, hosts, router) = (configs.clone(), hosts.clone(), router.clone());
        tokio::spawn(async move {
            if let Err(error) = connection(stream, from.ip(), &configs, &hosts, router).await {
                tracing::debug!(%error, "a connection ended");
            }
            drop(place);
        });
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn connection(
    stream: TcpStream,
    from: IpAddr,
    configs: &ServerConfigs,
    hosts: &Hosts,
    router: Router,
) -> Result<(), Failure> {
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
    let stream = tokio::time::timeout(HANDSHAKE, handshake).await??;
    let peer = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first)
        .map(|certificate| certificate.to_vec());
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request
            .extensions_mut()
            .insert(PeerCertificate(peer.clone()));
        request
            .extensions_mut()
            .insert(PeerAddress(from.to_canonical()));
        router.clone().oneshot(request)
    });
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(64 * 1024);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(32 * 1024);
    http.serve_connection(TokioIo::new(stream), service).await
}
