//! One more yes, outside the browser.

use yew::prelude::*;

use super::PageProps;
use super::confirm::about;
use crate::hook::Intent;
use crate::part::{Kind, bdi, button, facts};
use crate::text::{id, say};

/// What to type, and what to compare.
pub(crate) fn approve(props: &PageProps) -> Html {
    let lang = props.lang;
    let Some(join) = &props.model.join else {
        return html! {};
    };
    let mut rows = about(lang, join);
    rows.insert(0, (id::DEVICE_NAME, bdi(&join.device_name)));
    html! {
        <>
            <p class="lead">{ say(lang, id::APPROVE_BODY) }</p>
            <ol class="todo">
                <li>{ say(lang, id::APPROVE_STEP_OPEN) }</li>
                <li>{ say(lang, id::APPROVE_STEP_RUN) }</li>
                <li>{ say(lang, id::APPROVE_STEP_CHECK) }</li>
            </ol>
            { facts(lang, rows) }
            <div class="waiting small">
                <div class="spinner" aria-hidden="true"></div>
                <p role="status">{ say(lang, id::APPROVE_WAITING) }</p>
            </div>
            <div class="actions">
                { button(props, Kind::Plain, id::CANCEL, Intent::Cancel(join.join_id)) }
            </div>
        </>
    }
}
