//! `application/x-www-form-urlencoded`, out and in: what addresses carry.

use std::fmt;

use dovetail_shared::name::is_invisible;

/// Characters of a server's words that are kept.
const WORDS: usize = 512;

/// Percent-encodes everything but RFC 3986's unreserved characters: right in a path, a query and a form alike.
pub(crate) fn percent(text: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
    encoded
}

/// The URL with a query of these pairs; one that it has already is continued.
pub(super) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let mut joint = if url.contains('?') { '&' } else { '?' };
    let mut url = url.to_owned();
    for (name, value) in pairs {
        url.push(joint);
        url.push_str(name);
        url.push('=');
        url.push_str(&percent(value));
        joint = '&';
    }
    url
}

/// An answer's parameters, as far as they mean something.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(&'static str, String)>);

/// Names only: a value may be a secret.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Fields {
    /// Reads a query or a fragment without its first sign; parameters of other names are left out.
    ///
    /// `None` when one of these names stands twice (RFC 6749 §3.1): nothing of such an answer is believed.
    pub(super) fn read(text: &str, names: &[&'static str]) -> Option<Self> {
        let mut fields: Vec<(&'static str, String)> = Vec::new();
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = names.iter().find(|known| **known == name) else {
                continue;
            };
            if fields.iter().any(|(seen, _)| seen == name) {
                return None;
            }
            fields.push((*name, decode(value)));
        }
        Some(Self(fields))
    }

    /// Whether the answer has a parameter of one of these names.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| names.contains(name))
    }

    /// Takes a parameter's value out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.swap_remove(place).1)
    }
}

/// A server's words for people: cut, and without invisible and control characters.
pub(super) fn words(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .take(WORDS)
        .collect()
}

/// Bytes that are not UTF-8 become U+FFFD.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
                rest = ahead;
            }
            (b'+', _, _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_could_mean_something_is_encoded() {
        assert_eq!(percent("a-Z_9.~"), "a-Z_9.~");
        assert_eq!(
            percent("&=#?/ +%\"é\0"),
            "%26%3D%23%3F%2F%20%2B%25%22%C3%A9%00"
        );
    }

    #[test]
    fn a_query_is_begun_or_continued() {
        let pairs = [("a", "1"), ("b", "&")];
        assert_eq!(with_query("https://x/", &pairs), "https://x/?a=1&b=%26");
        assert_eq!(with_query("https://x/?p", &pairs), "https://x/?p&a=1&b=%26");
    }

    #[test]
    fn what_is_encoded_is_read_once() {
        for (value, read) in [
            ("a+b%2Bc", "a b+c"),
            ("%2541", "%41"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz%41", "%zzA"),
            ("%ff", "\u{fffd}"),
            ("%C3%A9", "é"),
            ("", ""),
        ] {
            let mut fields = Fields::read(&format!("x=1&a={value}"), &["a"]).unwrap();
            assert_eq!(fields.take("a").as_deref(), Some(read));
            assert_eq!(fields.take("a"), None);
        }
    }

    #[test]
    fn a_parameter_that_stands_twice_spoils_the_answer() {
        assert_eq!(Fields::read("a=1&b=2&a=1", &["a", "b"]), None);
        assert_eq!(Fields::read("a=&a", &["a"]), None);
        assert!(Fields::read("a=1&b=2&b=2", &["a"]).is_some());
    }

    #[test]
    fn words_of_a_server_are_cut_and_visible() {
        assert_eq!(words("no\u{202e} \r\n\0licence"), "no licence");
        assert_eq!(words(&"é".repeat(200_000)).chars().count(), 512);
    }
}
