//! What would stop a join, told before anybody signs in for it.

use dovetail_shared::Report;
use yew::prelude::*;

use super::button::{Kind, button};
use super::report::ReportCard;
use crate::hook::Intent;
use crate::page::PageProps;
use crate::text::{id, say};

/// With what to do, and a button to look again; nothing where nothing is in the way.
pub(crate) fn obstacle(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let Some(report) = &model.obstacle else {
        return html! {};
    };
    html! {
        <section>
            <h2>{ say(*lang, id::OBSTACLE) }</h2>
            <ReportCard lang={*lang} report={Report::clone(report)} />
            <div class="actions">{ button(props, Kind::Plain, id::CHECK_AGAIN, Intent::Check) }</div>
        </section>
    }
}
