//! A boxed warning.

use yew::prelude::*;

/// A title and what it means: look at this before going on.
pub(crate) fn warning(title: Html, body: Html) -> Html {
    html! {
        <div class="notice warning">
            <p class="notice-title">{ title }</p>
            <p>{ body }</p>
        </div>
    }
}
