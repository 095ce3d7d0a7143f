//! What is not even parsed. A parser may need time that grows with the square of what stands in one tag; so one pass over the
//! text, before it, sees to it that there is little.

use super::error::FederationError;

/// Largest document that is looked at, bytes.
pub(super) const LARGEST: usize = 256 * 1024;
/// Most tags, opening and closing; a real document has about sixty.
const MOST_TAGS: u32 = 4000;
/// Most attributes in a tag, namespaces included; a real one has about six.
const MOST_ATTRIBUTES: u32 = 32;

/// Checks a document. Comments, instructions, CDATA sections and DTDs end it: they could hide or split text, or be much work, and
/// no sign-in service needs them. Without them a tag ends at the first `>` outside of quotes, and counting is exact.
pub(super) fn check(text: &str) -> Result<(), FederationError> {
    if text.len() > LARGEST {
        return Err(FederationError::Unreadable("too large"));
    }
    let body = match text.strip_prefix("<?xml ") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, body)| body),
        None => text,
    };
    let (mut tags, mut attributes) = (0, 0);
    let (mut inside, mut quote) = (false, None);
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (inside, quote, byte) {
            (false, _, b'<') => {
                if matches!(bytes.peek(), Some(b'!' | b'?')) {
                    return Err(FederationError::Unreadable(
                        "comments, instructions, CDATA and DTDs have no place in it",
                    ));
                }
                (inside, attributes) = (true, 0);
                tags += 1;
            }
            (true, None, b'>') => inside = false,
            (true, None, b'"' | b'\'') => {
                quote = Some(byte);
                attributes += 1;
            }
            (true, Some(open), _) if byte == open => quote = None,
            _ => {}
        }
        if tags > MOST_TAGS {
            return Err(FederationError::Unreadable("too many elements"));
        }
        if attributes > MOST_ATTRIBUTES {
            return Err(FederationError::Unreadable("too many attributes"));
        }
    }
    Ok(())
}
