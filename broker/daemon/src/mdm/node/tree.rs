//! The tree as a session sees it: commands in, statuses and values out. No network, no waiting.

use dovetail_shared::Code;
use dovetail_shared::status::{Compliance, PolicyState};

use super::leaf::{Place, Source, View};
use super::record::{Kept, NodeRecord};
use super::{Effect, Facts, Poll, Root, Status, Uri, Value, dmclient, policies, verdict};
use crate::config::Management;
use crate::mdm::policy::{Contradiction, Demand, PinPolicy, Put, put_in_force, standing};
use crate::store::Store;

/// The nodes of this device during one session.
///
/// What a server sets is valid at once and lost with the tree, until [`Self::save`]: a session saves before each
/// message in which it says 200.
#[derive(Debug)]
pub struct Tree<'a> {
    facts: &'a Facts,
    store: &'a Store,
    config: &'a Management,
    root: Root,
    record: NodeRecord,
    saved: NodeRecord,
    before: Option<Kept>,
    forced: Option<Put>,
}

impl<'a> Tree<'a> {
    /// The tree as the last session left it.
    pub fn open(facts: &'a Facts, store: &'a Store, config: &'a Management) -> Result<Self, Code> {
        let record = NodeRecord::load(store)?;
        Ok(Self {
            facts,
            store,
            config,
            root: Root::new(&config.root),
            saved: record.clone(),
            record,
            before: None,
            forced: None,
        })
    }

    /// A node's value; an interior node's children. Results of policies are what is so, not what is wanted: before they
    /// are told, what was set until then is put in force.
    pub fn get(&mut self, uri: &Uri) -> Result<Value, Status> {
        if policies::tells_results(&uri.segments().join("/")) {
            self.force();
        }
        let view = self.view();
        match Place::find(&view, uri)? {
            Place::Interior(_, children) => Ok(Value::Node(children)),
            Place::Leaf { source, name, key } => match source {
                Source::Read(read) => read(&view, &name),
                Source::Kept(_, read) => match self.record.kept.get(&key) {
                    Some(value) => Ok(value.clone()),
                    None => read(&view, &name),
                },
                Source::Run(_) => Err(Status::NOT_ALLOWED),
            },
        }
    }

    /// Sets what is not set yet: 418 if it is.
    pub fn add(&mut self, uri: &Uri, value: Value) -> Result<(), Status> {
        match Place::find(&self.view(), uri)? {
            Place::Leaf { key, .. } if self.record.kept.contains_key(&key) => Err(Status::EXISTS),
            Place::Leaf { .. } => self.replace(uri, value),
            Place::Interior(..) if matches!(value, Value::Node(_)) => Err(Status::EXISTS),
            Place::Interior(..) => Err(Status::NOT_ALLOWED),
        }
    }

    /// Sets a node, whether it was set before or not.
    pub fn replace(&mut self, uri: &Uri, value: Value) -> Result<(), Status> {
        match Place::find(&self.view(), uri)? {
            Place::Leaf {
                source: Source::Kept(shape, _),
                key,
                ..
            } => {
                self.record.kept.insert(key, shape.check(value)?);
                Ok(())
            }
            _ => Err(Status::NOT_ALLOWED),
        }
    }

    /// Takes back what the server has set at a node or below it; 404 if that is nothing.
    pub fn delete(&mut self, uri: &Uri) -> Result<(), Status> {
        let key = match Place::find(&self.view(), uri)? {
            Place::Leaf {
                source: Source::Kept(..),
                key,
                ..
            }
            | Place::Interior(key, _) => key,
            Place::Leaf { .. } => return Err(Status::NOT_ALLOWED),
        };
        let below = format!("{key}/");
        let count = self.record.kept.len();
        self.record
            .kept
            .retain(|own, _| *own != key && !own.starts_with(&below));
        if self.record.kept.len() == count {
            return Err(Status::NOT_FOUND);
        }
        Ok(())
    }

    /// Runs a node; what it asks for is done by the caller after the session.
    pub fn exec(&mut self, uri: &Uri, data: Option<Value>) -> Result<Effect, Status> {
        let view = self.view();
        match Place::find(&view, uri)? {
            Place::Leaf {
                source: Source::Run(run),
                name,
                ..
            } => run(&view, &name, data),
            _ => Err(Status::NOT_ALLOWED),
        }
    }

    /// Begins an Atomic.
    pub fn begin(&mut self) {
        self.before = Some(self.record.kept.clone());
    }

    /// Ends an Atomic. 500 if policies contradict each other after it; then every value is as before its begin.
    pub fn commit(&mut self) -> Result<(), Status> {
        if self.before.is_some()
            && let Err(contradiction) = self.demand()
        {
            tracing::warn!("an Atomic is refused: {contradiction}");
            self.rollback()?;
            return Err(Status::FAILED);
        }
        self.before = None;
        Ok(())
    }

    /// Undoes an Atomic: every value is as before its begin.
    pub fn rollback(&mut self) -> Result<(), Status> {
        if let Some(before) = self.before.take() {
            self.record.kept = before;
        }
        Ok(())
    }

    /// Writes down what the server has set since the last time; costs nothing where that is nothing.
    pub fn save(&mut self) -> Result<(), Code> {
        if self.record != self.saved {
            self.record.save(self.store)?;
            self.saved.clone_from(&self.record);
        }
        Ok(())
    }

    /// After the last message of a session: what is wanted is written down, then put in force; tells how each policy stands.
    ///
    /// `POLICY_CONFLICT` when policies contradicted each other: of those the earlier ones stay in force. `POLICY_FAILED`
    /// when something could not be put in force. After both [`Self::standing`] still tells how everything is.
    /// Where another process writes the policies, this waits for it, 3 seconds at most.
    pub fn settle(&mut self) -> Result<Vec<PolicyState>, Code> {
        let agreement = self.agree();
        self.save()?;
        let put = Put::of(&self.record.kept);
        self.forced = Some(put);
        put_in_force(&put, self.store, self.config)?;
        agreement?;
        Ok(self.standing())
    }

