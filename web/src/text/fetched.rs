//! Texts are not in the Wasm: the boot script brings those of one language along, the other is fetched when it is wanted.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::Lang;
use super::table::{codes_are_here, learn_codes};
use crate::api;
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
    let name = match lang {
        Lang::En => "textEn",
        Lang::De => "textDe",
    };
    lang.is_here() || file(name).await.is_some_and(|text| lang.learn(text))
}

/// The German sentences about everybody else's codes. Where they cannot be had, a report is told as it came.
pub(crate) async fn fetch_codes() {
    if let Some(text) = file("textDeCodes").await {
        learn_codes(text);
    }
}

/// The same for whoever needs what comes with them: how to mend the way to the device.
pub(crate) async fn fetch_late(lang: Lang) {
    if lang == Lang::De && !codes_are_here() {
        fetch_codes().await;
    }
}

/// A file whose address the build wrote on the boot script's tag.
async fn file(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let tag = document
        .query_selector("script[data-wasm]")
        .ok()??
        .dyn_into::<HtmlElement>()
        .ok()?;
    api::text(tag.dataset().get(name)?, api::Stop::new())
        .await
        .ok()
}
