//! One session: what was sent, what came back, what comes next. Knows no store and no network.

use std::collections::BTreeMap;

use super::message::{Item, Message};
use super::write::{Command, Status};
use crate::mdm::command::Answer;

/// Messages of a client in one session, at most.
const MOST_MESSAGES: u32 = 50;
/// Bytes of a client in one session, at most.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Longest value that is kept of a node, in bytes. A device may say more; nobody remembers it.
const LONGEST_VALUE: usize = 32 * 1024;
/// What a client says of itself in every session (OMA-DM standardized objects). Other names are passed over.
const INFO: &[&str] = &["DevId", "Man", "Mod", "DmV", "Lang"];

const UNENROLLMENT: &str = "com.microsoft:mdm.unenrollment.userrequest";

/// Why a command was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// A node is asked.
    Ask(String),
    /// A policy is told.
    Policy(String),
    /// A policy is taken back.
    Removal(String),
    /// The frame around others.
    Frame,
    /// The verdict is told.
    Verdict,
    /// An administrator wants it.
    Queued(i64),
    /// An administrator wants the management to end.
    Unenroll(i64),
    /// A test of the client.
    Probe,
}

/// A command that was sent in the last message.
#[derive(Debug)]
struct Sent {
    cause: Cause,
    status: Option<u16>,
    result: Option<(Option<String>, String)>,
}

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mdm) struct Fact {
    pub(in crate::mdm) status: u16,
    pub(in crate::mdm) format: Option<String>,
    pub(in crate::mdm) data: Option<String>,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// Nothing was sent yet.
    #[default]
    Begin,
    /// Facts were asked.
    Asked,
    /// Policies were told, and their states asked.
    Told,
    /// The verdict was told.
    Judged,
    /// The end of management was demanded.
    Leaving,
    /// Nothing more comes.
    Over,
}

/// A session.
#[derive(Debug, Default)]
pub(in crate::mdm) struct Session {
    /// Empty until the first message is taken.
    pub(super) id: String,
    pub(super) phase: Phase,
    last_msg: u32,
    bytes: usize,
    /// Hash of the last message, and what was answered to it: for a client that did not hear the answer.
    pub(super) last: Option<(Vec<u8>, String)>,
    sent: BTreeMap<u32, Sent>,
    pub(super) facts: BTreeMap<String, Fact>,
    pub(super) policies: BTreeMap<String, u16>,
    pub(super) removed: Vec<String>,
}

/// A message does not fit into its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RoundError {
    #[error("the session is over, or this message came before")]
    Replay,
    #[error("a message does not come after the one before")]
    Order,
    #[error("a session does not begin so")]
    Begin,
    #[error("the session is too long")]
    TooLong,
    #[error("an answer does not belong to what was asked")]
    Answer,
    #[error("the device says that it is another than its message")]
    Other,
}

/// What a message said.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) statuses: Vec<Status>,
    /// Answers to administrators' commands.
    pub(super) answers: Vec<Answer>,
    /// The client ends the session.
    pub(super) aborted: bool,
    /// The client ends the management, of its own or as it was told.
    pub(super) unenrolled: bool,
}

impl Session {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    /// Checks that a message comes next.
    pub(super) fn order(&mut self, message: &Message, bytes: usize) -> Result<(), RoundError> {
        if self.phase == Phase::Over {
            return Err(RoundError::Replay);
        }
        if message.msg_id <= self.last_msg {
            return Err(RoundError::Replay);
        }
        if message.msg_id != self.last_msg + 1 {
            return Err(RoundError::Order);
        }
        self.bytes += bytes;
        if message.msg_id > MOST_MESSAGES || self.bytes > MOST_BYTES {
            return Err(RoundError::TooLong);
        }
        if message.msg_id == 1 && !begins(message) {
            return Err(RoundError::Begin);
        }
        self.last_msg = message.msg_id;
        Ok(())
    }

