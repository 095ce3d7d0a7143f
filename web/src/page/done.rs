//! What was joined, and what to do next.

use dovetail_shared::drs::JoinType;
use dovetail_shared::link::JoinView;
use yew::prelude::*;

use super::PageProps;
use super::confirm::{keys, unbound};
use crate::hook::Intent;
use crate::part::{Kind, bdi, button, code, facts, management, sign_on, step_list};
use crate::text::{Id, Lang, id, rich, say};

/// The end of a join.
pub(crate) fn done(props: &PageProps) -> Html {
    let lang = props.lang;
    let Some(join) = &props.model.join else {
        return html! {};
    };
    let unknown = lang.text(id::UNKNOWN);
    let organisation = join.account.as_ref().map_or(unknown.to_owned(), |account| {
        account
            .tenant_name
            .clone()
            .unwrap_or_else(|| account.tenant_id.to_string())
    });
    let body = match join.join_type {
        JoinType::Joined => id::DONE_BODY,
        JoinType::Registered => id::DONE_BODY_REGISTERED,
    };
    html! {
        <>
            <p class="lead">
                { rich(lang, body, &[("name", &join.device_name), ("organisation", &organisation)]) }
            </p>
            { facts(lang, rows(lang, join, &organisation)) }
            { unbound(lang, join.keys) }
            { sign_on(props) }
            { management(props) }
            <section>
                <h2>{ say(lang, id::NEXT_TITLE) }</h2>
                <ul>
                    <li>{ say(lang, id::NEXT_SIGN_IN) }</li>
                    <li>{ say(lang, id::NEXT_STATUS) }</li>
                    <li>{ say(lang, id::NEXT_LEAVE) }</li>
                </ul>
            </section>
            <details>
                <summary>{ say(lang, id::PROGRESS_LIST) }</summary>
                { step_list(lang, &join.steps) }
            </details>
            <div class="actions">{ button(props, Kind::Plain, id::TO_HOME, Intent::StartOver(None)) }</div>
        </>
    }
}

fn rows(lang: Lang, join: &JoinView, organisation: &str) -> Vec<(Id, Html)> {
    let mut rows = vec![
        (id::DEVICE_NAME, bdi(&join.device_name)),
        (id::ORGANISATION, bdi(organisation)),
    ];
    if let Some(account) = &join.account {
        rows.push((id::ACCOUNT, bdi(&account.upn)));
        rows.push((id::TENANT_ID, code(&account.tenant_id.to_string())));
    }
    if let Some(device) = &join.device {
        rows.push((id::DEVICE_ID, code(&device.device_id.to_string())));
        rows.push((id::THUMBPRINT, code(&device.thumbprint)));
        rows.push((id::ATTESTATION, say(lang, attested(device.attested))));
    }
    rows.push((id::KEYS, say(lang, keys(join.keys))));
    rows
}

/// Whether the service saw a proof, in words.
pub(super) fn attested(attested: bool) -> Id {
    if attested {
        id::ATTESTED
    } else {
        id::NOT_ATTESTED
    }
}
