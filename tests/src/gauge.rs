//! A relay before a server that adds up how long the server takes to answer: what its client cannot be faster than.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What went by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Times that the server answered.
    pub answers: usize,
    /// From the last byte asked to the last byte answered, added up.
    pub taken: Duration,
}

/// A running relay; it ends with the process.
#[derive(Debug)]
pub struct Gauge {
    port: u16,
    total: Arc<Mutex<Reading>>,
}

impl Gauge {
    /// Before the server on `port` of this machine.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Self::on(listener, port)
    }

    /// Before a TPM whose commands are on `port`: its control port is the next one, here as there.
    pub fn before_tpm(port: u16) -> Self {
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let own = listener.local_addr().unwrap().port();
            let control = own
                .checked_add(1)
                .and_then(|next| TcpListener::bind(("127.0.0.1", next)).ok());
            if let Some(control) = control {
                Self::on(control, port + 1);
                return Self::on(listener, port);
            }
        }
    }

    fn on(listener: TcpListener, to: u16) -> Self {
        let gauge = Self {
            port: listener.local_addr().unwrap().port(),
            total: Arc::default(),
        };
        let total = Arc::clone(&gauge.total);
        thread::spawn(move || {
            while let Ok((near, _)) = listener.accept() {
                // A server that is gone: so is its client's connection.
                if let Ok(far) = TcpStream::connect(("127.0.0.1", to)) {
                    join(near, far, &total);
                }
            }
        });
        gauge
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What went by since the last time.
    pub fn read(&self) -> Reading {
        std::mem::take(&mut *self.total.lock().unwrap())
    }
}

/// One connection.
struct Connection {
    /// When a byte went by last, either way; none before the first question.
    last: Option<Instant>,
    asked: bool,
    total: Arc<Mutex<Reading>>,
}

impl Connection {
    fn asks(&mut self) {
        self.last = Some(Instant::now());
        self.asked = true;
    }

    /// A piece of an answer, which counts from the piece before it or from the question.
    fn answers(&mut self) {
        let now = Instant::now();
        let Some(last) = self.last.replace(now) else {
            return;
        };
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.taken += now.saturating_duration_since(last);
        total.answers += usize::from(std::mem::take(&mut self.asked));
    }
}

fn join(near: TcpStream, far: TcpStream, total: &Arc<Mutex<Reading>>) {
    for stream in [&near, &far] {
        stream.set_nodelay(true).ok();
    }
    let connection = Arc::new(Mutex::new(Connection {
        last: None,
        asked: false,
        total: Arc::clone(total),
    }));
    let (near_in, far_in) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let there = Arc::clone(&connection);
    thread::spawn(move || pass(near_in, far, || there.lock().unwrap().asks()));
    thread::spawn(move || pass(far_in, near, || connection.lock().unwrap().answers()));
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut each: impl FnMut()) {
    let mut buffer = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        // Before it is passed on: the other side's next piece must not come first.
        each();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // Either side may have closed both already.
    to.shutdown(std::net::Shutdown::Both).ok();
    from.shutdown(std::net::Shutdown::Both).ok();
}
