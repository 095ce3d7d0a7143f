//! The dialect itself: whose turn it is, and what the extension knows.

use std::borrow::Cow;
use std::time::Duration;

use dovetail_client::blame;
use dovetail_shared::Code;
use dovetail_shared::link::{DEADLINE_DEFAULT_MS, Empty, Envelope, Request};

use super::command::{self, Command};
use super::queue::Queue;
use super::reply;
use crate::dialect::{Ask, Dialect, Refused};
use crate::outbox::Outbox;

/// Commands on the browser's side, our own protocol on the daemon's.
#[derive(Debug, Default)]
pub(crate) struct Entra {
    queue: Queue,
    /// What the extension was told last.
    online: Option<bool>,
    /// The user's accounts, as last heard of.
    accounts: Option<Vec<String>>,
    /// Our own question for them that is not answered yet.
    looking: Option<String>,
    /// They have changed meanwhile.
    again: bool,
}

impl Entra {
    fn tell_state(&mut self, online: bool, out: &mut Outbox) {
        if self.online != Some(online) {
            self.online = Some(online);
            out.push(&reply::state(online));
        }
    }

    fn look(&mut self) -> Option<Vec<u8>> {
        if self.looking.is_some() {
            self.again = true;
            return None;
        }
        let id = blame::fresh_id().to_string();
        self.looking = Some(id.clone());
        Some(Envelope::new(id, &Request::Accounts(Empty {})).to_frame())
    }
}

impl Dialect for Entra {
    /// The extension asks for accounts when it hears that the broker is there.
    const EAGER: bool = true;

    fn greeting(&mut self) -> Vec<Vec<u8>> {
        let subscribe = Request::Subscribe(Empty {});
        let subscribe = Envelope::new(blame::fresh_id().to_string(), &subscribe).to_frame();
        std::iter::once(subscribe).chain(self.look()).collect()
    }

    fn ask<'a>(&mut self, text: &'a str) -> Result<Ask<'a>, Refused> {
        let (name, command) = command::read(text);
        let id = self.queue.enter(name);
        let request = match command.and_then(Command::request) {
            Ok(request) => request,
            Err(code) => return Err(Refused { id, code }),
        };
        let mut envelope = Envelope::new(id.clone(), &request);
        envelope.deadline_ms = Some(DEADLINE_DEFAULT_MS);
        Ok(Ask {
            id,
            patience: Duration::from_millis(DEADLINE_DEFAULT_MS.into()),
            frame: Cow::Owned(envelope.to_frame()),
        })
    }

    fn answered(&mut self, id: &str, reply: &str, out: &mut Outbox) {
        if let Some(command) = self.queue.command(id) {
            let answer = reply::answer(command, reply);
            self.queue.answer(id, answer, out);
        }
    }

    fn failed(&mut self, id: &str, code: Code, out: &mut Outbox) {
        let report = blame::report(code);
        match self.queue.command(id) {
            Some(command) => {
                let answer = reply::failure(command, &report);
                self.queue.answer(id, answer, out);
            }
            None => out.push(&reply::failure("", &report)),
        }
    }

    /// Whatever has changed may have changed the accounts.
    fn told(&mut self, _event: &str, _out: &mut Outbox) -> Option<Vec<u8>> {
        self.look()
    }

    /// The extension looks for accounts only when the broker comes: where somebody signs in or out meanwhile, it goes and comes.
    fn unasked(&mut self, id: &str, text: &str, out: &mut Outbox) -> Option<Vec<u8>> {
        if self.looking.as_deref() != Some(id) {
            return None;
        }
        self.looking = None;
        let now = reply::accounts(text);
        if now.is_some() && self.accounts.is_some() && now != self.accounts {
            self.tell_state(false, out);
            self.tell_state(true, out);
        }
        self.accounts = now.or_else(|| self.accounts.take());
        std::mem::take(&mut self.again)
            .then(|| self.look())
            .flatten()
    }

    fn reached(&mut self, there: bool, out: &mut Outbox) {
        if !there {
            self.looking = None;
            self.again = false;
        }
        self.tell_state(there, out);
    }

    fn is_full(&self) -> bool {
        self.queue.is_full()
    }
}
