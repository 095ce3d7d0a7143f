//! Further extensions that an administrator allows, for organisations that sign their own build.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// A list of ids is not longer than this.
const LONGEST: u64 = 64 * 1024;

/// Write permission of group and others.
const OTHERS_WRITE: u32 = 0o022;

/// Whether the file lists `id`. A file that anyone but `owner` can write counts as empty; so does one that is not there.
///
/// One id a line; empty lines and lines that start with `#` are nothing.
pub(crate) fn contains(file: &Path, owner: u32, id: &str) -> bool {
    read(file, owner).is_some_and(|text| {
        text.lines()
            .map(str::trim)
            .any(|line| !line.starts_with('#') && line == id)
    })
}

fn read(path: &Path, owner: u32) -> Option<String> {
    let file = File::open(path).ok()?;
    // Asked of the open file, so that it cannot be exchanged in between.
    let about = file.metadata().ok()?;
    if !about.is_file() || about.uid() != owner || about.mode() & OTHERS_WRITE != 0 {
        return None;
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn an_extension_the_administrator_lists_is_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("allowed-extensions");
        std::fs::write(&path, "# ours\n\n  one  \ntwo").unwrap();
        let me = rustix::process::geteuid().as_raw();
        assert!(contains(&path, me, "one"));
        assert!(contains(&path, me, "two"));
        assert!(!contains(&path, me, "# ours"));
        assert!(!contains(&path, me, "three"));
    }

    /// [NH-14] A list that others than root could have written allows nobody.
    #[test]
    fn a_list_that_others_can_write_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("allowed-extensions");
        std::fs::write(&path, "one\n").unwrap();
        let me = rustix::process::geteuid().as_raw();
        assert!(!contains(&path, me + 1, "one"));
        std::fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
        assert!(!contains(&path, me, "one"));
        assert!(!contains(dir.path(), me, "one"));
        assert!(!contains(&dir.path().join("none"), me, "one"));
    }
}
