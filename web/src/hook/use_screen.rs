//! A new screen: its heading is the document's title and takes the focus.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::state::Screen;

/// Sets the title whenever it changes, moves the focus whenever the screen does.
#[hook]
pub(crate) fn use_screen(screen: Screen, title: &str) {
    use_effect_with(title.to_owned(), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    });
    use_effect_with(screen, |screen| {
        // The first screen appears with the page: the focus stays where a page load leaves it.
        if *screen != Screen::Connecting {
            focus_heading();
        }
    });
}

fn focus_heading() {
    let heading = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("h1").ok()?);
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        // A heading that went away in between needs no focus.
        drop(heading.focus());
        if let Some(window) = web_sys::window() {
            window.scroll_to_with_x_and_y(0.0, 0.0);
        }
    }
}
