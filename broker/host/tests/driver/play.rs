//! Starts the host as a browser would, and plays the daemon.

#![allow(dead_code, reason = "each of the test programs uses its own part")]

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// No step of any story takes as long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A payload with its length in front.
pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    [length.to_ne_bytes().as_slice(), payload].concat()
}

/// An ordinary request.
pub(crate) fn request(id: &str) -> Value {
    json!({"v":1,"id":id,"type":"status","body":{}})
}

/// Looks again and again until it is so.
pub(crate) fn until(mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "it did not come to that");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The host, started by "a browser".
pub(crate) struct Host {
    child: Child,
    input: Option<ChildStdin>,
    output: Option<ChildStdout>,
}

impl Host {
    pub(crate) fn start(socket: &Path) -> Self {
        Self::start_as(socket, &["/dovetail.host.json", "dovetail@extension"])
    }

    pub(crate) fn start_as(socket: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dovetail-host"))
            .args(arguments)
            .env_clear()
            .env("DOVETAIL_SOCKET", socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Self {
            child,
            input,
            output,
        }
    }

    pub(crate) fn input(&mut self) -> &mut ChildStdin {
        self.input.as_mut().unwrap()
    }

    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    pub(crate) fn send(&mut self, payload: &[u8]) {
        self.input().write_all(&frame(payload)).unwrap();
    }

    pub(crate) fn ask(&mut self, id: &str) {
        self.send(request(id).to_string().as_bytes());
    }

    /// The next frame. The tests' harness ends a story that hangs here.
    pub(crate) fn read(&mut self) -> Value {
        let output = self.output.as_mut().unwrap();
        let mut length = [0; 4];
        output.read_exact(&mut length).unwrap();
        let length = usize::try_from(u32::from_ne_bytes(length)).unwrap();
        assert!(
            length <= 1024 * 1024,
            "no browser would take {length} bytes"
        );
        let mut payload = vec![0; length];
        output.read_exact(&mut payload).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }

    /// Everything until the host ends.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.output
            .as_mut()
            .unwrap()
            .read_to_end(&mut rest)
            .unwrap();
        rest
    }

    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    pub(crate) fn close_output(&mut self) {
        self.output = None;
    }

    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    pub(crate) fn ends_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < time {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        assert!(self.ends_within(PATIENCE));
        self.child.wait().unwrap().code()
    }

    pub(crate) fn leave(&mut self) {
        self.close_input();
        assert_eq!(self.exit_code(), Some(0));
    }

    /// The most that was ever resident, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .map_or(0, |rest| {
                rest.split_whitespace().next().unwrap().parse().unwrap()
            })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

type Shared = Arc<(Mutex<Option<UnixStream>>, Condvar)>;

/// What a daemon replies to a request; nothing where it is silent.
pub(crate) type Replies = Box<dyn Fn(&Value) -> Option<Value> + Send>;

/// A daemon of one connection at a time.
pub(crate) struct Daemon {
    pub(crate) socket: PathBuf,
    requests: Receiver<Value>,
    connection: Shared,
    written: Arc<AtomicU64>,
    _dir: Option<tempfile::TempDir>,
}

impl Daemon {
    /// Answers every request with its own type.
    pub(crate) fn answering() -> Self {
        Self::replying(echo())
    }

    /// Only listens.
    pub(crate) fn silent() -> Self {
        Self::replying(Box::new(|_| None))
    }

    pub(crate) fn answering_at(socket: &Path) -> Self {
        Self::listen(socket, echo(), None)
    }

    pub(crate) fn silent_at(socket: &Path) -> Self {
        Self::listen(socket, Box::new(|_| None), None)
    }

    /// Replies as told.
    pub(crate) fn replying(replies: Replies) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("dovetail.sock");
        Self::listen(&socket, replies, Some(dir))
    }

    /// The same at this place.
    pub(crate) fn replying_at(socket: &Path, replies: Replies) -> Self {
        Self::listen(socket, replies, None)
    }

    fn listen(socket: &Path, replies: Replies, dir: Option<tempfile::TempDir>) -> Self {
        std::fs::remove_file(socket).ok();
        let listener = UnixListener::bind(socket).unwrap();
        let (tell, requests) = channel();
        let connection: Shared = Arc::default();
        let current = Arc::clone(&connection);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                *current.0.lock().unwrap() = Some(stream.try_clone().unwrap());
                current.1.notify_all();
                while let Some(request) = read(&mut stream) {
                    let reply = replies(&request);
                    if tell.send(request).is_err() {
                        return;
                    }
                    if let Some(reply) = reply
                        && stream
                            .write_all(&frame(reply.to_string().as_bytes()))
                            .is_err()
                    {
                        break;
                    }
                }
            }
        });
        Self {
            socket: socket.to_owned(),
            requests,
            connection,
            written: Arc::default(),
            _dir: dir,
        }
    }

    /// The next request that came in.
    pub(crate) fn seen(&self) -> Value {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }

    /// Everything that came in so far.
    pub(crate) fn all_seen(&self) -> Vec<Value> {
        self.requests.try_iter().collect()
    }

    pub(crate) fn heard_nothing(&self) -> bool {
        self.requests.try_recv().is_err()
    }

    fn stream(&self) -> UnixStream {
        let (connection, there) = &*self.connection;
        let current = there
            .wait_timeout_while(connection.lock().unwrap(), PATIENCE, |stream| {
                stream.is_none()
            })
            .unwrap()
            .0;
        current.as_ref().unwrap().try_clone().unwrap()
    }

    pub(crate) fn say(&self, message: &Value) {
        self.say_bytes(message.to_string().as_bytes());
    }

    pub(crate) fn say_bytes(&self, payload: &[u8]) {
        self.stream().write_all(&frame(payload)).unwrap();
    }

    /// Writes so many events of so many bytes, as fast as they are taken.
    pub(crate) fn flood(&self, events: usize, size: usize) -> std::thread::JoinHandle<()> {
        let mut stream = self.stream();
        let written = Arc::clone(&self.written);
        let event = json!({"v":1,"event":"flood","body":"x".repeat(size)}).to_string();
        std::thread::spawn(move || {
            for _ in 0..events {
                stream.write_all(&frame(event.as_bytes())).unwrap();
                written.fetch_add(1, Ordering::SeqCst);
            }
        })
    }

    /// Something of the flood was taken, and then for a while nothing more.
    pub(crate) fn is_held_up(&self) -> bool {
        let before = self.written.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(300));
        before > 0 && before == self.written.load(Ordering::SeqCst)
    }

    /// The daemon ends: its connection breaks, its socket is nobody's.
    pub(crate) fn die(self) {
        self.stream().shutdown(std::net::Shutdown::Both).unwrap();
        std::fs::remove_file(&self.socket).unwrap();
    }
}

/// A good reply.
pub(crate) fn good(request: &Value, body: Value) -> Value {
    json!({"v":1,"id":request["id"],"ok":true,"body":body})
}

fn echo() -> Replies {
    Box::new(|request| Some(good(request, json!({"echo":request["type"]}))))
}

fn read(stream: &mut UnixStream) -> Option<Value> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut payload = vec![0; usize::try_from(u32::from_ne_bytes(length)).ok()?];
    stream.read_exact(&mut payload).ok()?;
    serde_json::from_slice(&payload).ok()
}
