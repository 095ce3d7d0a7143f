//! The two pipes to the browser, and the one place for everything else that is printed.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::stdio::{dup2_stdout, stderr, stdin, stdout};

/// Descriptors below this one are the standard ones.
const ABOVE_STANDARD: i32 = 3;

/// Both directions to the browser.
#[derive(Debug)]
pub(crate) struct Pipes {
    /// Frames from the browser. Left blocking: it is read only after `poll` said that there is something.
    pub(crate) input: BorrowedFd<'static>,
    /// Frames to the browser. Not descriptor 1, and never blocking.
    pub(crate) output: OwnedFd,
}

impl Pipes {
    /// Keeps standard output for frames alone: from here on, descriptor 1 is standard error.
    pub(crate) fn take() -> io::Result<Self> {
        let output = rustix::io::fcntl_dupfd_cloexec(stdout(), ABOVE_STANDARD)?;
        dup2_stdout(stderr())?;
        rustix::io::ioctl_fionbio(&output, true)?;
        Ok(Self {
            input: stdin(),
            output,
        })
    }
}

/// One line on standard error, where browsers collect what hosts say. Never the content of a frame.
pub(crate) fn log(line: &str) {
    use std::io::Write as _;
    // A browser that closed standard error does not read; there is nobody left to tell.
    writeln!(io::stderr(), "dovetail-host: {line}").ok();
}
