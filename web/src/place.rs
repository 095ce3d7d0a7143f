//! Where the page is: its address, its two parameters, its place in the history.

use dovetail_shared::link::Mode;

/// The page's address without query, fragment and final slash: base of its assets and redirect URI of the sign-in.
pub(crate) fn page() -> String {
    let location = web_sys::window().map(|window| window.location());
    let part = |get: fn(&web_sys::Location) -> Result<String, wasm_bindgen::JsValue>| {
        location
            .as_ref()
            .and_then(|at| get(at).ok())
            .unwrap_or_default()
    };
    let path = part(web_sys::Location::pathname);
    format!(
        "{}{}",
        part(web_sys::Location::origin),
        path.trim_end_matches('/')
    )
}

/// The page's origin as the browser writes it.
pub(crate) fn origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// `?mode=`; everything else in the query is ignored: the page goes nowhere because an address told it to.
pub(crate) fn mode() -> Mode {
    let search = web_sys::window().and_then(|window| window.location().search().ok());
    mode_of(search.as_deref().unwrap_or_default())
}

fn mode_of(search: &str) -> Mode {
    let oobe = search
        .trim_start_matches('?')
        .split('&')
        .any(|pair| pair == "mode=oobe");
    if oobe { Mode::Oobe } else { Mode::Settings }
}

/// What came with the page's address: answers of other sites, and secrets.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Carried {
    /// Without `?`; empty where it says no more than the mode.
    pub(crate) query: String,
    /// Without `#`
    pub(crate) fragment: String,
}

/// Takes query and fragment out of the address and of the history. The first thing the page does: nothing is loaded and
/// nobody is asked while they stand there.
pub(crate) fn take() -> Carried {
    let Some(window) = web_sys::window() else {
        return Carried::default();
    };
    let location = window.location();
    let query = location.search().unwrap_or_default();
    let fragment = location.hash().unwrap_or_default();
    let (keep, clean) = match mode_of(&query) {
        Mode::Oobe => ("?mode=oobe", format!("{}?mode=oobe", page())),
        Mode::Settings => ("", page()),
    };
    if fragment.is_empty() && query == keep {
        return Carried::default();
    }
    let history = window.history();
    let replaced = history.and_then(|history| {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&clean))
    });
    match replaced {
        Ok(()) => Carried {
            query: query.trim_start_matches('?').to_owned(),
            fragment: fragment.trim_start_matches('#').to_owned(),
        },
        // A secret that cannot be taken out of the address is not used.
        Err(_) => Carried::default(),
    }
}

/// Leaves for another site, by top-level navigation.
pub(crate) fn leave_for(url: &str) -> bool {
    web_sys::window().is_some_and(|window| window.location().assign(url).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [PG-06] No parameter but `mode` means anything, and that only in its two values.
    #[test]
    fn no_parameter_but_the_mode_means_anything() {
        assert_eq!(mode_of("?mode=oobe"), Mode::Oobe);
        assert_eq!(mode_of("?next=//evil.example&mode=oobe"), Mode::Oobe);
        for search in [
            "",
            "?",
            "?mode=settings",
            "?mode=OOBE",
            "?mode=oobe%20",
            "?next=mode=oobe",
            "?xmode=oobe",
            "?mode=//evil.example",
        ] {
            assert_eq!(mode_of(search), Mode::Settings, "{search}");
        }
    }
}
