//! Screens that only say something.

use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, button};
use crate::text::{Id, id, say};

/// Something is under way.
pub(crate) fn waiting(props: &PageProps, body: Id) -> Html {
    html! {
        <div class="waiting">
            <div class="spinner" aria-hidden="true"></div>
            <p>{ say(props.lang, body) }</p>
        </div>
    }
}

/// The join was given up, by its terms or otherwise.
pub(crate) fn cancelled(props: &PageProps) -> Html {
    html! {
        <>
            if props.model.has_declined() {
                <p class="lead">{ say(props.lang, id::DECLINED_BODY) }</p>
            }
            <p class="lead">{ say(props.lang, id::CANCELLED_BODY) }</p>
            <div class="actions">{ button(props, Kind::Main, id::START_OVER, Intent::StartOver(None)) }</div>
        </>
    }
}