    /// How everything that is demanded stands at this moment.
    pub fn standing(&self) -> Vec<PolicyState> {
        self.demand()
            .map(|demand| standing(&demand, &self.root))
            .unwrap_or_default()
    }

    /// The rules for the sign-in PIN, if the organisation has set some.
    pub fn pin_policy(&self) -> Option<PinPolicy> {
        self.demand().ok()?.pin
    }

    /// The service's last verdict, with its reasons for people.
    pub fn compliance(&self) -> (Compliance, Vec<String>) {
        verdict::of(&self.record.kept)
    }

    /// How often this device asks: as the server has set it, or as it was provisioned.
    pub fn poll(&self) -> Poll {
        dmclient::poll(&self.record.kept, &self.facts.provider_id, self.facts.poll)
    }

    fn demand(&self) -> Result<Demand, Contradiction> {
        Demand::of(&self.record.kept, &self.facts.tenant_id)
    }

    /// Takes back what contradicts itself, down to what was agreed on before.
    fn agree(&mut self) -> Result<(), Code> {
        let mut refused = Vec::new();
        while let Err(contradiction) = self.demand() {
            tracing::warn!("policies are refused: {contradiction}");
            let under = contradiction.under;
            let kept = &mut self.record.kept;
            kept.retain(|key, _| !key.starts_with(&under));
            if !refused.contains(&under) {
                let agreed = self.record.agreed.iter();
                let agreed = agreed.filter(|(key, _)| key.starts_with(&under));
                kept.extend(agreed.map(|(key, value)| (key.clone(), value.clone())));
            }
            refused.push(under);
        }
        self.record.agreed.clone_from(&self.record.kept);
        if refused.is_empty() {
            Ok(())
        } else {
            Err(Code::POLICY_CONFLICT)
        }
    }

    /// Puts in force what is set so far. What fails shows in the results that are asked for.
    fn force(&mut self) {
        let put = Put::of(&self.record.kept);
        if self.before.is_some() || self.forced == Some(put) {
            return;
        }
        let done = self
            .save()
            .and_then(|()| put_in_force(&put, self.store, self.config));
        if let Err(code) = done {
            tracing::warn!("policies are not in force yet: {code}");
        }
        self.forced = Some(put);
    }

    fn view(&self) -> View<'_> {
        View {
            facts: self.facts,
            root: &self.root,
            kept: &self.record.kept,
            config: self.config,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, chr, uri};
    use super::*;

    /// A server walks the tree from its top, as far as it goes.
    #[test]
    fn interior_nodes_name_their_children() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        let mut children = |text| match tree.get(&uri(text)) {
            Ok(Value::Node(children)) => children,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(children("./Device"), ["DevDetail", "DevInfo", "Vendor"]);
        assert_eq!(
            children("./DevInfo"),
            ["DevId", "DmV", "Lang", "Man", "Mod"]
        );
        assert_eq!(
            children("./DevDetail/URI"),
            ["MaxDepth", "MaxSegLen", "MaxTotLen"]
        );
    }

    /// What is unknown is 404, what is read-only 405; nothing of it changes anything.
    #[test]
    fn unknown_and_read_only_nodes_say_so() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        for unknown in [
            "./Vendor/MSFT/HealthAttestation/Status",
            "./DevInfo/DevId/More",
            "./DevDetail/Ext/DeviceHardwareData",
            "./User/DevInfo/DevId",
            "./Device/etc/passwd",
        ] {
            let unknown = uri(unknown);
            assert_eq!(tree.get(&unknown), Err(Status::NOT_FOUND), "{unknown}");
            assert_eq!(tree.add(&unknown, chr("x")), Err(Status::NOT_FOUND));
            assert_eq!(tree.replace(&unknown, chr("x")), Err(Status::NOT_FOUND));
            assert_eq!(tree.delete(&unknown), Err(Status::NOT_FOUND));
            assert_eq!(tree.exec(&unknown, None), Err(Status::NOT_FOUND));
        }
        let id = uri("./DevInfo/DevId");
        assert_eq!(tree.replace(&id, chr("x")), Err(Status::NOT_ALLOWED));
        assert_eq!(tree.add(&id, chr("x")), Err(Status::NOT_ALLOWED));
        assert_eq!(tree.delete(&id), Err(Status::NOT_ALLOWED));
        assert_eq!(tree.exec(&id, None), Err(Status::NOT_ALLOWED));
        assert_eq!(tree.get(&id), Ok(chr(&machine.facts.device_id)));
    }

    /// The verdict outlives the session; a wrong one changes nothing.
    #[test]
    fn the_verdict_is_kept() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        assert_eq!(tree.compliance(), (Compliance::Unknown, vec![]));
        let state = uri("./Vendor/Dovetail/Compliance/State");
        let reasons = uri("./Vendor/Dovetail/Compliance/Reasons");
        tree.replace(&state, chr("noncompliant")).unwrap();
        tree.replace(&reasons, chr(r#"["The disk is not encrypted."]"#))
            .unwrap();
        tree.settle().unwrap();
        assert_eq!(tree.replace(&state, chr("fine")), Err(Status::MALFORMED));
        assert_eq!(
            tree.replace(&reasons, chr("no JSON")),
            Err(Status::MALFORMED)
        );
        assert_eq!(
            machine.tree().compliance(),
            (
                Compliance::Noncompliant,
                vec!["The disk is not encrypted.".into()]
            )
        );
    }
}
