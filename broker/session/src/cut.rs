//! Cuts messages that are too long down to their headers, as their bytes come in.
//!
//! A bus hands on messages of up to 128 MiB, and the library makes room for each before it looks at it. So what stands
//! between them takes the body of a long one away and says in the header that there is none: the message is answered with
//! an error, as one whose arguments are missing. Format: D-Bus Specification, "Message Format".

/// The longest message that is let through. Requests are some kilobytes.
pub(crate) const LONGEST: u64 = 256 * 1024;

/// The longest header fields that a cut message may have. What honest senders say there is a few names.
const LONGEST_FIELDS: u32 = 16 * 1024;

/// Bytes of the fixed part of a header.
const HEAD: usize = 16;

/// What the next bytes are.
#[derive(Debug)]
enum State {
    /// Lines of the handshake; at the beginning of one, or within.
    Lines { fresh: bool },
    /// The fixed part of a header, as far as it has come.
    Head(Vec<u8>),
    /// So many bytes that go through, and behind them so many that do not.
    Rest { pass: u64, drop: u64 },
}

/// Where in the stream we are.
#[derive(Debug)]
pub(crate) struct Cutter(State);

impl Default for Cutter {
    fn default() -> Self {
        Self(State::Lines { fresh: true })
    }
}

impl Cutter {
    /// Takes bytes in and puts those that go through behind `out`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some(first) = bytes.first() {
            match &mut self.0 {
                // Messages begin with their byte order; no line of the handshake begins with either of these letters.
                State::Lines { fresh: true } if matches!(first, b'l' | b'B') => {
                    self.0 = State::Head(Vec::with_capacity(HEAD));
                }
                State::Lines { fresh } => {
                    *fresh = *first == b'\n';
                    out.push(*first);
                    bytes = bytes.get(1..).unwrap_or_default();
                }
                State::Head(head) => {
                    let (now, later) = bytes.split_at(bytes.len().min(HEAD - head.len()));
                    head.extend_from_slice(now);
                    bytes = later;
                    if head.len() == HEAD {
                        self.0 = judge(head, out);
                    }
                }
                State::Rest { pass: 0, drop: 0 } => {
                    self.0 = State::Head(Vec::with_capacity(HEAD));
                }
                State::Rest { pass: 0, drop } => bytes = take(bytes, drop).1,
                State::Rest { pass, .. } => {
                    let (now, later) = take(bytes, pass);
                    out.extend_from_slice(now);
                    bytes = later;
                }
            }
        }
    }
}

/// At most `left` of the bytes, which are then not left any more.
fn take<'a>(bytes: &'a [u8], left: &mut u64) -> (&'a [u8], &'a [u8]) {
    let count = usize::try_from(*left)
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    *left -= u64::try_from(count).unwrap_or(*left);
    bytes.split_at(count)
}

/// Byte order, three bytes of no interest here, the body's length, a serial number, the length of the fields.
fn judge(head: &[u8], out: &mut Vec<u8>) -> State {
    let number = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(<[u8]>::first_chunk::<4>);
        let bytes = bytes.copied().unwrap_or_default();
        match head.first() {
            Some(b'B') => u32::from_be_bytes(bytes),
            _ => u32::from_le_bytes(bytes),
        }
    };
    let (body, fields) = (u64::from(number(4)), number(12));
    // The fields are padded to eight bytes.
    let padded = u64::from(fields).next_multiple_of(8);
    if u64::try_from(HEAD).unwrap_or(0) + padded + body <= LONGEST {
        out.extend_from_slice(head);
        return State::Rest {
            pass: padded + body,
            drop: 0,
        };
    }
    if fields > LONGEST_FIELDS {
        // Nobody to answer: who sent it stands in the fields.
        return State::Rest {
            pass: 0,
            drop: padded + body,
        };
    }
    for (at, byte) in head.iter().enumerate() {
        out.push(if (4..8).contains(&at) { 0 } else { *byte });
    }
    State::Rest {
        pass: padded,
        drop: body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(order: u8, fields: &[u8], body: &[u8]) -> Vec<u8> {
        let number = |number: usize| {
            let number = u32::try_from(number).unwrap();
            if order == b'B' {
                number.to_be_bytes()
            } else {
                number.to_le_bytes()
            }
        };
        let mut bytes = vec![order, 1, 0, 1];
        bytes.extend(number(body.len()));
        bytes.extend(number(7));
        bytes.extend(number(fields.len()));
        bytes.extend(fields);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend(body);
        bytes
    }

    fn cut(bytes: &[u8], piece: usize) -> Vec<u8> {
        let (mut cutter, mut out) = (Cutter::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            cutter.feed(piece, &mut out);
        }
        out
    }

    /// [DM-23] Whatever the pieces in which it comes: what is short goes through, of what is long only the header.
    #[test]
    fn long_messages_lose_their_bodies_and_short_ones_nothing() {
        let long = vec![b'x'; usize::try_from(LONGEST).unwrap()];
        let lines = b"OK 1234\r\nlines\r\n".split_at(9).0;
        for order in [b'l', b'B'] {
            let (short, cut_down) = (message(order, b"abc", b"body"), message(order, b"abc", b""));
            let stream = [
                lines,
                &short,
                &message(order, b"abc", &long),
                &short,
                &message(order, &long, b""),
                &short,
            ]
            .concat();
            let through = [lines, &short, &cut_down, &short, &short].concat();
            for piece in [1, 7, 16, 4096, stream.len()] {
                assert!(
                    cut(&stream, piece) == through,
                    "{order} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn the_limit_is_exact() {
        let most = usize::try_from(LONGEST).unwrap() - HEAD - 8;
        let exact = message(b'l', b"abcdefgh", &vec![1; most]);
        assert_eq!(cut(&exact, 1000).len(), exact.len());
        let over = message(b'l', b"abcdefgh", &vec![1; most + 1]);
        assert_eq!(cut(&over, 1000).len(), HEAD + 8);
    }

    #[test]
    fn random_bytes_never_grow() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let bytes: Vec<u8> = (0..100_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[0]
            })
            .collect();
        assert!(cut(&bytes, 333).len() <= bytes.len());
        assert!(cut(&[b"l", bytes.as_slice()].concat(), 333).len() <= bytes.len() + 1);
    }
}
