//! The order of messages: ours and the server's in turn, each numbered, until the server has nothing more to ask.

use std::collections::VecDeque;

use super::act::Actor;
use crate::mdm::error::MdmError;
use crate::mdm::node::{Effect, Status, Tree};
use crate::mdm::syncml::{self, Alert, Kind, Last, Message, Piece, Writer};

/// Messages of ours in one session; a server that always asks once more is told off.
const MAX_MESSAGES: u32 = 50;
/// Bytes of the server's in one session.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Longest message of ours, in bytes; less where the server takes less.
const MAX_SIZE: usize = 512 * 1024;
/// No message can be shorter than this.
const MIN_SIZE: usize = 4096;

/// `com.microsoft:mdm.unenrollment.userrequest`: this device leaves.
const UNENROLL: &str = "com.microsoft:mdm.unenrollment.userrequest";

/// What the first message says beside DevInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Anything to do? With whether the enrolled user is there (`user`, `none`).
    Ask(&'static str),
    /// This device leaves.
    Leave,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Send this and give me the answer.
    Send(String),
    /// Send this; nobody waits for what is answered. The session was broken off by us.
    Abort(String, &'static str),
    /// All is said.
    Over,
}

/// A session.
#[derive(Debug)]
pub struct Talk<'t, 'a> {
    tree: &'t mut Tree<'a>,
    session: String,
    target: String,
    source: String,
    ours: u32,
    theirs: u32,
    bytes: usize,
    max_size: usize,
    waiting: VecDeque<Piece>,
    effects: Vec<Effect>,
}

impl<'t, 'a> Talk<'t, 'a> {
    /// A session from `source` (device id) with the service at `target`.
    pub fn new(tree: &'t mut Tree<'a>, session: &str, target: &str, source: &str) -> Self {
        Self {
            tree,
            session: session.to_owned(),
            target: target.to_owned(),
            source: source.to_owned(),
            ours: 0,
            theirs: 0,
            bytes: 0,
            max_size: MAX_SIZE,
            waiting: VecDeque::new(),
            effects: Vec::new(),
        }
    }

    /// Package 1.
    pub fn open(&mut self, opening: Opening) -> String {
        let alert = |number, item| Piece::Alert(Alert { number, item });
        self.waiting.push_back(alert(1201, None));
        self.waiting.push_back(match opening {
            Opening::Ask(user) => alert(
                1224,
                Some(("com.microsoft/MDM/LoginStatus", "", user.to_owned())),
            ),
            Opening::Leave => alert(1226, Some((UNENROLL, "int", "1".to_owned()))),
        });
        let nodes = ["DevId", "Man", "Mod", "DmV", "Lang"]
            .into_iter()
            .filter_map(|name| {
                let address = format!("./DevInfo/{name}");
                let value = self.tree.get(&address.parse().ok()?).ok()?;
                Some((address, value.data()))
            });
        let nodes = nodes.collect();
        self.waiting.push_back(Piece::DevInfo(nodes));
        self.message()
    }

    /// Takes the server's message and says what is next.
    pub fn answer(&mut self, bytes: &[u8]) -> Result<Next, MdmError> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if bytes.is_empty() {
            return Err(MdmError::Empty);
        }
        let message = syncml::read(bytes)?;
        self.check(&message)?;
        if self.bytes > MAX_BYTES {
            return Ok(self.abort("the management service sent more than 8 MiB"));
        }
        if let Some(size) = message.header.max_bytes {
            self.max_size = size.clamp(MIN_SIZE, MAX_SIZE);
        }
        let (commanded, more) = self.obey(&message)?;
        if !commanded && self.waiting.is_empty() && message.is_final {
            return Ok(Next::Over);
        }
        if self.ours >= MAX_MESSAGES {
            return Ok(self.abort("the management service asks for ever"));
        }
        // The server's package goes on, or it wants ours to: then nothing may be left for later.
        if !message.is_final && !more {
            self.waiting.push_back(Piece::Alert(Alert {
                number: 1222,
                item: None,
            }));
        }
        // Before we say that something is done, it is on disk.
        self.tree
            .save()
            .map_err(|_| MdmError::Session("what the management service wants cannot be stored"))?;
        Ok(Next::Send(self.message()))
    }

    /// What is left to do, in the order in which it was asked for.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The message must be of this session, the next one, for us, and take ours.
    fn check(&mut self, message: &Message) -> Result<(), MdmError> {
        let header = &message.header;
        if header.session != self.session {
            return Err(MdmError::Session("a message of another session came back"));
        }
        let number = header.message.parse::<u32>().unwrap_or(0);
        if number != self.theirs.saturating_add(1) {
            return Err(MdmError::Session("a message came twice or out of order"));
        }
        self.theirs = number;
        if header.target != self.source {
            return Err(MdmError::Session("a message for another device came back"));
        }
        // Moving a session elsewhere would take it off the address that was checked.
        if header
            .respond_to
            .as_ref()
            .is_some_and(|address| *address != self.target)
        {
            return Err(MdmError::Redirect);
        }
        let ours = self.ours.to_string();
        let mut taken = false;
        for command in &message.commands {
            let Kind::Status {
                message,
                command,
                code,
            } = &command.kind
            else {
                continue;
            };
            if *message != ours {
                return Err(MdmError::Session("an answer to another message came back"));
            }
            if command != "0" {
                continue;
            }
            match code.parse::<u16>() {
                Ok(200..=299) => taken = true,
                Ok(401 | 403 | 407) => return Err(MdmError::Certificate),
                _ => {
                    return Err(MdmError::Session(
                        "the management service did not take a message",
                    ));
                }
            }
        }
        if taken {
            Ok(())
        } else {
            Err(MdmError::Session("an answer to nothing came back"))
        }
    }

    /// Does what is commanded; whether anything was, and whether the server wants the rest of ours.
    fn obey(&mut self, message: &Message) -> Result<(bool, bool), MdmError> {
        let mut more = false;
        let mut actor = Actor {
            tree: self.tree,
            message: self.theirs,
            out: Vec::new(),
            effects: Vec::new(),
        };
        let mut commanded = false;
        let mut seen: Vec<&str> = Vec::new();
        for command in &message.commands {
            match &command.kind {
                Kind::Status { .. } => continue,
                Kind::Alert(number, _) if number == "1223" => {
                    return Err(MdmError::Session("the management service broke off"));
                }
                Kind::Alert(number, _) if number == "1222" => {
                    more = true;
                    continue;
                }
                _ => commanded = true,
            }
            // A second command of the same number could not be told from the first.
            if !command.id.is_empty() && seen.contains(&command.id.as_str()) {
                return Err(MdmError::Session("two commands have one number"));
            }
            seen.push(&command.id);
            actor.command(command);
        }
        let (out, effects) = (actor.out, actor.effects);
        self.waiting.extend(out);
        if effects.contains(&Effect::Unenroll) {
            self.waiting.push_back(Piece::Alert(Alert {
                number: 1226,
                item: Some((UNENROLL, "int", "1".to_owned())),
            }));
        }
        self.effects.extend(effects);
        Ok((commanded, more))
    }

    /// As much of what waits as fits.
    fn message(&mut self) -> String {
        self.ours = self.ours.saturating_add(1);
        let mut writer = Writer::new(
            &self.session,
            self.ours,
            &self.target,
            &self.source,
            self.max_size,
        );
        if self.theirs > 0 {
            writer.add(&Piece::Status {
                message: self.theirs,
                command: "0".into(),
                name: "SyncHdr".into(),
                target: None,
                status: Status::OK,
            });
        }
        while let Some(piece) = self.waiting.pop_front() {
            if !writer.has_room(&piece) {
                self.waiting.push_front(piece);
                return writer.end(Last::No);
            }
            writer.add(&piece);
        }
        writer.end(Last::Yes)
    }

    fn abort(&mut self, why: &'static str) -> Next {
        self.waiting.clear();
        self.waiting.push_back(Piece::Alert(Alert {
            number: 1223,
            item: None,
        }));
        Next::Abort(self.message(), why)
    }
}
