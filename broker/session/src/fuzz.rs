//! What reads strangers' bytes, each as one function that a fuzz target calls. The program itself uses none of it.

use crate::cut::Cutter;

/// A bus's stream. Whatever the pieces in which it comes, the same goes through, and nothing that was not sent.
pub fn bus(stream: &[u8]) {
    let whole = cut(stream, stream.len().max(1));
    assert!(whole.len() <= stream.len());
    for piece in [1, 7, 16] {
        assert_eq!(cut(stream, piece), whole);
    }
}

fn cut(stream: &[u8], piece: usize) -> Vec<u8> {
    let (mut cutter, mut out) = (Cutter::default(), Vec::new());
    for bytes in stream.chunks(piece) {
        cutter.feed(bytes, &mut out);
    }
    out
}
