//! Our messages.

use crate::mdm::xml::{Node, el, leaf};

/// A command on its way to a client.
#[derive(Debug, Clone)]
pub(super) enum Command {
    Get {
        uri: String,
    },
    /// Replace, Add, Delete or Exec.
    Change {
        verb: &'static str,
        uri: String,
        format: Option<String>,
        data: Option<String>,
    },
    /// All or nothing.
    Atomic(Vec<(Command, super::round::Cause)>),
}

/// A status for something that a client said.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) cmd_ref: u32,
    pub(super) cmd: &'static str,
    pub(super) code: u16,
}

/// Numbers the elements of a message, 1 and up.
#[derive(Debug, Default)]
pub(super) struct Numbers(u32);

impl Numbers {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

pub(super) fn status(status: &Status, msg_ref: u32, numbers: &mut Numbers) -> Node {
    el("Status")
        .child(leaf("CmdID", numbers.next().to_string()))
        .child(leaf("MsgRef", msg_ref.to_string()))
        .child(leaf("CmdRef", status.cmd_ref.to_string()))
        .child(leaf("Cmd", status.cmd))
        .child(leaf("Data", status.code.to_string()))
}

pub(super) fn alert(code: u16, numbers: &mut Numbers) -> Node {
    el("Alert")
        .child(leaf("CmdID", numbers.next().to_string()))
        .child(leaf("Data", code.to_string()))
}

/// A command as an element; `sent` hears the number and cause of it and of those inside.
pub(super) fn command(
    command: &Command,
    cause: &super::round::Cause,
    numbers: &mut Numbers,
    sent: &mut impl FnMut(u32, &super::round::Cause),
) -> Node {
    let id = numbers.next();
    sent(id, cause);
    let number = leaf("CmdID", id.to_string());
    let target = |uri: &str| el("Target").child(leaf("LocURI", uri));
    match command {
        Command::Get { uri } => el("Get").child(number).child(el("Item").child(target(uri))),
        Command::Change {
            verb,
            uri,
            format,
            data,
        } => {
            let meta = format.as_deref().map(|format| {
                el("Meta")
                    .child(leaf("Format", format).with("xmlns", "syncml:metinf"))
                    .child(leaf("Type", "text/plain").with("xmlns", "syncml:metinf"))
            });
            let data = data.as_deref().map(|data| leaf("Data", data));
            el(verb)
                .child(number)
                .child(el("Item").child(target(uri)).children(meta).children(data))
        }
        Command::Atomic(inner) => {
            let mut atomic = el("Atomic").child(number);
            for (inner, cause) in inner {
                atomic = atomic.child(self::command(inner, cause, numbers, sent));
            }
            atomic
        }
    }
}

/// The frame.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) session_id: &'a str,
    pub(super) msg_id: u32,
    /// The client.
    pub(super) target: &'a str,
    /// We.
    pub(super) source: &'a str,
}

/// A whole message.
pub(super) fn message(frame: &Frame<'_>, body: Vec<Node>, last: Option<Node>) -> String {
    let place = |name, uri: &str| el(name).child(leaf("LocURI", uri));
    let header = el("SyncHdr")
        .child(leaf("VerDTD", "1.2"))
        .child(leaf("VerProto", "DM/1.2"))
        .child(leaf("SessionID", frame.session_id))
        .child(leaf("MsgID", frame.msg_id.to_string()))
        .child(place("Target", frame.target))
        .child(place("Source", frame.source));
    el("SyncML")
        .with("xmlns", "SYNCML:SYNCML1.2")
        .child(header)
        .child(el("SyncBody").children(body).children(last))
        .write()
}
