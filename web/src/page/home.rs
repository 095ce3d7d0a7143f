//! This device, once it has joined.

use dovetail_shared::drs::JoinType;
use dovetail_shared::status::DeviceDetails;
use yew::prelude::*;

use super::PageProps;
use super::confirm::{keys, unbound};
use super::done::attested;
use crate::hook::Intent;
use crate::part::{Kind, bdi, button, code, facts, management, sign_on, warning};
use crate::state::Status;
use crate::text::{Id, Lang, id, say};

/// How the device stands.
pub(crate) fn home(props: &PageProps) -> Html {
    let lang = props.lang;
    let Some(status) = &props.model.status else {
        return html! {};
    };
    let lead = if status.device.azure_ad_joined {
        id::HOME_JOINED
    } else {
        id::HOME_REGISTERED
    };
    let details = status.details.as_ref();
    html! {
        <>
            <p class="lead">{ say(lang, lead) }</p>
            if details.is_some_and(|details| !details.certificate_present) {
                { warning(say(lang, id::CERTIFICATE_MISSING_TITLE), say(lang, id::CERTIFICATE_MISSING_BODY)) }
            }
            { facts(lang, rows(lang, status)) }
            { for details.map(|details| unbound(lang, details.keys)) }
            { sign_on(props) }
            { management(props) }
            <p class="hint">{ say(lang, id::NEXT_LEAVE) }</p>
            <div class="actions">{ button(props, Kind::Plain, id::CHECK_AGAIN, Intent::Check) }</div>
        </>
    }
}

fn rows(lang: Lang, status: &Status) -> Vec<(Id, Html)> {
    let mut rows = vec![(id::DEVICE_NAME, bdi(&status.device.device_name))];
    if let Some(tenant) = &status.tenant {
        if let Some(name) = &tenant.tenant_name {
            rows.push((id::ORGANISATION, bdi(name)));
        }
        if let Some(tenant_id) = &tenant.tenant_id {
            rows.push((id::TENANT_ID, code(&tenant_id.to_string())));
        }
    }
    if let Some(details) = &status.details {
        rows.extend(detail_rows(lang, details));
    }
    rows
}

fn detail_rows(lang: Lang, details: &DeviceDetails) -> Vec<(Id, Html)> {
    let whose = match details.join_type {
        JoinType::Joined => id::BELONGS_JOINED,
        JoinType::Registered => id::BELONGS_REGISTERED,
    };
    let validity = format!("{} – {}", details.not_before, details.not_after);
    vec![
        (id::BELONGS, say(lang, whose)),
        (id::DEVICE_ID, code(&details.device_id.to_string())),
        (id::THUMBPRINT, code(&details.thumbprint)),
        (id::KEYS, say(lang, keys(details.keys))),
        (id::ATTESTATION, say(lang, attested(details.attested))),
        (id::CERTIFICATE_VALIDITY, code(&validity)),
        (id::JOINED_AT, code(&details.joined_at.to_string())),
        (id::JOINED_BY, bdi(&details.registered_by)),
    ]
}
