//! First run: welcome, and what shall the device be called?

use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{check_name, name_field, submit};
use crate::text::{id, say};

/// Greets and asks for the device's name.
#[component]
pub(crate) fn Greeting(props: &PageProps) -> Html {
    let name = use_state(|| props.model.proposed_name());
    let onsubmit = {
        let (act, name) = (props.act.clone(), name.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(name) = check_name(&name) {
                act.emit(Intent::Name(name));
            }
        }
    };
    html! {
        <form novalidate=true {onsubmit}>
            <p class="lead">{ say(props.lang, id::GREETING_BODY) }</p>
            { name_field(props.lang, &name) }
            <div class="actions">{ submit(props, id::CONTINUE) }</div>
        </form>
    }
}
