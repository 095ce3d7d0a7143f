//! Who started us, by the words browsers put into argv.
//!
//! Chromium passes the extension's origin; Firefox the manifest's path and the extension's id. Any process of the
//! user can imitate both, so this keeps out other extensions, not other programs: those the daemon judges.

use std::ffi::OsString;
use std::path::Path;

use dovetail_client::place::{
    ALLOWED_EXTENSIONS, CHROMIUM_ID, ENTRA_CHROMIUM_ID, ENTRA_GECKO_IDS, GECKO_ID, is_chromium_id,
};

use crate::allowed;

/// An extension that may start us, as `hello.host` names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Ours, in our own dialect.
    Ours(String),
    /// The linux-entra-sso project's, in its own.
    Entra(String),
}

/// The caller, or `None` for one who may not.
pub(crate) fn find(arguments: &[OsString]) -> Option<Caller> {
    judge(arguments, |id| {
        id == CHROMIUM_ID || allowed::contains(Path::new(ALLOWED_EXTENSIONS), 0, id)
    })
}

fn judge(arguments: &[OsString], may: impl Fn(&str) -> bool) -> Option<Caller> {
    let mut words = arguments.iter();
    let first = words.next()?.to_str()?;
    if let Some(rest) = first.strip_prefix("chrome-extension://") {
        let id = rest.strip_suffix('/')?;
        if id == ENTRA_CHROMIUM_ID {
            return Some(Caller::Entra(first.to_owned()));
        }
        return (is_chromium_id(id) && may(id)).then(|| Caller::Ours(first.to_owned()));
    }
    let id = words.next()?.to_str()?;
    if !Path::new(first).is_absolute() {
        None
    } else if id == GECKO_ID {
        Some(Caller::Ours(id.to_owned()))
    } else {
        ENTRA_GECKO_IDS
            .contains(&id)
            .then(|| Caller::Entra(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "abcdefghijklmnopabcdefghijklmnop";

    fn judged(arguments: &[&str]) -> Option<Caller> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        judge(&arguments, |id| id == OURS)
    }

    #[test]
    fn both_families_of_browsers_name_our_extension() {
        let origin = format!("chrome-extension://{OURS}/");
        let ours = |id: &str| Some(Caller::Ours(id.to_owned()));
        assert_eq!(judged(&[&origin]), ours(&origin));
        assert_eq!(judged(&[&origin, "--parent-window=0"]), ours(&origin));
        assert_eq!(
            judged(&[
                "/usr/lib/mozilla/native-messaging-hosts/dovetail.host.json",
                GECKO_ID
            ]),
            ours(GECKO_ID)
        );
    }

    #[test]
    fn the_extension_of_linux_entra_sso_is_known_by_its_published_ids() {
        let entra = |id: &str| Some(Caller::Entra(id.to_owned()));
        let origin = "chrome-extension://jlnfnnolkbjieggibinobhkjdfbpcohn/";
        assert_eq!(judged(&[origin]), entra(origin));
        for id in ["linux-entra-sso@example.com", "@linux-entra-sso.tb"] {
            assert_eq!(judged(&["/m/linux_entra_sso.json", id]), entra(id));
            assert_eq!(judged(&["linux_entra_sso.json", id]), None);
        }
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
