//! Finds the daemon and makes sure that it is the daemon.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use dovetail_shared::link::{Event, PROTOCOL};
use tokio::net::UnixStream;

use crate::error::ClientError;
use crate::frame::{Frames, frames};
use crate::peer;

/// A daemon that neither accepts nor refuses within this time hangs.
const CONNECT: Duration = Duration::from_secs(5);

/// A connection to the daemon. Asks one thing at a time; events that come in between are kept for [`Client::event`].
#[derive(Debug)]
pub struct Client {
    pub(crate) frames: Frames,
    pub(crate) asked: u64,
    pub(crate) events: VecDeque<Event>,
}

impl Client {
    /// Connects to the daemon at `socket`. Nothing is sent to a listener that is neither root, the daemon's user nor oneself.
    pub async fn connect(socket: &Path) -> Result<Self, ClientError> {
        let connecting = tokio::time::timeout(CONNECT, UnixStream::connect(socket));
        let stream = connecting
            .await
            .map_err(|_| ClientError::TimedOut)?
            .map_err(|source| ClientError::NotRunning {
                socket: socket.to_owned(),
                source,
            })?;
        Self::over(stream)
    }

    /// The same over a socket that is connected already.
    pub fn over(stream: UnixStream) -> Result<Self, ClientError> {
        peer::check(&stream)?;
        Ok(Self {
            frames: frames(stream),
            asked: 0,
            events: VecDeque::new(),
        })
    }

    /// Says hello as `client` of `version` and agrees on the protocol. Worth it before a longer talk; a single request can go without.
    pub async fn hello(
        &mut self,
        client: &str,
        version: &str,
        deadline: Duration,
    ) -> Result<dovetail_shared::link::Welcome, ClientError> {
        use dovetail_shared::link::{Hello, Request, Welcome};
        let hello = Request::Hello(Hello {
            protocol: vec![PROTOCOL],
            client: client.to_owned(),
            version: version.to_owned(),
        });
        let welcome: Welcome = self.call(&hello, deadline).await?;
        if welcome.protocol == PROTOCOL {
            Ok(welcome)
        } else {
            Err(ClientError::Unsupported)
        }
    }
}
