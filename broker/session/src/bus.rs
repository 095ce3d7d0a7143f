//! The session bus: finding it, being on it, and who has the broker's name.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::PathBuf;

use dovetail_shared::broker1::{BUS_NAME, PATH};
use serde::Serialize;
use zbus::Connection;
use zbus::address::Address;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::connection::Builder;
use zbus::fdo::{self, ConnectionCredentials, RequestNameFlags, RequestNameReply};

use crate::broker::Broker;
use crate::{log, notice, transport};

/// Messages that wait to be looked at; with the limit of each, what they take is bounded.
const WAITING: usize = 16;

/// Why there is no broker on the bus.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BusError {
    /// No asynchronous runtime.
    #[error("the asynchronous runtime: {0}")]
    Runtime(io::Error),
    /// The environment names no bus that programs of this machine could be on.
    #[error("there is no session bus: its address is not that of a Unix socket")]
    Address,
    /// The bus cannot be connected to.
    #[error("the session bus cannot be reached: {0}")]
    Connect(io::Error),
    /// The bus is another user's.
    #[error(
        "the session bus belongs to user {0}: this program serves one user on that user's own bus"
    )]
    Foreign(u32),
    /// The bus said no.
    #[error("the session bus: {0}")]
    Bus(#[from] zbus::Error),
}

/// Serves until the bus goes away: then the session is over.
pub(crate) async fn serve(socket: PathBuf) -> Result<(), BusError> {
    let broker = Broker::new(socket.clone());
    let connection = builder()?
        .serve_at(PATH, broker)
        .max_queued(std::num::NonZeroUsize::new(WAITING).unwrap_or(std::num::NonZeroUsize::MIN))
        .build()
        .await?;
    // Another broker is neither replaced nor fought: whoever was first has the name, and it comes to us when they go. Once ours,
    // nobody can take it away.
    let reply = connection
        .request_name_with_flags(BUS_NAME, RequestNameFlags::empty())
        .await?;
    if reply == RequestNameReply::InQueue {
        log("another broker has the name on this bus; waiting for it to go");
    }
    let notices = tokio::spawn(notice::watch(connection.clone(), socket));
    connection.closed().await;
    notices.abort();
    Ok(())
}

/// Who has the broker's name.
#[derive(Debug, Serialize)]
pub(crate) struct Owner {
    /// Process.
    pid: Option<u32>,
    /// Its program.
    program: Option<String>,
    /// Whether that is this one.
    ours: bool,
}

/// Asks the bus, and starts nobody. `None` while nobody has the name.
pub(crate) async fn owner() -> Result<Option<Owner>, BusError> {
    let connection = builder()?.build().await?;
    match credentials(&connection, BUS_NAME).await {
        Ok(found) => {
            let program = found.process_id().and_then(program);
            // A short name is cut at 15 bytes.
            let name = program.as_deref().and_then(|path| path.rsplit('/').next());
            Ok(Some(Owner {
                pid: found.process_id(),
                ours: matches!(name, Some("dovetail-session" | "dovetail-sessio")),
                program,
            }))
        }
        Err(zbus::Error::FDO(error)) if matches!(*error, fdo::Error::NameHasNoOwner(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the bus knows of the one with this name.
pub(crate) async fn credentials(
    connection: &Connection,
    name: &str,
) -> Result<ConnectionCredentials, zbus::Error> {
    let bus = "org.freedesktop.DBus";
    connection
        .call_method(
            Some(bus),
            "/org/freedesktop/DBus",
            Some(bus),
            "GetConnectionCredentials",
            &name,
        )
        .await?
        .body()
        .deserialize()
}

/// The program of a process, while it runs; of one that is closed to debuggers, as we are, its short name.
pub(crate) fn program(pid: u32) -> Option<String> {
    if let Ok(path) = std::fs::read_link(format!("/proc/{pid}/exe")) {
        return Some(path.to_string_lossy().into_owned());
    }
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

fn builder<'a>() -> Result<Builder<'a>, BusError> {
    let stream = connect()?;
    let uid = rustix::net::sockopt::socket_peercred(&stream)
        .map_err(|error| BusError::Connect(error.into()))?
        .uid
        .as_raw();
    if uid != rustix::process::geteuid().as_raw() {
        return Err(BusError::Foreign(uid));
    }
    stream.set_nonblocking(true).map_err(BusError::Connect)?;
    let stream = tokio::net::UnixStream::from_std(stream).map_err(BusError::Connect)?;
    Ok(Builder::socket(transport::split(stream)))
}

fn connect() -> Result<UnixStream, BusError> {
    let address = Address::session()?;
    let Transport::Unix(unix) = address.transport() else {
        return Err(BusError::Address);
    };
    match unix.path() {
        UnixSocket::File(path) => UnixStream::connect(path),
        UnixSocket::Abstract(name) => SocketAddr::from_abstract_name(name.as_bytes())
            .and_then(|address| UnixStream::connect_addr(&address)),
        _ => return Err(BusError::Address),
    }
    .map_err(BusError::Connect)
}