    /// Takes what a message says. Nothing of it is taken when something in it does not fit.
    pub(super) fn take(&mut self, message: &Message) -> Result<Taken, RoundError> {
        let mut taken = Taken::default();
        taken.statuses.push(Status {
            cmd_ref: 0,
            cmd: "SyncHdr",
            code: 212,
        });
        for item in &message.items {
            match item {
                Item::Alert {
                    cmd_id,
                    code,
                    kinds,
                } => taken.alert(*cmd_id, *code, kinds),
                Item::Replace { cmd_id, values } => {
                    let info = values
                        .iter()
                        .all(|value| value.uri.starts_with("./DevInfo/"));
                    let code = if info { 200 } else { 405 };
                    for value in values.iter().filter(|_| info) {
                        if value.uri == "./DevInfo/DevId" && value.data != message.source {
                            return Err(RoundError::Other);
                        }
                        let name = value.uri.trim_start_matches("./DevInfo/");
                        if !INFO.contains(&name) || value.data.len() > LONGEST_VALUE {
                            continue;
                        }
                        let fact = Fact {
                            status: 200,
                            format: value.format.clone(),
                            data: Some(value.data.clone()),
                        };
                        self.facts.insert(value.uri.clone(), fact);
                    }
                    taken.statuses.push(Status {
                        cmd_ref: *cmd_id,
                        cmd: "Replace",
                        code,
                    });
                }
                Item::Status {
                    msg_ref,
                    cmd_ref,
                    code,
                } => self.status(message, *msg_ref, *cmd_ref, *code, &mut taken)?,
                Item::Results {
                    msg_ref,
                    cmd_ref,
                    values,
                } => {
                    let sent = self.sent.get_mut(cmd_ref).ok_or(RoundError::Answer)?;
                    let [value] = values.as_slice() else {
                        return Err(RoundError::Answer);
                    };
                    let asked = match &sent.cause {
                        Cause::Ask(uri) => *uri == value.uri,
                        Cause::Queued(_) | Cause::Probe => true,
                        _ => false,
                    };
                    if !asked || sent.result.is_some() || msg_ref + 1 != message.msg_id {
                        return Err(RoundError::Answer);
                    }
                    if value.data.len() <= LONGEST_VALUE {
                        sent.result = Some((value.format.clone(), value.data.clone()));
                    }
                }
            }
        }
        if message.is_final {
            self.settle(&mut taken);
        }
        Ok(taken)
    }

    fn status(
        &mut self,
        message: &Message,
        msg_ref: u32,
        cmd_ref: u32,
        code: u16,
        taken: &mut Taken,
    ) -> Result<(), RoundError> {
        if msg_ref + 1 != message.msg_id {
            return Err(RoundError::Answer);
        }
        if cmd_ref == 0 {
            // The client does not take our header: there is nothing to go on with.
            taken.aborted |= code >= 300;
            return Ok(());
        }
        // A status of a status would go on forever; one of nothing is an error.
        let sent = self.sent.get_mut(&cmd_ref).ok_or(RoundError::Answer)?;
        if sent.status.replace(code).is_some() {
            return Err(RoundError::Answer);
        }
        Ok(())
    }

    /// Sorts the answers of a whole package. What was not answered was not carried out.
    fn settle(&mut self, taken: &mut Taken) {
        for (_, sent) in std::mem::take(&mut self.sent) {
            let status = sent.status.unwrap_or(215);
            let (format, data) = sent.result.map_or((None, None), |(f, d)| (f, Some(d)));
            match sent.cause {
                Cause::Ask(uri) => {
                    let fact = Fact {
                        status,
                        format,
                        data,
                    };
                    self.facts.insert(uri, fact);
                }
                Cause::Policy(uri) => {
                    self.policies.insert(uri, status);
                }
                Cause::Removal(uri) => {
                    if status < 300 || status == 404 {
                        self.removed.push(uri);
                    }
                }
                Cause::Queued(id) => taken.answers.push(Answer {
                    id,
                    status,
                    result: data,
                }),
                Cause::Unenroll(id) => {
                    // The alert stands in place of a status.
                    let status = if taken.unenrolled { 200 } else { status };
                    taken.unenrolled |= status < 300 && status != 215;
                    taken.answers.push(Answer {
                        id,
                        status,
                        result: None,
                    });
                }
                Cause::Frame | Cause::Verdict | Cause::Probe => {}
            }
        }
    }

    /// Remembers a command of the message that goes out now.
    pub(super) fn remember(&mut self, number: u32, cause: &Cause) {
        let sent = Sent {
            cause: cause.clone(),
            status: None,
            result: None,
        };
        self.sent.insert(number, sent);
    }
}

impl Taken {
    fn alert(&mut self, cmd_id: u32, code: u16, kinds: &[String]) {
        let known = [1200, 1201, 1222, 1223, 1224, 1225, 1226].contains(&code);
        self.aborted |= code == 1223;
        self.unenrolled |= code == 1226 && kinds.iter().any(|kind| kind == UNENROLLMENT);
        self.statuses.push(Status {
            cmd_ref: cmd_id,
            cmd: "Alert",
            code: if known { 200 } else { 406 },
        });
    }
}

/// A first package says that a session begins, and who the device is.
fn begins(message: &Message) -> bool {
    let alert = message.items.iter().any(|item| {
        matches!(
            item,
            Item::Alert {
                code: 1200 | 1201,
                ..
            }
        )
    });
    let info = message.items.iter().any(|item| {
        matches!(item, Item::Replace { values, .. } if values.iter().any(|value| value.uri == "./DevInfo/DevId"))
    });
    alert && info
}

/// A Get with its cause.
pub(super) fn ask(uri: String) -> (Command, Cause) {
    (Command::Get { uri: uri.clone() }, Cause::Ask(uri))
}
