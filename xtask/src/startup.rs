//! `broker/daemon/startup.ld`: which functions a starting daemon runs, so that the linker puts them side by side (ADR 46).
//!
//! A daemon as it is shipped, but with its symbols, is started under Callgrind, answers once, and ends. Names are
//! written without what differs from build to build: the hash of the older mangling, the crate's disambiguator of the newer one, and
//! the numbers that LLVM gives.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use dovetail_shared::link::{Empty, Envelope, Request};

use crate::Result;
use crate::bench::idle_configuration;
use crate::run::{cargo, find, root, run, target};

const FILE: &str = "broker/daemon/startup.ld";
/// A name that stands for many functions is left out where so many bytes of them do not run: half of what one astray would bring into
/// memory with it.
const STRAY: u64 = 32 * 1024;

/// Writes it.
pub(crate) fn write() -> Result {
    if find("valgrind").is_none() || find("nm").is_none() {
        return Err("the Debian packages valgrind and binutils are needed".into());
    }
    run(cargo().args([
        "rustc",
        "--profile",
        "dist",
        "-p",
        "dovetaild",
        "--bin",
        "dovetaild",
        "--",
        "-C",
        "strip=none",
    ]))?;
    let program = target().join("dist/dovetaild");
    let dir = std::env::temp_dir().join(format!("dovetail-startup-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let ran = ran(&program, &dir)?;
    std::fs::remove_dir_all(&dir)?;
    let patterns = patterns(&sizes(&program)?, &ran);
    let mut text = String::from(
        "/* What a starting daemon runs, side by side in the program (ADR 46). Made by `cargo xtask startup`. */\n\
         SECTIONS\n{\n  .text.start : ALIGN(0x10000)\n  {\n",
    );
    for pattern in &patterns {
        text += &format!("    *(.text.{pattern} .text.unlikely.{pattern})\n");
    }
    text += "  }\n}\nINSERT BEFORE .text;\n";
    std::fs::write(root().join(FILE), text)?;
    println!("wrote {FILE}: {} functions", patterns.len());
    Ok(())
}

/// Symbols of what ran.
fn ran(program: &Path, dir: &Path) -> Result<BTreeSet<String>> {
    let (config, out) = (dir.join("dovetail.toml"), dir.join("callgrind.out"));
    std::fs::write(&config, idle_configuration(dir))?;
    let mut child = Command::new("valgrind")
        .args(["-q", "--tool=callgrind", "--demangle=no"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .arg("--config")
        .arg(&config)
        .spawn()?;
    let begin = Instant::now();
    while answers(&dir.join("d.sock")).is_err() {
        if child.try_wait()?.is_some() || begin.elapsed() > Duration::from_mins(2) {
            // Otherwise it would go on alone; one that has ended cannot be ended again.
            child.kill().ok();
            child.wait()?;
            return Err("the daemon does not answer under valgrind".into());
        }
        std::thread::yield_now();
    }
    run(Command::new("kill").arg(child.id().to_string()))?;
    child.wait()?;
    let seen = std::fs::read(&out)?;
    let seen = String::from_utf8_lossy(&seen);
    let functions = seen.lines().filter_map(|line| line.strip_prefix("fn="));
    // Recursion is numbered behind the name.
    Ok(functions
        .map(|name| name.split('\'').next().unwrap_or(name).to_owned())
        .collect())
}

/// Asks what the machine is: a daemon that answers has started, and will end in order.
fn answers(socket: &Path) -> std::io::Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    let frame = Envelope::new("1", &Request::Status(Empty {})).to_frame();
    let length = u32::try_from(frame.len()).unwrap_or_default();
    stream.write_all(&length.to_ne_bytes())?;
    stream.write_all(&frame)?;
    stream.read_exact(&mut [0; 4])
}

/// Bytes of each function.
fn sizes(program: &Path) -> Result<BTreeMap<String, u64>> {
    let output = Command::new("nm")
        .args(["-S", "--defined-only"])
        .arg(program)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (_, size, kind, name) =
                (words.next()?, words.next()?, words.next()?, words.next()?);
            matches!(kind, "t" | "T" | "w" | "W").then_some(())?;
            Some((name.to_owned(), u64::from_str_radix(size, 16).ok()?))
        })
        .collect())
}

fn patterns(sizes: &BTreeMap<String, u64>, ran: &BTreeSet<String>) -> BTreeSet<String> {
    let mut covered = BTreeMap::<String, (u64, u64)>::new();
    for (name, size) in sizes {
        let (all, used) = covered.entry(stable(name)).or_default();
        *all += size;
        if ran.contains(name) {
            *used += size;
        }
    }
    covered
        .into_iter()
        .filter(|(_, (all, used))| *used > 0 && all - used <= STRAY)
        .map(|(pattern, _)| pattern)
        .collect()
}

/// A name as a pattern for the linker.
fn stable(name: &str) -> String {
    let plain = unnumbered(name);
    let pattern = unhashed(plain);
    if plain == name || pattern.ends_with('*') {
        pattern
    } else {
        format!("{pattern}.*")
    }
}

/// Without the numbers behind it: LLVM tells apart so what it has twice once everything is linked together (`.3839`), or takes out of
/// its file (`.llvm.123`).
fn unnumbered(name: &str) -> &str {
    let name = name.split(".llvm.").next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((plain, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => plain,
        _ => name,
    }
}

/// Without the hashes in it.
fn unhashed(name: &str) -> String {
    // Legacy mangling ends in `17h`, sixteen digits, `E`.
    if let Some((path, hash)) = name.rsplit_once("17h")
        && hash.len() == 17
        && hash.ends_with('E')
    {
        return format!("{path}17h*");
    }
    // v0: `Cs`, a number in base 62, `_`.
    let mut parts = name.split("Cs");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('_') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                out += &format!("Cs*_{rest}");
            }
            _ => out += &format!("Cs{part}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_from_their_build() {
        assert_eq!(
            stable("_ZN9dovetaild4main17h907a07c740d1b333E"),
            "_ZN9dovetaild4main17h*"
        );
        assert_eq!(
            stable("_ZN9dovetaild4main17h907a07c740d1b333E.llvm.123"),
            "_ZN9dovetaild4main17h*"
        );
        assert_eq!(
            stable("_RNvMNtCsjrHSEGnQ3l9_3std4timeNtB2_7Instant7elapsed"),
            "_RNvMNtCs*_3std4timeNtB2_7Instant7elapsed"
        );
        assert_eq!(
            stable("_RNvNtCslNYArtu3iFV_5alloc3fmt6format.4415"),
            "_RNvNtCs*_5alloc3fmt6format.*"
        );
        assert_eq!(
            stable("_ZN9dovetaild4main17h907a07c740d1b333E.12"),
            "_ZN9dovetaild4main17h*"
        );
        assert_eq!(stable("aes_encrypt.llvm.7"), "aes_encrypt.*");
        assert_eq!(stable("memcpy"), "memcpy");
    }

    #[test]
    fn what_runs_is_kept_and_what_would_bring_much_else_is_not() {
        let sizes = BTreeMap::from([
            ("a17h0000000000000000E".to_owned(), 100),
            ("b17h0000000000000000E".to_owned(), 10),
            ("b17h1111111111111111E".to_owned(), 33_000),
            ("c".to_owned(), 5),
        ]);
        let ran = BTreeSet::from([
            "a17h0000000000000000E".to_owned(),
            "b17h0000000000000000E".to_owned(),
        ]);
        let expected = BTreeSet::from(["a17h*".to_owned()]);
        assert_eq!(patterns(&sizes, &ran), expected);
    }
}
