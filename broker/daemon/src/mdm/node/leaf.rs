//! Leaves are rows of tables; interior nodes follow from the rows below them.

use std::collections::BTreeSet;

use super::record::Kept;
use super::shape::Shape;
use super::uri::encode;
use super::{
    Effect, Facts, Root, Scope, Status, Uri, Value, bitlocker, capabilities, control, devdetail,
    devicestatus, devinfo, dmclient, network, nodecache, policies, verdict,
};
use crate::config::Management;

/// What a row may read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The enrollment.
    pub(crate) facts: &'a Facts,
    /// The machine.
    pub(crate) root: &'a Root,
    /// What the server has set.
    pub(crate) kept: &'a Kept,
    /// What the administrator of the machine allows.
    pub(crate) config: &'a Management,
}

/// Reads a leaf; the text is what stands for the placeholder in its path.
pub(super) type Read = fn(&View<'_>, &str) -> Result<Value, Status>;
/// Answers an Exec.
pub(super) type Run = fn(&View<'_>, &str, Option<Value>) -> Result<Effect, Status>;

/// One leaf.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Its path below the scope. A segment `{provider}`, `{tenant}` or `{mac}` stands for each such name.
    pub(super) path: &'static str,
    /// Where its value is.
    pub(super) source: Source,
}

/// Where a leaf's value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// In the machine; nobody sets it.
    Read(Read),
    /// Kept for the server, in this form; what it has not set is read so.
    Kept(Shape, Read),
    /// Nowhere: it is run.
    Run(Run),
}

/// For what is not there before the server sets it.
pub(super) fn unset(_: &View<'_>, _: &str) -> Result<Value, Status> {
    Err(Status::NOT_FOUND)
}

/// A text, or 404 for none.
pub(super) fn text(found: Option<String>) -> Result<Value, Status> {
    found.map(Value::Text).ok_or(Status::NOT_FOUND)
}

const TABLES: &[&[Leaf]] = &[
    devinfo::LEAVES,
    devdetail::LEAVES,
    dmclient::LEAVES,
    devicestatus::LEAVES,
    bitlocker::LEAVES,
    nodecache::LEAVES,
    capabilities::LEAVES,
    policies::LEAVES,
    control::LEAVES,
    verdict::LEAVES,
];

/// What is at an address.
#[derive(Debug)]
pub(super) enum Place {
    /// A leaf.
    Leaf {
        /// Where its value is.
        source: Source,
        /// What stands for the placeholder.
        name: String,
        /// Under which its value is kept: path with names, each segment encoded.
        key: String,
    },
    /// An interior node: its key, and its children.
    Interior(String, Vec<String>),
}

impl Place {
    /// Looks an address up; 404 when there is nothing.
    pub(super) fn find(view: &View<'_>, uri: &Uri) -> Result<Self, Status> {
        let segments = uri.segments();
        if uri.scope() == Scope::User {
            return Err(Status::NOT_FOUND);
        }
        let mut children = BTreeSet::new();
        for leaf in TABLES.iter().copied().flatten() {
            let mut name = String::new();
            let mut path = Vec::new();
            let mut template = leaf.path.split('/');
            let fits = segments.iter().all(|segment| {
                let Some(own) = template
                    .next()
                    .and_then(|part| matching(view, part, segment, &mut name))
                else {
                    return false;
                };
                path.push(own);
                true
            });
            if !fits {
                continue;
            }
            let key = key(&path);
            let Some(next) = template.next() else {
                return Ok(Self::Leaf {
                    source: leaf.source,
                    name,
                    key,
                });
            };
            for child in names(view, next) {
                let is_leaf = template.clone().next().is_none();
                let name = if next.starts_with('{') { &child } else { &name };
                if !is_leaf || there(view, leaf, name, &join(&key, &child)) {
                    children.insert(child);
                }
            }
        }
        if children.is_empty() {
            return Err(Status::NOT_FOUND);
        }
        let path: Vec<String> = segments.to_vec();
        Ok(Self::Interior(key(&path), children.into_iter().collect()))
    }
}

/// Whether a leaf would be found.
fn there(view: &View<'_>, leaf: &Leaf, name: &str, key: &str) -> bool {
    match leaf.source {
        Source::Run(_) => true,
        Source::Read(read) => read(view, name) != Err(Status::NOT_FOUND),
        Source::Kept(_, read) => {
            view.kept.contains_key(key) || read(view, name) != Err(Status::NOT_FOUND)
        }
    }
}

/// The segment in its own spelling, if it is what the part of a template asks for.
fn matching(view: &View<'_>, part: &str, segment: &str, name: &mut String) -> Option<String> {
    if !part.starts_with('{') {
        return (part == segment).then(|| segment.to_owned());
    }
    let own = names(view, part)
        .into_iter()
        .find(|own| own.eq_ignore_ascii_case(segment))?;
    name.clone_from(&own);
    Some(own)
}

/// What stands for a part of a template.
fn names(view: &View<'_>, part: &str) -> Vec<String> {
    match part {
        "{provider}" => vec![view.facts.provider_id.clone()],
        "{tenant}" => vec![view.facts.tenant_id.clone()],
        "{mac}" => network::macs(view.root),
        plain => vec![plain.to_owned()],
    }
}

fn key(path: &[String]) -> String {
    path.iter()
        .map(|segment| encode(segment))
        .collect::<Vec<_>>()
        .join("/")
}

fn join(key: &str, child: &str) -> String {
    if key.is_empty() {
        encode(child)
    } else {
        format!("{key}/{}", encode(child))
    }
}
