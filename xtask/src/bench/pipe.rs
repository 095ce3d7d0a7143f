//! A native-messaging host driven over its pipes, as a browser does, and an instant broker behind it.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Result;

/// A running host.
#[derive(Debug)]
pub(crate) struct Host {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Host {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the host has no pipes".into());
        };
        Ok(Self {
            child,
            input,
            output,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// One request, one answer.
    pub(crate) fn round_trip(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        write_frame(&mut self.input, request)?;
        read_frame(&mut self.output)
    }

    /// Ends it as a browser does: by closing its input.
    pub(crate) fn stop(self) -> Result {
        let Self {
            mut child,
            input,
            output,
        } = self;
        drop(input);
        drop(output);
        child.wait()?;
        Ok(())
    }
}

/// Answers every frame at once with the same id, on as many connections as come.
pub(crate) fn instant_broker(socket: &Path) -> Result {
    let listener = UnixListener::bind(socket)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                // Ends with the connection.
                while answer(&stream).is_ok() {}
            });
        }
    });
    Ok(())
}

fn answer(mut stream: &UnixStream) -> Result {
    let frame = read_frame(&mut stream)?;
    let envelope: serde_json::Value = serde_json::from_slice(&frame)?;
    let reply = serde_json::json!({ "v": 1, "id": envelope.get("id"), "ok": true, "body": {} });
    write_frame(&mut stream, &serde_json::to_vec(&reply)?)
}

fn write_frame(to: &mut impl Write, frame: &[u8]) -> Result {
    let mut bytes = u32::try_from(frame.len())?.to_ne_bytes().to_vec();
    bytes.extend_from_slice(frame);
    to.write_all(&bytes)?;
    Ok(to.flush()?)
}

fn read_frame(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_ne_bytes(length))?;
    if length > dovetail_shared::link::MAX_FRAME {
        return Err("a frame is too large".into());
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame)?;
    Ok(frame)
}
