//! The socket to the bus, with the [`Cutter`] in front of what comes in.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use zbus::conn::socket::{BoxedSplit, ReadHalf, Split, WriteHalf};

use crate::cut::Cutter;

/// Bytes taken in one go.
const CHUNK: usize = 16 * 1024;

/// The stream for the library. File descriptors are neither taken nor sent.
pub(crate) fn split(stream: UnixStream) -> BoxedSplit {
    let (read, write) = stream.into_split();
    let reader = Reader {
        stream: read,
        cutter: Cutter::default(),
        ready: Vec::new(),
        used: 0,
    };
    Split::new(Box::new(reader), Box::new(Writer(write)))
}

#[derive(Debug)]
struct Reader {
    stream: OwnedReadHalf,
    cutter: Cutter,
    /// What came through and was not asked for yet: at most a chunk and a header.
    ready: Vec<u8>,
    used: usize,
}

#[async_trait::async_trait]
impl ReadHalf for Reader {
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        while self.used >= self.ready.len() {
            self.ready.clear();
            self.used = 0;
            let mut chunk = [0; CHUNK];
            let count = self.stream.read(&mut chunk).await?;
            if count == 0 {
                return Ok((0, Vec::new()));
            }
            let bytes = chunk.get(..count).unwrap_or_default();
            self.cutter.feed(bytes, &mut self.ready);
        }
        let waiting = self.ready.get(self.used..).unwrap_or_default();
        let count = waiting.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(waiting) {
            *to = *from;
        }
        self.used += count;
        Ok((count, Vec::new()))
    }
}

#[derive(Debug)]
struct Writer(OwnedWriteHalf);

#[async_trait::async_trait]
impl WriteHalf for Writer {
    async fn sendmsg(&mut self, buffer: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        if !fds.is_empty() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.0.write(buffer).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.0.shutdown().await
    }
}
