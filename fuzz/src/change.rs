//! Changes to a sample, the same in every run: what a test tries where libFuzzer is not.

/// Longest text that comes out, in bytes: some tens of kilobytes are within every reader's own limits.
const LONGEST: usize = 32 * 1024;

/// Bytes that mean something to one reader or another.
const MARKS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"</",
    b"/>",
    b"<![CDATA[",
    b"<!--",
    b"<?",
    b"<!DOCTYPE a [",
    b"&#x41;",
    b"&amp;",
    b"&a;",
    b"&",
    b"=",
    b"%",
    b"%00",
    b"%2e",
    b"..",
    b".",
    b"/",
    b"\\",
    b":",
    b";",
    b",",
    b"\n",
    b"\r\n",
    b"-1",
    b"0",
    b"1",
    b"4294967296",
    b"9223372036854775808",
    b"1e999",
    b"null",
    b"true",
    b"\\u0000",
    b"\\ud800",
    b"\x30\x82\xff\xff",
    b"\x30\x80",
    b"\x02\x00",
    b"\x7f\xff\xff\xff",
];

/// A source of changes.
#[derive(Debug)]
pub struct Changes(u64);

impl Changes {
    /// Another source for another number.
    pub fn new(number: u64) -> Self {
        // Any start but zero is good for this generator (xorshift64).
        Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The sample with one to eight changes, some of them parts of the other one.
    pub fn of(&mut self, sample: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(8) {
            self.change(&mut bytes, other);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (from, to) = self.range(bytes.len());
        match self.below(7) {
            0 => {
                let flip = 1 << self.below(8);
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= flip;
                }
            }
            1 => drop(bytes.drain(from..to)),
            2 => {
                let mark = self.below(MARKS.len());
                let mark = MARKS.get(mark).copied().unwrap_or_default();
                bytes.splice(from..from, mark.iter().copied());
            }
            3 => {
                let mark = self.below(MARKS.len());
                let mark = MARKS.get(mark).copied().unwrap_or_default();
                bytes.splice(from..to, mark.iter().copied());
            }
            4 => {
                let part = bytes.get(from..to).unwrap_or_default().to_vec();
                let times = 1 + self.below(4) * self.below(16);
                let place = self.below(bytes.len() + 1);
                bytes.splice(place..place, part.repeat(times));
            }
            5 => {
                let (start, end) = self.range(other.len());
                let part = other.get(start..end).unwrap_or_default().to_vec();
                bytes.splice(from..to, part);
            }
            _ => bytes.truncate(from),
        }
    }

    /// Two places in so many bytes, in order, mostly near each other.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 8 };
        (from, (from + self.below(most + 1)).min(length))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let end = u64::try_from(end).unwrap_or(1).max(1);
        usize::try_from(self.0 % end).unwrap_or(0)
    }
}
