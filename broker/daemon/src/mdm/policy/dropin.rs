//! Files of ours below `/etc`: known by their first line, written whole, and removed only by who wrote them.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::apply::PutError;
use crate::mdm::node::Root;
use crate::store::write_atomic;

/// First line of each file that is ours. `#` begins a comment in all the formats that are written here.
const MARK: &str = "# Written by Dovetail for your organisation's management; removed when that ends. Do not edit.";

/// Writes a file of ours; one that is so already is left alone, one of others is an error.
pub(super) fn write(root: &Root, path: &str, body: &str) -> Result<(), PutError> {
    let text = format!("{MARK}\n{body}");
    let at = root.at(path);
    match read(&at)? {
        Some(old) if old == text => return Ok(()),
        Some(old) if !old.starts_with(MARK) => return Err(PutError::Foreign(at)),
        _ => {}
    }
    let io = |error| PutError::Io(at.clone(), error);
    let (Some(parent), Some(name)) = (at.parent(), at.file_name().and_then(|name| name.to_str()))
    else {
        return Err(io(ErrorKind::InvalidInput.into()));
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(parent)
        .map_err(io)?;
    let dir = File::open(parent).map_err(io)?;
    write_atomic(&dir, name, text.as_bytes(), 0o644).map_err(io)
}

/// Removes a file of ours, and what a crash left of writing it; one of others stays.
pub(super) fn remove(root: &Root, path: &str) -> Result<(), PutError> {
    for path in [path.to_owned(), format!("{path}.new")] {
        let at = root.at(&path);
        // A write that was cut off may have left only the beginning of the mark.
        let ours = |text: &String| text.starts_with(MARK) || MARK.starts_with(text.as_str());
        if read(&at)?.as_ref().is_some_and(ours) {
            std::fs::remove_file(&at).map_err(|error| PutError::Io(at, error))?;
        }
    }
    Ok(())
}

/// Whether the file is there and ours.
pub(super) fn is_ours(root: &Root, path: &str) -> bool {
    root.text(path).is_some_and(|text| text.starts_with(MARK))
}

fn read(path: &Path) -> Result<Option<String>, PutError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64 * 1024).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PutError::Io(path.to_owned(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    /// An administrator has a file of that very name: it is neither overwritten nor removed.
    #[test]
    fn files_of_others_are_left_alone() {
        let machine = Machine::new().with("/etc/a/90-dovetail.conf", "minlen = 20\n");
        let root = machine.root();
        assert!(matches!(
            write(&root, "/etc/a/90-dovetail.conf", "minlen = 8\n"),
            Err(PutError::Foreign(_))
        ));
        remove(&root, "/etc/a/90-dovetail.conf").unwrap();
        assert_eq!(root.text("/etc/a/90-dovetail.conf").unwrap(), "minlen = 20");
    }

    /// Writing twice is writing once, and a rest of a crash does not stay.
    #[test]
    fn writing_repeats_and_removing_leaves_nothing() {
        let machine = Machine::new();
        let root = machine.root();
        let before = machine.files();
        write(&root, "/etc/a/x.conf", "a = 1\n").unwrap();
        let once = machine.files();
        write(&root, "/etc/a/x.conf", "a = 1\n").unwrap();
        assert!(is_ours(&root, "/etc/a/x.conf"));
        for rest in ["", "# Wri", MARK, &format!("{MARK}\na =")] {
            machine.put("/etc/a/x.conf.new", rest);
            remove(&root, "/etc/a/x.conf").unwrap();
            assert_eq!(machine.files(), before, "{rest:?}");
        }
        write(&root, "/etc/a/x.conf", "a = 1\n").unwrap();
        assert_eq!(machine.files(), once);
    }
}
