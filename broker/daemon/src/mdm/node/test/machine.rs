//! A made-up machine for tests of nodes and policies.

use std::path::Path;

use dovetail_shared::UnixTime;
use tempfile::TempDir;

use crate::config::{Applying, Management};
use crate::mdm::node::{Facts, Poll, Root, Tree, Uri, Value};
use crate::store::Store;

/// A machine in a directory, with an enrollment.
pub(crate) struct Machine {
    _dir: TempDir,
    pub(crate) facts: Facts,
    pub(crate) store: Store,
    pub(crate) config: Management,
}

impl Machine {
    /// An empty machine.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            facts: Facts {
                device_id: "0e9d9f9a-6ba5-4c49-9a3f-6a5f4c3c5f10".into(),
                tenant_id: "11111111-aaaa-4aaa-8aaa-111111111111".into(),
                upn: "alex@contoso.test".into(),
                device_name: "lab-1".into(),
                provider_id: "MS DM Server".into(),
                ent_dm_id: Some("7".into()),
                resource: Some("https://manage.contoso.test/".into()),
                service_url: "https://manage.contoso.test/dm".into(),
                poll: Poll::default(),
                renew_at: None,
                now: UnixTime(1_452_304_932),
            },
            store: Store::open(&dir.path().join("state")).unwrap(),
            config: Management {
                root: dir.path().join("root"),
                apply: Applying::Direct,
                ..Management::default()
            },
            _dir: dir,
        }
        .with("/etc/hostname", "lab-1")
    }

    /// With a file.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        self.put(path, text);
        self
    }

    /// Writes a file.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Where a path of the machine is.
    pub(crate) fn at(&self, path: &str) -> std::path::PathBuf {
        self.config.root.join(path.trim_start_matches('/'))
    }

    /// The machine as what is read of it.
    pub(crate) fn root(&self) -> Root {
        Root::new(&self.config.root)
    }

    /// Every file below the root with its text, sorted.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        collect(&self.config.root, &mut files);
        files.sort();
        files
    }

    /// The tree.
    pub(crate) fn tree(&self) -> Tree<'_> {
        Tree::open(&self.facts, &self.store, &self.config).unwrap()
    }
}

fn collect(dir: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            files.push((path.to_str().unwrap().to_owned(), text));
        }
    }
}

/// An address that is good.
pub(crate) fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

/// A text.
pub(crate) fn chr(text: &str) -> Value {
    Value::Text(text.into())
}
