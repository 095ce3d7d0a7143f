//! Lists of names and values.

use yew::prelude::*;

use crate::text::{Id, Lang, say};

/// A list of terms with what is known about each.
pub(crate) fn facts(lang: Lang, rows: Vec<(Id, Html)>) -> Html {
    let rows = rows.into_iter().map(|(term, value)| {
        html! { <div><dt>{ say(lang, term) }</dt><dd>{ value }</dd></div> }
    });
    html! { <dl class="facts">{ for rows }</dl> }
}

/// A name from outside: text only, its writing direction kept inside.
pub(crate) fn bdi(name: &str) -> Html {
    html! { <bdi>{ name.to_owned() }</bdi> }
}

/// A number to be compared or copied.
pub(crate) fn code(value: &str) -> Html {
    html! { <code class="value">{ value.to_owned() }</code> }
}
