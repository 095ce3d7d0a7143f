//! The least that a native-messaging host can do: frames from stdin to a socket and back, one after the other,
//! with no checks at all. What `dovetail-host` is measured against. Compiled by `cargo xtask bench` with rustc alone.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

fn frame(from: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let mut bytes = length.to_vec();
    bytes.resize(4 + u32::from_ne_bytes(length) as usize, 0);
    from.read_exact(&mut bytes[4..]).ok()?;
    Some(bytes)
}

fn main() {
    let socket = std::env::args().nth(1).expect("a socket");
    let mut socket = UnixStream::connect(socket).expect("a broker");
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    while let Some(request) = frame(&mut input) {
        socket.write_all(&request).expect("a broker");
        let Some(reply) = frame(&mut socket) else { break };
        output.write_all(&reply).and_then(|()| output.flush()).expect("a browser");
    }
}
