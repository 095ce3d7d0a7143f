//! The device has joined and comes under management: by itself.

use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, button, step_list, warning};
use crate::state::Errand;
use crate::text::{id, say};

/// Every step, and nothing to do, unless somebody came back from the sign-in before it was over.
pub(crate) fn manage(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let Some(join) = &model.join else {
        return html! {};
    };
    html! {
        <>
            if model.left_management() {
                { warning(say(*lang, id::MANAGE_UNANSWERED), say(*lang, id::MANAGE_UNANSWERED_BODY)) }
            }
            <p class="lead">{ say(*lang, id::MANAGE_BODY) }</p>
            { step_list(*lang, &join.steps) }
            if model.left_management() {
                <div class="actions">
                    { button(props, Kind::Main, id::MANAGE_FINISH, Intent::Fetch(Errand::SilentCode, join.join_id)) }
                    { button(props, Kind::Plain, id::MANAGE_WITHOUT, Intent::Cancel(join.join_id)) }
                </div>
            }
        </>
    }
}
