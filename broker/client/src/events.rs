//! Being told without asking.

use std::time::Duration;

use dovetail_shared::link::{Done, Empty, Event, Incoming, Request};

use crate::connect::Client;
use crate::error::ClientError;

impl Client {
    /// Asks for events on this connection from now on.
    pub async fn subscribe(&mut self, deadline: Duration) -> Result<(), ClientError> {
        let Done {} = self.call(&Request::Subscribe(Empty {}), deadline).await?;
        Ok(())
    }

    /// The next event, however long it takes; [`ClientError::Closed`] when the daemon goes away.
    ///
    /// Giving up the future loses nothing: frames are read whole or not at all.
    pub async fn event(&mut self) -> Result<Event, ClientError> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            if let Incoming::Event(event) = self.incoming().await? {
                return Ok(event);
            }
        }
    }
}
