//! What would stop a join, told before anybody signs in for it.

use yew::prelude::*;

use super::button::{Kind, button};
use super::report::ReportCard;
use crate::hook::Intent;
use crate::page::PageProps;
use crate::text::{id, say};

/// Each with what to do, and a button to look again; nothing where nothing is in the way.
pub(crate) fn obstacles(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    if model.obstacles.is_empty() {
        return html! {};
    }
    html! {
        <section>
            <h2>{ say(*lang, id::OBSTACLES) }</h2>
            { for model.obstacles.iter().map(|report| html! { <ReportCard lang={*lang} report={report.clone()} /> }) }
            <div class="actions">{ button(props, Kind::Plain, id::CHECK_AGAIN, Intent::Check) }</div>
        </section>
    }
}
