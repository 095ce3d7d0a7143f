//! The join as it happens.

use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, button, step_list};
use crate::text::{id, say};

/// Every step with its state and time.
pub(crate) fn progress(props: &PageProps) -> Html {
    let Some(join) = &props.model.join else {
        return html! {};
    };
    html! {
        <>
            <p class="lead">{ say(props.lang, id::PROGRESS_BODY) }</p>
            { step_list(props.lang, &join.steps) }
            if join.device.is_none() {
                <div class="actions">
                    { button(props, Kind::Quiet, id::CANCEL, Intent::Cancel(join.join_id)) }
                </div>
            }
        </>
    }
}
