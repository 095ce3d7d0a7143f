//! The wire between daemon and TPM, listened in on: what somebody with probes on the bus would see.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A recorder in front of a TPM. Its threads end with their connections.
#[derive(Debug, Clone)]
pub struct Bus {
    port: u16,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Bus {
    /// Listens on a pair of ports for the TPM at `to` and the port behind it.
    pub fn before(to: u16) -> Self {
        let (commands, control, port) = pair();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for (listener, to) in [(commands, to), (control, to + 1)] {
            let seen = seen.clone();
            thread::spawn(move || {
                for client in listener.incoming().flatten() {
                    let Ok(tpm) = TcpStream::connect(("127.0.0.1", to)) else {
                        continue;
                    };
                    pass(
                        client.try_clone().unwrap(),
                        tpm.try_clone().unwrap(),
                        seen.clone(),
                    );
                    pass(tpm, client, seen.clone());
                }
            });
        }
        Self { port, seen }
    }

    /// How the TSS finds it.
    pub fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Whether these bytes went over the wire.
    pub fn saw(&self, bytes: &[u8]) -> bool {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .windows(bytes.len())
            .any(|window| window == bytes)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, seen: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&buffer[..count]);
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        to.shutdown(Shutdown::Write).ok();
    });
}

fn pair() -> (TcpListener, TcpListener, u16) {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if let Some(next) = port.checked_add(1)
            && let Ok(second) = TcpListener::bind(("127.0.0.1", next))
        {
            return (first, second, port);
        }
    }
}
