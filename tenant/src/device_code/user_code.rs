//! The code that a person types: nine letters and digits, 43 bits, nothing that is taken for something else (RFC 8628 §6.1).

use crate::random::{self, NoRandom};

/// No vowels, so that no words come out, and neither 0, 1 nor the letters that look like them.
const ALPHABET: &[u8; 28] = b"BCDFGHJKLMNPQRSTVWXZ23456789";
const LENGTH: usize = 9;
/// The largest multiple of 28 in a byte: what is above would favour some letters.
const FAIR: u8 = 252;

/// A fresh one.
pub(super) fn create() -> Result<String, NoRandom> {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        for byte in random::bytes::<16>()? {
            let letter = ALPHABET.get(usize::from(byte) % ALPHABET.len());
            if let Some(letter) = letter.filter(|_| byte < FAIR && code.len() < LENGTH) {
                code.push(char::from(*letter));
            }
        }
    }
    Ok(code)
}

/// What somebody typed, as it is kept; `None` when it cannot be a code.
pub(super) fn typed(text: &str) -> Option<String> {
    if text.len() > 64 {
        return None;
    }
    let code: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then_some(code)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// [ID-14] At least 40 bits, all letters alike.
    #[test]
    fn a_code_cannot_be_guessed() {
        let bits = f64::from(u8::try_from(ALPHABET.len()).unwrap()).log2() * 9.0;
        assert!(bits >= 40.0, "{bits}");
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..2000 {
            let code = create().unwrap();
            assert_eq!(typed(&code), Some(code.clone()));
            for letter in code.bytes() {
                *seen.entry(letter).or_insert(0) += 1;
            }
        }
        // 18,000 letters, 643 of each expected; eight deviations are 200.
        assert_eq!(seen.len(), ALPHABET.len());
        assert!(
            seen.values().all(|count| (443..843).contains(count)),
            "{seen:?}"
        );
    }

    #[test]
    fn what_is_typed_is_read_kindly() {
        assert_eq!(typed(" bcd-fgh 234 "), Some("BCDFGH234".to_owned()));
        for wrong in [
            "",
            "BCDFGH23",
            "BCDFGH2345",
            "BCDFGH23A",
            "BCDFGH23É",
            &"B".repeat(100),
        ] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }
}
