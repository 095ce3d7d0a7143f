//! Texts that are not in the Wasm: fetched when a person wants the language.

use gloo_net::http::Request;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Lang;

/// Makes the language speakable. `false` when its texts cannot be had: the page stays with what it has.
pub(crate) async fn fetch(lang: Lang) -> bool {
    if lang.is_here() {
        return true;
    }
    match file().await {
        Some(text) => Lang::learn(text),
        None => false,
    }
}

async fn file() -> Option<String> {
    let response = Request::get(&address()?).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    response.text().await.ok()
}

/// The build wrote it on the boot script's tag.
fn address() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let tag = document
        .query_selector("script[data-text-de]")
        .ok()??
        .dyn_into::<HtmlElement>()
        .ok()?;
    tag.dataset().get("textDe")
}
