//! An address in the management tree, `./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength`.
//!
//! OMA-DM TND 1.2 §7.5: segments between slashes, each percent-encoded by itself; so the text is split first and decoded
//! after. The segments are looked up in tables and never become a path of the file system.

use std::fmt;
use std::str::FromStr;

use super::Status;

/// Longest address that is read, in bytes.
const MAX: usize = 4096;
/// Deepest address that is read, in segments below the scope: whether the scope is named makes no difference.
const MAX_DEPTH: usize = 32;

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The machine's: `./Device/…`, and everything that names no scope.
    Device,
    /// The signed-in user's: `./User/…`.
    User,
}

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {
    text: String,
    scope: Scope,
    segments: Vec<String>,
}

impl Uri {
    /// Whose settings are meant.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The decoded segments below the scope: `Vendor`, `MSFT`, …; none for the scope itself.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }
}

/// Prints what came in, letter by letter: servers match results by it.
impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Uri {
    type Err = Status;

    /// 414 when too long, 406 for properties (`?prop=`), 400 when malformed, 404 when nothing can be there.
    fn from_str(text: &str) -> Result<Self, Status> {
        if text.len() > MAX {
            return Err(Status::TOO_LONG);
        }
        let path = text.strip_prefix("./").ok_or(Status::MALFORMED)?;
        if path.contains('?') {
            return Err(Status::OPTIONAL);
        }
        let mut segments = path
            .split('/')
            .map(segment)
            .collect::<Result<Vec<_>, _>>()?;
        let scope = match segments.first().map(String::as_str) {
            Some("Device") => {
                segments.remove(0);
                Scope::Device
            }
            Some("User") => {
                segments.remove(0);
                Scope::User
            }
            Some("Vendor" | "DevInfo" | "DevDetail") => Scope::Device,
            _ => return Err(Status::NOT_FOUND),
        };
        if segments.len() > MAX_DEPTH {
            return Err(Status::NOT_FOUND);
        }
        Ok(Self {
            text: text.to_owned(),
            scope,
            segments,
        })
    }
}

/// One segment, decoded. Empty, `.`, `..` and control characters are refused also when they come encoded.
fn segment(text: &str) -> Result<String, Status> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = rest.next().and_then(digit).ok_or(Status::MALFORMED)?;
            let low = rest.next().and_then(digit).ok_or(Status::MALFORMED)?;
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    let decoded = String::from_utf8(bytes).map_err(|_| Status::MALFORMED)?;
    let wrong = matches!(decoded.as_str(), "" | "." | "..") || decoded.contains(char::is_control);
    if wrong {
        return Err(Status::MALFORMED);
    }
    Ok(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Encodes a segment: everything but RFC 3986's unreserved characters.
pub(crate) fn encode(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&dovetail_shared::encode::hex_upper(&[byte]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server may name the scope or leave it out; the node is the same.
    #[test]
    fn addresses_are_split_then_decoded() {
        for (text, scope, segments) in [
            ("./DevInfo/DevId", Scope::Device, vec!["DevInfo", "DevId"]),
            (
                "./Device/Vendor/MSFT",
                Scope::Device,
                vec!["Vendor", "MSFT"],
            ),
            ("./Vendor/MSFT", Scope::Device, vec!["Vendor", "MSFT"]),
            ("./User/Vendor/A%20b", Scope::User, vec!["Vendor", "A b"]),
            (
                "./Vendor/a%2Fb/c",
                Scope::Device,
                vec!["Vendor", "a/b", "c"],
            ),
            ("./Vendor/%C3%A4", Scope::Device, vec!["Vendor", "ä"]),
            ("./Device", Scope::Device, vec![]),
        ] {
            let uri: Uri = text.parse().unwrap();
            assert_eq!(
                (uri.scope(), uri.segments()),
                (scope, owned(&segments).as_slice()),
                "{text}"
            );
            assert_eq!(uri.to_string(), text);
        }
    }

    /// [MD-04] Addresses that reach for files, climb, or break the text are refused before anything is looked up.
    #[test]
    fn hostile_addresses_are_refused() {
        for (text, status) in [
            ("", 400),
            (".", 400),
            ("/", 400),
            ("/etc/passwd", 400),
            ("etc/passwd", 400),
            ("../etc/passwd", 400),
            ("././etc/passwd", 400),
            ("./../etc/passwd", 400),
            ("./Device/../../etc/passwd", 400),
            ("./Device/..", 400),
            ("./Device/%2e%2e/%2E%2E", 400),
            ("./Device/%2e", 400),
            ("./Device//Vendor", 400),
            ("./Device/Vendor/", 400),
            ("./Device/%", 400),
            ("./Device/%4", 400),
            ("./Device/%zz", 400),
            ("./Device/%+1", 400),
            ("./Device/%ff", 400),
            ("./Device/%00", 400),
            ("./Device/a%0Ab", 400),
            ("./Device/a\nb", 400),
            ("./Device/Vendor?prop=ACL", 406),
            ("./etc/passwd", 404),
            ("./cimv2/Win32_Service", 404),
            ("./device/Vendor", 404),
            ("file:///etc/passwd", 400),
            ("./file:/etc/passwd", 404),
        ] {
            assert_eq!(text.parse::<Uri>(), Err(Status(status)), "{text:?}");
        }
        let long = format!("./Device/{}", "a".repeat(64 * 1024));
        assert_eq!(long.parse::<Uri>(), Err(Status::TOO_LONG));
        let deep = format!("./Device{}", "/a".repeat(1000));
        assert_eq!(deep.parse::<Uri>(), Err(Status::NOT_FOUND));
    }

    /// The deepest node is the same with its scope and without, and one deeper is there in neither form.
    #[test]
    fn a_named_scope_takes_no_depth_away() {
        for (depth, found) in [(MAX_DEPTH, true), (MAX_DEPTH + 1, false)] {
            let path = format!("Vendor{}", "/a".repeat(depth - 1));
            let short: Result<Uri, _> = format!("./{path}").parse();
            let full: Result<Uri, _> = format!("./Device/{path}").parse();
            assert_eq!(short.is_ok(), found, "{depth}");
            assert_eq!(
                short.map(|uri| uri.segments),
                full.map(|uri| uri.segments),
                "{depth}"
            );
        }
    }

    /// What a listing names can be asked for.
    #[test]
    fn an_encoded_segment_reads_back() {
        for name in ["plain", "a/b", "ä ö", "100%", "a?b", "..x"] {
            let uri: Uri = format!("./Vendor/{}", encode(name)).parse().unwrap();
            assert_eq!(uri.segments(), owned(&["Vendor", name]));
        }
    }

    fn owned(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }
}
