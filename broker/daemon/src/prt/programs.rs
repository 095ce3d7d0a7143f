//! Which programs use a user's sign-on: those that may, and those that were seen before.

use std::collections::BTreeMap;

use dovetail_shared::Code;
use serde::{Deserialize, Serialize};

use super::record::folder;
use crate::config::Sso;
use crate::front::{Peer, Program, Running};
use crate::store::{Store, StoreError};

/// Programs that are remembered of one user; the oldest goes.
const MOST: usize = 256;
/// Characters of a program's path.
const LONGEST: usize = 1024;

/// Whether a program may ask at all. Where the configuration names none, all of a user's may.
///
/// Asked at each use: what connected may have exchanged itself, or may have ended with its connection in other hands.
pub(super) fn may(config: &Sso, program: &Program) -> Result<(), Code> {
    if config.programs.is_empty() {
        return Ok(());
    }
    match program.running() {
        Running::Same(image) if config.programs.iter().any(|path| image.is(path)) => Ok(()),
        _ => Err(Code::SSO_PROGRAM),
    }
}

/// What was seen of users' programs, as far as it was asked for.
#[derive(Debug, Default)]
pub(super) struct Programs(BTreeMap<u32, Seen>);

/// One user's, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Seen {
    programs: Vec<String>,
}

impl Programs {
    /// Notes that this program was used; its name, where that is the first time.
    pub(super) fn used(
        &mut self,
        store: &Store,
        peer: &Peer,
    ) -> Result<Option<String>, StoreError> {
        let name = name(peer);
        let seen = match self.0.entry(peer.uid) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let kept = store.read(&file(peer.uid))?;
                let kept = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                entry.insert(kept.unwrap_or_default())
            }
        };
        if seen.programs.contains(&name) {
            return Ok(None);
        }
        if seen.programs.len() >= MOST {
            seen.programs.remove(0);
        }
        seen.programs.push(name.clone());
        let bytes = serde_json::to_vec(seen).unwrap_or_default();
        store.write(&file(peer.uid), &bytes, 0o600)?;
        Ok(Some(name))
    }

    pub(super) fn forget(&mut self, uid: u32) {
        self.0.remove(&uid);
    }
}

fn file(uid: u32) -> String {
    format!("{}/programs.json", folder(uid))
}

/// The path of what runs now; where that is not told, what the process calls itself, in brackets.
fn name(peer: &Peer) -> String {
    let name = match peer.program.running() {
        Running::Same(image) | Running::Exchanged(image) => image.path,
        Running::Ended | Running::Unknown => {
            format!("({})", peer.name.as_deref().unwrap_or("?"))
        }
    };
    name.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str) -> Peer {
        Peer {
            uid: 1000,
            pid: 1,
            start: 1,
            name: Some(name.into()),
            program: Program::default(),
            caller: None,
        }
    }

    /// A program is new once, also after a restart; a user who runs thousands of programs does not fill the disk.
    #[test]
    fn a_program_is_new_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("s")).unwrap();
        store.folder("sso").unwrap();
        store.folder("sso/1000").unwrap();
        let mut programs = Programs::default();
        let first = programs.used(&store, &peer("a\n")).unwrap();
        assert_eq!(first.as_deref(), Some("(a)"));
        assert_eq!(programs.used(&store, &peer("a")).unwrap(), None);
        programs = Programs::default();
        assert_eq!(programs.used(&store, &peer("a")).unwrap(), None);
        for number in 0..MOST {
            programs.used(&store, &peer(&number.to_string())).unwrap();
        }
        assert_eq!(programs.0[&1000].programs.len(), MOST);
        assert!(programs.used(&store, &peer("a")).unwrap().is_some());
    }

    /// [DM-02] Where programs are named, one that cannot be told is none of them.
    #[test]
    fn an_unknown_program_is_not_a_permitted_one() {
        let mut config = Sso::default();
        assert_eq!(may(&config, &Program::default()), Ok(()));
        config.programs = vec!["/bin/sh".into()];
        assert_eq!(may(&config, &Program::default()), Err(Code::SSO_PROGRAM));
    }
}
