//! Replace a file so that after a crash there is the old one or the new one.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};

/// Writes `bytes` to `name` in `dir`: new file, fsync, rename, fsync of the directory.
pub fn write_atomic(dir: &File, name: &str, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let new = format!("{name}.new");
    // A rest of an earlier crash; usually there is none.
    if let Err(error) = unlinkat(dir, new.as_str(), AtFlags::empty())
        && error != rustix::io::Errno::NOENT
    {
        return Err(error.into());
    }
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(
        dir,
        new.as_str(),
        flags,
        Mode::from_raw_mode(0o600),
    )?);
    let written = file
        .write_all(bytes)
        .and_then(|()| rustix::fs::fchmod(&file, Mode::from_raw_mode(mode)).map_err(Into::into))
        .and_then(|()| file.sync_all())
        .and_then(|()| renameat(dir, new.as_str(), dir, Path::new(name)).map_err(Into::into));
    if let Err(error) = written {
        // The disk is full: what was begun must not stay behind. That this fails too changes nothing.
        unlinkat(dir, new.as_str(), AtFlags::empty()).ok();
        return Err(error);
    }
    dir.sync_all()
}
