//! One request, one reply by id, one deadline.

use std::time::Duration;

use dovetail_shared::link::{Envelope, Event, Incoming, Request};
use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use tokio_util::bytes::Bytes;

use crate::connect::Client;
use crate::error::ClientError;

/// Events kept while a reply is waited for. Views are whole, so the newest are what matters.
const KEPT_EVENTS: usize = 64;

impl Client {
    /// Sends `request` and waits at most `deadline` for the reply with its id; reads the reply's body as `T`.
    ///
    /// Replies to earlier requests that were given up are dropped.
    pub async fn call<T: DeserializeOwned>(
        &mut self,
        request: &Request,
        deadline: Duration,
    ) -> Result<T, ClientError> {
        self.asked = self.asked.wrapping_add(1);
        let id = self.asked.to_string();
        let mut envelope = Envelope::new(id.clone(), request);
        envelope.deadline_ms = u32::try_from(deadline.as_millis()).ok();
        let body = tokio::time::timeout(deadline, self.exchange(&id, envelope.to_frame()))
            .await
            .map_err(|_| ClientError::TimedOut)??;
        serde_json::from_value(body).map_err(|_| ClientError::Unsupported)
    }

    async fn exchange(
        &mut self,
        id: &str,
        frame: Vec<u8>,
    ) -> Result<serde_json::Value, ClientError> {
        self.frames.send(Bytes::from(frame)).await?;
        loop {
            match self.incoming().await? {
                // Without an id the daemon answers what it could not read at all: that can only be ours.
                Incoming::Reply { id: of, result } if of == id || of.is_empty() => {
                    return result.map_err(ClientError::Refused);
                }
                Incoming::Reply { .. } => {}
                Incoming::Event(event) => self.keep(event),
            }
        }
    }

    /// The next frame that means something.
    pub(crate) async fn incoming(&mut self) -> Result<Incoming, ClientError> {
        let frame = self
            .frames
            .next()
            .await
            .ok_or(ClientError::Closed(None))??;
        Incoming::parse(&frame).ok_or(ClientError::Unsupported)
    }

    fn keep(&mut self, event: Event) {
        if self.events.len() >= KEPT_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
