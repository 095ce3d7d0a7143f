//! What the server commands, done in the tree; a status for each, in order.

use crate::mdm::node::{Effect, Status, Tree, Uri, Value};
use crate::mdm::syncml::{Command, Item, Kind, Piece};

/// Carries out commands and collects what is answered.
#[derive(Debug)]
pub(super) struct Actor<'t, 'a> {
    pub(super) tree: &'t mut Tree<'a>,
    /// The server's message that is answered.
    pub(super) message: u32,
    /// What is answered.
    pub(super) out: Vec<Piece>,
    /// What is left to do after the session.
    pub(super) effects: Vec<Effect>,
}

/// Atomic not executed, undone, failed, and its undoing failed.
const NOT_EXECUTED: Status = Status(215);
const UNDONE: Status = Status(216);
const ATOMIC_FAILED: Status = Status(507);
const UNDO_FAILED: Status = Status(516);

impl Actor<'_, '_> {
    /// One command outside an Atomic.
    pub(super) fn command(&mut self, command: &Command) {
        if command.id.is_empty() {
            return self.status(command, None, Status::MALFORMED);
        }
        match &command.kind {
            Kind::Atomic(inner) => self.atomic(command, inner),
            Kind::Sequence(inner) => {
                self.status(command, None, Status::OK);
                for command in inner {
                    self.command(command);
                }
            }
            Kind::Get(items)
            | Kind::Add(items)
            | Kind::Replace(items)
            | Kind::Delete(items)
            | Kind::Exec(items) => {
                if items.is_empty() {
                    self.status(command, None, Status::MALFORMED);
                }
                for item in items {
                    self.item(command, item);
                }
            }
            // What is told us only: taken note of.
            Kind::Alert(..) => self.status(command, None, Status::OK),
            Kind::Status { .. } => {}
            Kind::Unknown(_) => self.status(command, None, Status::MALFORMED),
        }
    }

    fn item(&mut self, command: &Command, item: &Item) {
        let done = self.act(&command.kind, item);
        match done {
            Ok(Done::Nothing) => self.status(command, item.target.clone(), Status::OK),
            Ok(Done::Value(source, value)) => {
                self.status(command, Some(source.clone()), Status::OK);
                self.out.push(Piece::Results {
                    message: self.message,
                    command: command.id.clone(),
                    source,
                    value,
                });
            }
            Ok(Done::Effect(effect)) => {
                self.effects.push(effect);
                // Leaving is answered by an alert instead (reference §1.11).
                if effect != Effect::Unenroll {
                    self.status(command, item.target.clone(), Status::OK);
                }
            }
            Err(status) => self.status(command, item.target.clone(), status),
        }
    }

    fn act(&mut self, kind: &Kind, item: &Item) -> Result<Done, Status> {
        let uri = |item: &Item| -> Result<Uri, Status> {
            item.target.as_deref().ok_or(Status::MALFORMED)?.parse()
        };
        let value = |item: &Item| {
            Value::parse(
                item.format.as_deref(),
                item.data.as_deref().unwrap_or_default(),
            )
        };
        let uri = uri(item)?;
        match kind {
            Kind::Get(_) => Ok(Done::Value(uri.to_string(), self.tree.get(&uri)?)),
            Kind::Add(_) => self.tree.add(&uri, value(item)?).map(|()| Done::Nothing),
            Kind::Replace(_) => self
                .tree
                .replace(&uri, value(item)?)
                .map(|()| Done::Nothing),
            Kind::Delete(_) => self.tree.delete(&uri).map(|()| Done::Nothing),
            Kind::Exec(_) => {
                let data = item.data.as_ref().map(|_| value(item)).transpose()?;
                match self.tree.exec(&uri, data)? {
                    Effect::Done => Ok(Done::Nothing),
                    effect => Ok(Done::Effect(effect)),
                }
            }
            _ => Err(Status::NOT_ALLOWED),
        }
    }

    /// All or nothing (OMA-DM representation protocol 1.2 §6.6.2): no Atomic, no Get and nothing that cannot be undone
    /// within.
    fn atomic(&mut self, command: &Command, inner: &[Command]) {
        self.tree.begin();
        let mut done = Vec::new();
        let mut failed = None;
        for part in inner {
            match self.within(part) {
                Ok(()) => done.push(part),
                Err(status) => {
                    failed = Some((part, status));
                    break;
                }
            }
        }
        if failed.is_none() && self.tree.commit().is_ok() {
            self.status(command, None, Status::OK);
            for part in inner {
                self.parts(part, Status::OK);
            }
            return;
        }
        let (undone, whole) = match self.tree.rollback() {
            Ok(()) => (UNDONE, ATOMIC_FAILED),
            Err(_) => (UNDO_FAILED, UNDO_FAILED),
        };
        self.status(command, None, whole);
        for (at, part) in inner.iter().enumerate() {
            let status = match &failed {
                Some((_, status)) if at == done.len() => *status,
                _ if at < done.len() => undone,
                _ => NOT_EXECUTED,
            };
            self.parts(part, status);
        }
    }

    fn within(&mut self, part: &Command) -> Result<(), Status> {
        let (Kind::Add(items) | Kind::Replace(items) | Kind::Delete(items)) = &part.kind else {
            return Err(match &part.kind {
                Kind::Atomic(_) | Kind::Get(_) => Status::FAILED,
                Kind::Unknown(_) => Status::MALFORMED,
                _ => Status::NOT_ALLOWED,
            });
        };
        if part.id.is_empty() || items.is_empty() {
            return Err(Status::MALFORMED);
        }
        items
            .iter()
            .try_for_each(|item| self.act(&part.kind, item).map(|_| ()))
    }

    /// One status for each item, or one for a command without any.
    fn parts(&mut self, part: &Command, status: Status) {
        match &part.kind {
            Kind::Add(items) | Kind::Replace(items) | Kind::Delete(items) if !items.is_empty() => {
                for item in items {
                    self.status(part, item.target.clone(), status);
                }
            }
            _ => self.status(part, None, status),
        }
    }

    fn status(&mut self, command: &Command, target: Option<String>, status: Status) {
        let id = if command.id.is_empty() {
            "0"
        } else {
            &command.id
        };
        self.out.push(Piece::Status {
            message: self.message,
            command: id.to_owned(),
            name: command.kind.name().to_owned(),
            // An address that was too long to read is not sent back either.
            target: target.filter(|text| text.len() <= 4096),
            status,
        });
    }
}

enum Done {
    Nothing,
    Value(String, Value),
    Effect(Effect),
}
