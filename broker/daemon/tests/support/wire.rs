//! Something between the TSS and the TPM: it listens, delays, or spoils answers.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "not every test needs all of it"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

type Spoiler = Box<dyn FnMut(&mut [u8]) + Send>;

/// A relay on two neighbouring ports, commands and control.
pub struct Wire {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    heard: Mutex<Vec<u8>>,
    commands: AtomicUsize,
    delay_ms: AtomicU64,
    spoiler: Mutex<Option<Spoiler>>,
}

impl Wire {
    /// Before the TPM whose command port is `tpm`.
    pub fn before(tpm: u16) -> Self {
        let (commands, control) = pair();
        let port = commands.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        accept(commands, tpm, Some(Arc::clone(&state)));
        accept(control, tpm + 1, None);
        Self { port, state }
    }

    pub fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Whether these bytes went by, in either direction.
    pub fn heard(&self, bytes: &[u8]) -> bool {
        let heard = self.state.heard.lock().unwrap();
        heard.windows(bytes.len()).any(|window| window == bytes)
    }

    /// Bytes that went by.
    pub fn length(&self) -> usize {
        self.state.heard.lock().unwrap().len()
    }

    /// Commands that went by.
    pub fn commands(&self) -> usize {
        self.state.commands.load(Ordering::SeqCst)
    }

    /// Every answer comes so much later.
    pub fn delay(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap();
        self.state.delay_ms.store(time, Ordering::SeqCst);
    }

    /// What is done to every answer.
    pub fn spoil(&self, spoiler: impl FnMut(&mut [u8]) + Send + 'static) {
        *self.state.spoiler.lock().unwrap() = Some(Box::new(spoiler));
    }

    /// Answers pass as they are again.
    pub fn leave_alone(&self) {
        *self.state.spoiler.lock().unwrap() = None;
    }
}

fn pair() -> (TcpListener, TcpListener) {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if let Some(Ok(second)) = port
            .checked_add(1)
            .map(|next| TcpListener::bind(("127.0.0.1", next)))
        {
            return (first, second);
        }
    }
}

fn accept(listener: TcpListener, to: u16, state: Option<Arc<State>>) {
    thread::spawn(move || {
        while let Ok((near, _)) = listener.accept() {
            let Ok(far) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            near.set_nodelay(true).ok();
            far.set_nodelay(true).ok();
            let (near_in, far_in) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            let (down, up) = (state.clone(), state.clone());
            thread::spawn(move || {
                pass(near_in, far, |bytes| {
                    if let Some(state) = &down {
                        state.commands.fetch_add(1, Ordering::SeqCst);
                        state.heard.lock().unwrap().extend_from_slice(bytes);
                    }
                });
            });
            thread::spawn(move || {
                pass(far_in, near, |bytes| {
                    if let Some(state) = &up {
                        let delay = state.delay_ms.load(Ordering::SeqCst);
                        thread::sleep(Duration::from_millis(delay));
                        state.heard.lock().unwrap().extend_from_slice(bytes);
                        if let Some(spoiler) = state.spoiler.lock().unwrap().as_mut() {
                            spoiler(bytes);
                        }
                    }
                });
            });
        }
    });
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut each: impl FnMut(&mut [u8])) {
    let mut buffer = [0; 8192];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        each(&mut buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    to.shutdown(std::net::Shutdown::Both).ok();
}
