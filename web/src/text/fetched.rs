//! Texts are not in the Wasm: the boot script brings those of one language along, the other is fetched when it is wanted.

use gloo_net::http::Request;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::Lang;
use crate::value::member;

/// Where the boot script leaves what it fetched beside the Wasm: `{lang, text}`.
const GIVEN: &str = "dovetailTexts";

/// Takes in what the boot script brought.
pub(crate) fn take_given() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let given = member(&window, GIVEN);
    let (lang, text) = (member(&given, "lang"), member(&given, "text"));
    if let (Some(lang), Some(text)) = (lang.as_string(), text.as_string()) {
        Lang::from_tag(&lang).learn(text);
    }
    // Nobody else needs them. A property of the page's own can always be set.
    drop(js_sys::Reflect::set(
        &window,
        &JsValue::from_str(GIVEN),
        &JsValue::UNDEFINED,
    ));
}

/// Makes the language speakable. `false` when its texts cannot be had: the page stays with what it has.
pub(crate) async fn fetch(lang: Lang) -> bool {
    if lang.is_here() {
        return true;
    }
    match file(lang).await {
        Some(text) => lang.learn(text),
        None => false,
    }
}

async fn file(lang: Lang) -> Option<String> {
    let response = Request::get(&address(lang)?).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    response.text().await.ok()
}

/// The build wrote it on the boot script's tag.
fn address(lang: Lang) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let tag = document
        .query_selector("script[data-wasm]")
        .ok()??
        .dyn_into::<HtmlElement>()
        .ok()?;
    tag.dataset().get(match lang {
        Lang::En => "textEn",
        Lang::De => "textDe",
    })
}
