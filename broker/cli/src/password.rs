//! A password or PIN from the terminal, unseen, or from standard input.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use dovetail_shared::Secret;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::error::CliError;

/// Longest password, in bytes. The buffer has this room from the beginning, so that it never moves and leaves no copies.
const LONGEST: usize = 1024;
/// Ctrl-C, Ctrl-D, Ctrl-U, backspace and delete, as a terminal without line editing sends them.
const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const KILL: u8 = 0x15;
const ERASE: [u8; 2] = [0x08, 0x7f];

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An account's password.
    Password,
    /// A PIN of this device.
    Pin,
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Pin => "PIN",
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Password => "--password-stdin",
            Self::Pin => "--pin-stdin",
        }
    }
}

/// Asks on the terminal. Nothing of the answer is shown, not even its length.
pub(crate) fn ask(kind: Kind, question: &str) -> Result<Secret<String>, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::advice(
            format!(
                "There is no terminal to ask you for the {} on.",
                kind.noun()
            ),
            format!("Give it on standard input with `{}`.", kind.option()),
        ));
    }
    let mut terminal = io::stderr();
    // Silent before it asks: who types ahead is not shown either.
    let quiet = Quiet::begin()?;
    write!(terminal, "{question} ").ok();
    terminal.flush().ok();
    let typed = typed(|| {
        let mut byte = [0];
        let read = rustix::io::read(io::stdin(), &mut byte)?;
        Ok(byte.first().copied().filter(|_| read == 1))
    });
    drop(quiet);
    writeln!(terminal).ok();
    match typed {
        Ok(Some(bytes)) => text(kind, bytes),
        Ok(None) => Err(CliError::code(dovetail_shared::Code::CANCELLED)),
        Err(source) => Err(CliError::file("the terminal", source)),
    }
}

/// The next line of standard input, without its end.
pub(crate) fn from_stdin(kind: Kind) -> Result<Secret<String>, CliError> {
    let mut line = Vec::with_capacity(LONGEST);
    let mut input = io::Read::take(io::stdin().lock(), u64::try_from(LONGEST).unwrap_or(0));
    input
        .read_until(b'\n', &mut line)
        .map_err(|source| CliError::file("standard input", source))?;
    while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
        line.pop();
    }
    text(kind, line)
}

fn text(kind: Kind, bytes: Vec<u8>) -> Result<Secret<String>, CliError> {
    match String::from_utf8(bytes) {
        Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
        _ => Err(CliError::advice(
            format!("That is no {}.", kind.noun()),
            "Try again, and give it in UTF-8.",
        )),
    }
}

/// Takes bytes to the end of the line. `None` when the person gave up.
fn typed(
    mut next: impl FnMut() -> Result<Option<u8>, rustix::io::Errno>,
) -> Result<Option<Vec<u8>>, io::Error> {
    let mut bytes = Vec::with_capacity(LONGEST);
    loop {
        let byte = match next() {
            Ok(byte) => byte,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        match byte {
            None | Some(INTERRUPT | END) => return Ok(None),
            Some(b'\r' | b'\n') => return Ok(Some(bytes)),
            Some(KILL) => bytes.clear(),
            Some(byte) if ERASE.contains(&byte) => {
                // A whole character: up to its first byte.
                while bytes
                    .pop()
                    .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
                {}
            }
            Some(byte) if bytes.len() < LONGEST => bytes.push(byte),
            Some(_) => {}
        }
    }
}

/// A terminal that shows nothing and edits nothing; as it was before when dropped. Signals by keys are off, so that Ctrl-C cannot
/// leave it silent.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Self, CliError> {
        let failed = |error: rustix::io::Errno| CliError::file("the terminal", error.into());
        let before = tcgetattr(io::stdin()).map_err(failed)?;
        let mut quiet = before.clone();
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet).map_err(failed)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        tcsetattr(io::stdin(), OptionalActions::Now, &self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: &[u8]) -> Option<Vec<u8>> {
        let mut keys = keys.iter().copied();
        typed(|| Ok(keys.next())).unwrap()
    }

    #[test]
    fn mistakes_are_corrected_as_people_are_used_to() {
        for (keys, line) in [
            (&b"secret\r"[..], &b"secret"[..]),
            (b"secrex\x7ft\nmore", b"secret"),
            (b"wrong\x15right\n", b"right"),
            ("p\u{e4}\x7fa\n".as_bytes(), b"pa"),
            (b"\x7f\n", b""),
        ] {
            assert_eq!(read(keys).as_deref(), Some(line));
        }
    }

    #[test]
    fn giving_up_gives_nothing() {
        for keys in [&b"secret\x03\n"[..], b"secret\x04", b"secret", b""] {
            assert_eq!(read(keys), None);
        }
    }
}
