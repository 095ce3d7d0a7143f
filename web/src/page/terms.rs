//! The organisation's terms of use: what they are, where they are, and the way there.

use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::oidc::origin::host;
use crate::part::{Kind, button, warning};
use crate::state::Errand;
use crate::text::{id, rich, say};

/// One button. The page does not go by itself: a person sees where they are sent before they are, and the browser's back
/// button leads here and no further.
pub(crate) fn terms(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let Some(join) = &model.join else {
        return html! {};
    };
    let host = join.terms_url.as_deref().and_then(host);
    let host = host.as_deref().unwrap_or(lang.text(id::UNKNOWN));
    let back = model.unanswered == Some(Errand::Terms);
    html! {
        <>
            if back { { warning(say(*lang, id::TERMS_UNANSWERED), say(*lang, id::TERMS_UNANSWERED_BODY)) } }
            <p class="lead">{ rich(*lang, id::TERMS_BODY, &[("host", host)]) }</p>
            if !model.has_joined() { <p>{ say(*lang, id::TERMS_DECLINE) }</p> }
            <div class="actions">
                { button(props, Kind::Main, id::TERMS_READ, Intent::ReadTerms(Box::new(join.clone()))) }
                { button(props, Kind::Plain, id::CANCEL, Intent::Cancel(join.join_id)) }
            </div>
        </>
    }
}
