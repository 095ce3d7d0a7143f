//! Writes our messages.

use super::{METINF, SYNCML};
use crate::mdm::node::{Status, Value};
use crate::mdm::xml::Out;

/// What stands in a body; its `CmdID` is given when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What became of a command.
    Status {
        /// `MsgRef`
        message: u32,
        /// `CmdRef`
        command: String,
        /// `Cmd`
        name: String,
        /// `TargetRef`
        target: Option<String>,
        /// `Data`
        status: Status,
    },
    /// A value that was asked for.
    Results {
        /// `MsgRef`
        message: u32,
        /// `CmdRef`
        command: String,
        /// `Item/Source/LocURI`
        source: String,
        /// `Item/Data`, with its format.
        value: Value,
    },
    /// An event.
    Alert(Alert),
    /// DevInfo, at the beginning of a session: address and value.
    DevInfo(Vec<(String, String)>),
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// 1201, 1222, 1223, 1224, 1226.
    pub number: u16,
    /// Type, format and data of its item, where it has one.
    pub item: Option<(&'static str, &'static str, String)>,
}

impl Piece {
    /// Bytes it takes, counted generously.
    fn weight(&self) -> usize {
        let inner = match self {
            Self::Results { value, source, .. } => match value {
                Value::Base64(bytes) => bytes.len().saturating_mul(2).saturating_add(source.len()),
                other => other
                    .data()
                    .len()
                    .saturating_mul(2)
                    .saturating_add(source.len()),
            },
            Self::Status { target, .. } => target.as_ref().map_or(0, String::len),
            Self::Alert(_) => 0,
            Self::DevInfo(nodes) => nodes
                .iter()
                .map(|(address, value)| {
                    address
                        .len()
                        .saturating_add(value.len())
                        .saturating_add(100)
                })
                .sum(),
        };
        inner.saturating_add(320)
    }
}

/// A message being written.
#[derive(Debug)]
pub struct Writer {
    out: Out,
    command: u32,
    max: usize,
}

impl Writer {
    /// Begins a message from `source` to `target`, at most `max` bytes long.
    pub fn new(session: &str, message: u32, target: &str, source: &str, max: usize) -> Self {
        let mut out = Out::default();
        out.open("SyncML", &[("xmlns", SYNCML)])
            .open("SyncHdr", &[])
            .leaf("VerDTD", &[], "1.2")
            .leaf("VerProto", &[], "DM/1.2")
            .leaf("SessionID", &[], session)
            .leaf("MsgID", &[], &message.to_string())
            .open("Target", &[])
            .leaf("LocURI", &[], target)
            .close()
            .open("Source", &[])
            .leaf("LocURI", &[], source)
            .close()
            .close()
            .open("SyncBody", &[]);
        Self {
            out,
            command: 0,
            max,
        }
    }

    /// Whether there is room for one more. The first always has.
    pub fn has_room(&self, piece: &Piece) -> bool {
        self.command == 0
            || self
                .out
                .len()
                .saturating_add(piece.weight())
                .saturating_add(64)
                <= self.max
    }

    /// Adds one.
    pub fn add(&mut self, piece: &Piece) {
        self.command = self.command.saturating_add(1);
        let id = self.command.to_string();
        let out = &mut self.out;
        match piece {
            Piece::Status {
                message,
                command,
                name,
                target,
                status,
            } => {
                out.open("Status", &[])
                    .leaf("CmdID", &[], &id)
                    .leaf("MsgRef", &[], &message.to_string())
                    .leaf("CmdRef", &[], command)
                    .leaf("Cmd", &[], name);
                if let Some(target) = target {
                    out.leaf("TargetRef", &[], target);
                }
                out.leaf("Data", &[], &status.to_string()).close();
            }
            Piece::Results {
                message,
                command,
                source,
                value,
            } => {
                out.open("Results", &[])
                    .leaf("CmdID", &[], &id)
                    .leaf("MsgRef", &[], &message.to_string())
                    .leaf("CmdRef", &[], command)
                    .open("Item", &[])
                    .open("Source", &[])
                    .leaf("LocURI", &[], source)
                    .close()
                    .open("Meta", &[])
                    .leaf("Format", &[("xmlns", METINF)], value.format())
                    .close()
                    .leaf("Data", &[], &value.data())
                    .close()
                    .close();
            }
            Piece::Alert(alert) => write_alert(out, &id, alert),
            Piece::DevInfo(nodes) => {
                out.open("Replace", &[]).leaf("CmdID", &[], &id);
                for (address, value) in nodes {
                    out.open("Item", &[])
                        .open("Source", &[])
                        .leaf("LocURI", &[], address)
                        .close()
                        .leaf("Data", &[], value)
                        .close();
                }
                out.close();
            }
        }
    }

    /// Ends the message; with `Final` where the package ends with it.
    pub fn end(mut self, last: Last) -> String {
        if last == Last::Yes {
            self.out.empty("Final", &[]);
        }
        self.out.end()
    }
}

/// Whether a message is the last of its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// It is.
    Yes,
    /// There is more.
    No,
}

fn write_alert(out: &mut Out, id: &str, alert: &Alert) {
    out.open("Alert", &[])
        .leaf("CmdID", &[], id)
        .leaf("Data", &[], &alert.number.to_string());
    if let Some((kind, format, data)) = &alert.item {
        let meta = [("xmlns", METINF)];
        out.open("Item", &[]).open("Meta", &[]);
        if !format.is_empty() {
            out.leaf("Format", &meta, format);
        }
        out.leaf("Type", &meta, kind)
            .close()
            .leaf("Data", &[], data)
            .close();
    }
    out.close();
}
