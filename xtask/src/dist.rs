//! `dist`: what is shipped, into `target/shipped`: programs, the extension's packages, the page, and the digests of all of it.
//!
//! The same source gives the same bytes, wherever it is built: no paths of this machine and no times are in them (ADR 45).

use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::extension::Extension;
use crate::run::{cargo, root, run, target};
use crate::web_size::print_table;
use crate::{Result, web};

/// The programs of a package.
const PROGRAMS: &[&str] = &["dovetaild", "dovetail", "dovetail-host", "dovetail-session"];
/// Below the target folder. `dist` is taken: cargo builds the profile of that name there.
const FOLDER: &str = "shipped";
/// The digests, and the mark of a folder that this command made.
const SUMS: &str = "SHA256SUMS";

/// Options of `cargo xtask dist`.
#[derive(Debug, Args)]
pub(crate) struct Dist {
    /// The portal whose pages may ask the extension, an exact https origin, instead of the lab's
    #[arg(long, value_name = "ORIGIN")]
    portal: Option<String>,
    /// Where to put it [default: target/shipped]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Dist {
    pub(crate) fn run(self) -> Result {
        let out = self.out.unwrap_or_else(|| target().join(FOLDER));
        clear(&out)?;
        std::fs::create_dir_all(out.join("bin"))?;
        for file in programs(PROGRAMS, &target())? {
            let name = file.file_name().ok_or("a program without a name")?;
            std::fs::copy(&file, out.join("bin").join(name))?;
        }
        Extension::new(self.portal, out.join("extension")).run()?;
        print_table(&web::build(web::Profile::Release)?);
        crate::extension::copy(&root().join("web/dist"), &out.join("page"))?;
        let mut sums = String::new();
        let files = crate::pack::files(&out)?;
        for file in files.iter().filter(|file| **file != out.join(SUMS)) {
            let name = file.strip_prefix(&out)?.display().to_string();
            sums += &format!("{}  {name}\n", digest(&std::fs::read(file)?));
        }
        std::fs::write(out.join(SUMS), &sums)?;
        print!("{sums}");
        Ok(())
    }
}

/// Leaves the folder empty but for its mark, so that a run that is broken off can be done again. A folder that holds something else is
/// not ours to empty, and its files would be among the digests.
fn clear(out: &Path) -> Result {
    if out.exists() {
        let empty = std::fs::read_dir(out)?.next().is_none();
        if !empty && !out.join(SUMS).is_file() {
            let out = out.display();
            return Err(
                format!("{out} holds what is not of this command; name another folder").into(),
            );
        }
        std::fs::remove_dir_all(out)?;
    }
    std::fs::create_dir_all(out)?;
    Ok(std::fs::write(out.join(SUMS), "")?)
}

/// Builds programs with the profile of packages, below `target`; gives where they are.
fn programs(names: &[&str], target: &Path) -> Result<Vec<PathBuf>> {
    let mut build = cargo();
    build.args(["build", "--locked", "--quiet", "--profile", "dist"]);
    for name in names {
        build.args(["--package", name]);
    }
    run(build
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", web::plain_paths().join("\u{1f}")))?;
    Ok(names
        .iter()
        .map(|name| target.join("dist").join(name))
        .collect())
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    /// What an earlier run made is emptied, also one that was broken off; a folder of someone else's, such as cargo's own, is not.
    #[test]
    fn only_a_folder_of_its_own_is_emptied() {
        let place = target().join("own-folder");
        if place.exists() {
            std::fs::remove_dir_all(&place).unwrap();
        }
        for _ in 0..2 {
            clear(&place).unwrap();
            assert_eq!(crate::pack::files(&place).unwrap(), [place.join(SUMS)]);
            std::fs::write(place.join("made"), "").unwrap();
        }
        std::fs::remove_file(place.join(SUMS)).unwrap();
        assert!(clear(&place).is_err());
        assert!(place.join("made").exists());
    }

    /// [OP-07] The host is built twice, in two places, and the extension packed twice: the bytes are the same, and no place where
    /// anything was built stands in them.
    #[test]
    fn the_same_source_gives_the_same_bytes() {
        let place = |name: &str| target().join("same-bytes").join(name);
        let built = ["a", "b-with-a-longer-name"].map(|name| {
            let program = programs(&["dovetail-host"], &place(name))
                .unwrap()
                .remove(0);
            std::fs::read(program).unwrap()
        });
        assert_eq!(digest(&built[0]), digest(&built[1]));
        for local in [root(), place("a")] {
            let local = local.display().to_string();
            let found = built[0]
                .windows(local.len())
                .any(|part| part == local.as_bytes());
            assert!(!found, "{local} stands in the program");
        }
        let packed = ["a", "b"].map(|name| {
            let out = place(name).join("extension");
            let portal = "https://portal.contoso.com".to_owned();
            Extension::new(Some(portal), out.clone()).run().unwrap();
            // Made at another time: the zip is packed again from older files.
            let manifest = File::options()
                .append(true)
                .open(out.join("unpacked/manifest.json"));
            let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            manifest.unwrap().set_modified(long_ago).unwrap();
            let again = out.join("again.zip");
            crate::pack::pack(&out.join("unpacked"), &again).unwrap();
            let files = crate::pack::files(&out).unwrap().into_iter();
            let zips = files.filter(|file| file.extension().is_some_and(|it| it == "zip"));
            zips.map(|zip| digest(&std::fs::read(zip).unwrap()))
                .collect::<Vec<_>>()
        });
        let [again, firefox, plain] = packed[0].as_slice() else {
            panic!("{packed:?}")
        };
        assert_eq!(packed[0], packed[1]);
        assert_eq!(again, plain);
        assert_ne!(plain, firefox);
    }
}
