//! Tenant, account, device name: is this right?

use dovetail_shared::drs::JoinType;
use dovetail_shared::link::JoinView;
use dovetail_shared::status::KeyProtection;
use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, bdi, button, check_name, facts, name_field, submit, warning};
use crate::text::{Id, Lang, id, say};

/// One button that means it.
#[component]
pub(crate) fn Confirm(props: &PageProps) -> Html {
    let PageProps { lang, model, act } = props;
    let name = use_state(|| model.proposed_name());
    let Some(join) = &model.join else {
        return html! {};
    };
    let onsubmit = {
        let (act, name, join_id) = (act.clone(), name.clone(), join.join_id);
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(device_name) = check_name(&name) {
                act.emit(Intent::Confirm(dovetail_shared::link::Confirm {
                    join_id,
                    device_name,
                }));
            }
        }
    };
    let agree = match join.join_type {
        JoinType::Joined => id::JOIN_BUTTON,
        JoinType::Registered => id::REGISTER_BUTTON,
    };
    html! {
        <form novalidate=true {onsubmit}>
            <p class="lead">{ say(*lang, id::CONFIRM_BODY) }</p>
            { facts(*lang, about(*lang, join)) }
            { name_field(*lang, &name) }
            { unbound(*lang, join.keys) }
            <div class="actions">
                { submit(props, agree) }
                { button(props, Kind::Plain, id::CANCEL, Intent::Cancel(join.join_id)) }
            </div>
        </form>
    }
}

/// What a join is about: organisation, account, whose device, where the keys are.
pub(super) fn about(lang: Lang, join: &JoinView) -> Vec<(Id, Html)> {
    let mut rows = Vec::new();
    if let Some(account) = &join.account {
        let tenant = account.tenant_id.to_string();
        let organisation = account.tenant_name.as_deref().unwrap_or(&tenant);
        rows.push((id::ORGANISATION, bdi(organisation)));
        let person = account
            .name
            .as_ref()
            .map(|name| html! { <>{ bdi(name) }<br /></> });
        let upn = bdi(&account.upn);
        rows.push((id::ACCOUNT, html! { <>{ for person }{ upn }</> }));
    }
    let whose = match join.join_type {
        JoinType::Joined => id::BELONGS_JOINED,
        JoinType::Registered => id::BELONGS_REGISTERED,
    };
    rows.push((id::BELONGS, say(lang, whose)));
    rows.push((id::KEYS, say(lang, keys(join.keys))));
    rows
}

/// Where the keys are, in words.
pub(super) fn keys(keys: KeyProtection) -> Id {
    match keys {
        KeyProtection::Tpm => id::KEYS_TPM,
        KeyProtection::File => id::KEYS_FILE,
    }
}

/// The warning about keys in files; nothing for keys in a TPM.
pub(super) fn unbound(lang: Lang, keys: KeyProtection) -> Html {
    match keys {
        KeyProtection::Tpm => html! {},
        KeyProtection::File => warning(
            say(lang, id::KEYS_FILE_TITLE),
            say(lang, id::KEYS_FILE_BODY),
        ),
    }
}
