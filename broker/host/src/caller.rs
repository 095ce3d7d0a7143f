//! Who started us, by the words browsers put into argv.
//!
//! Chromium passes the extension's origin; Firefox the manifest's path and the extension's id. Any process of the
//! user can imitate both, so this keeps out other extensions, not other programs: those the daemon judges.

use std::ffi::OsString;
use std::path::Path;

use dovetail_client::place::{ALLOWED_EXTENSIONS, CHROMIUM_ID, GECKO_ID, is_chromium_id};

use crate::allowed;

/// The caller as `hello.host` names it, or `None` for one who may not.
pub(crate) fn find(arguments: &[OsString]) -> Option<String> {
    judge(arguments, |id| {
        id == CHROMIUM_ID || allowed::contains(Path::new(ALLOWED_EXTENSIONS), 0, id)
    })
}

fn judge(arguments: &[OsString], may: impl Fn(&str) -> bool) -> Option<String> {
    let mut words = arguments.iter();
    let first = words.next()?.to_str()?;
    if let Some(rest) = first.strip_prefix("chrome-extension://") {
        let id = rest.strip_suffix('/')?;
        return (is_chromium_id(id) && may(id)).then(|| first.to_owned());
    }
    let id = words.next()?.to_str()?;
    (Path::new(first).is_absolute() && id == GECKO_ID).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "abcdefghijklmnopabcdefghijklmnop";

    fn judged(arguments: &[&str]) -> Option<String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        judge(&arguments, |id| id == OURS)
    }

    #[test]
    fn both_families_of_browsers_name_our_extension() {
        let origin = format!("chrome-extension://{OURS}/");
        assert_eq!(judged(&[&origin]), Some(origin.clone()));
        assert_eq!(judged(&[&origin, "--parent-window=0"]), Some(origin));
        assert_eq!(
            judged(&[
                "/usr/lib/mozilla/native-messaging-hosts/dovetail.host.json",
                GECKO_ID
            ]),
            Some(GECKO_ID.to_owned())
        );
    }

    /// [NH-14] Every near miss of our extension's name is turned away.
    #[test]
    fn nobody_else_is_taken_for_our_extension() {
        let other = "p".repeat(32);
        for arguments in [
            vec![],
            vec![String::new()],
            vec![format!("chrome-extension://{other}/")],
            vec![format!("chrome-extension://{OURS}")],
            vec![format!("chrome-extension://{OURS}/x/")],
            vec![format!("chrome-extension://{OURS}//")],
            vec![format!("chrome-extension://{}/", OURS.to_uppercase())],
            vec![format!("chrome-extension://{OURS}a/")],
            vec![format!("https://{OURS}/")],
            vec!["/manifest.json".into()],
            vec!["manifest.json".into(), GECKO_ID.into()],
            vec!["/manifest.json".into(), "dovetail@extension2".into()],
            vec!["/manifest.json".into(), "Dovetail@extension".into()],
        ] {
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            assert_eq!(judged(&words), None, "{words:?}");
        }
    }
}
