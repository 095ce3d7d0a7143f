//! What SQLite's write-ahead log says of the database that it goes on from (SQLite, file format §4). Read by ourselves: SQLite would
//! lay it over the file first.

use std::io::Read;

/// Bytes of the log's own header, and of the one before each page.
const HEAD: usize = 32;
const FRAME: usize = 24;
/// Sizes that a page may have.
const PAGES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// The file's first page as the first of the log's changes that touches it leaves it: its first bytes. `None` where the log holds no
/// whole change of it, as where it holds nothing.
pub(super) fn first_page<const N: usize>(mut log: impl Read) -> Option<[u8; N]> {
    let mut head = [0; HEAD];
    log.read_exact(&mut head).ok()?;
    // The last bit says which way the checksums are made.
    let big = match word(&head, 0)? {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return None,
    };
    let size = usize::try_from(word(&head, 8)?).ok()?;
    if !PAGES.contains(&size) || !size.is_power_of_two() {
        return None;
    }
    let salts = head.get(16..24)?.to_owned();
    let mut sum = Sum { big, at: (0, 0) };
    sum.add(head.get(..24)?);
    if (word(&head, 24)?, word(&head, 28)?) != sum.at {
        return None;
    }
    let (mut frame, mut page) = ([0; FRAME], vec![0; size]);
    loop {
        log.read_exact(&mut frame).ok()?;
        log.read_exact(&mut page).ok()?;
        sum.add(frame.get(..8)?);
        sum.add(&page);
        // From here on it is what an earlier use of the log left, or what a crash cut off.
        if frame.get(8..16)? != salts || (word(&frame, 16)?, word(&frame, 20)?) != sum.at {
            return None;
        }
        if word(&frame, 0)? == 1 {
            return page.first_chunk().copied();
        }
    }
}

fn word(bytes: &[u8], place: usize) -> Option<u32> {
    let word = bytes.get(place..)?.first_chunk()?;
    Some(u32::from_be_bytes(*word))
}

/// The running checksum: of header and frames together.
struct Sum {
    big: bool,
    at: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.as_chunks::<8>().0 {
            let (first, second) = pair.split_at(4);
            let word = |half: &[u8]| {
                let half = half.first_chunk().copied().unwrap_or_default();
                if self.big {
                    u32::from_be_bytes(half)
                } else {
                    u32::from_le_bytes(half)
                }
            };
            let (first, second) = (word(first), word(second));
            self.at.0 = self.at.0.wrapping_add(first).wrapping_add(self.at.1);
            self.at.1 = self.at.1.wrapping_add(second).wrapping_add(self.at.0);
        }
    }
}
