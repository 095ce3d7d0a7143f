//! The person's language: what was chosen here, else what the browser says.

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::text::{Lang, fetch, fetch_late};

const KEY: &str = "dovetail.lang";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The language now. The boot script brought along what the person chose, else what the browser says.
pub(super) fn current() -> Lang {
    Lang::any()
}

/// The language and the way to switch it. Keeps the choice, and keeps `lang` of the document true.
#[hook]
pub(crate) fn use_lang() -> (Lang, Callback<Lang>) {
    let lang = use_state(current);
    use_effect_with(*lang, |lang| {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element());
        if let Some(root) = root {
            // An element always takes an attribute of a valid name.
            drop(root.set_attribute("lang", lang.tag()));
        }
    });
    let switch = {
        let lang = lang.setter();
        use_callback((), move |chosen: Lang, ()| {
            if let Some(storage) = storage() {
                // Where nothing can be kept, the choice lasts until the page goes.
                drop(storage.set_item(KEY, chosen.tag()));
            }
            let lang = lang.clone();
            spawn_local(async move {
                if fetch(chosen).await {
                    fetch_late(chosen).await;
                    lang.set(chosen);
                }
            });
        })
    };
    (*lang, switch)
}
