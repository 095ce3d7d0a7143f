//! A network that can be taken away: a relay before the tenant.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The relay. While it is cut, connections end as they come.
pub struct Relay {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    away: bool,
    open: Vec<TcpStream>,
}

impl Relay {
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let own = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            while let Ok((near, _)) = listener.accept() {
                let mut state = shared.lock().unwrap();
                if state.away {
                    continue;
                }
                let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        copy(&mut from, &mut to).ok();
                        to.shutdown(Shutdown::Both).ok();
                    });
                }
                state.open.extend([near, far]);
            }
        });
        Self { port: own, state }
    }

    /// Takes the network away, also from what is under way.
    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.away = true;
        for stream in state.open.drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    /// Brings it back.
    pub fn mend(&self) {
        self.state.lock().unwrap().away = false;
    }
}
