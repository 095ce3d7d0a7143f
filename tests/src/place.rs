//! Where things are: the checkout, the programs that were built, the tools of the machine.

use std::path::{Path, PathBuf};

/// The checkout's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A program of ours: beside the running test or program, or where DOVETAIL_BIN_DIR says.
pub fn program(name: &str) -> PathBuf {
    let beside = std::env::current_exe().unwrap();
    let folders = [
        std::env::var_os("DOVETAIL_BIN_DIR").map(PathBuf::from),
        beside.parent().map(Path::to_owned),
        beside.parent().and_then(Path::parent).map(Path::to_owned),
    ];
    let found = folders
        .into_iter()
        .flatten()
        .map(|dir| dir.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("{name} is not built: run `cargo build --workspace --exclude dovetail-web --bins`")
    })
}

/// A program of the machine, or of `target/tools`.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = root().join("target/tools/bin");
    std::iter::once(own)
        .chain(std::env::split_paths(&path))
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Where a failed story leaves what is known.
pub fn evidence(story: &str) -> PathBuf {
    let dir = root().join("target/evidence").join(story);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
