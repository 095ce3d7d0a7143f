//! The person's single sign-on: whether they are signed in on this device, until when, and what to do where they are not.

use dovetail_shared::status::SsoState;
use yew::prelude::*;

use super::button::{Kind, button};
use super::facts::{bdi, code, facts};
use super::report::ReportCard;
use crate::hook::Intent;
use crate::page::PageProps;
use crate::text::{id, say};

/// The section, where the daemon says something of it.
pub(crate) fn sign_on(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let status = model.status.as_ref();
    let Some(sso) = status.and_then(|status| status.sso.as_ref()) else {
        return html! {};
    };
    // For a PIN, which wants a sign-in with the second factor just before it is set up.
    let again = Some((Kind::Plain, id::SIGN_IN_AGAIN));
    let (state, label) = match sso.state {
        SsoState::None => (id::SIGN_ON_NONE, Some((Kind::Main, id::SIGN_IN))),
        SsoState::Active => (id::SIGN_ON_ACTIVE, again),
        SsoState::Offline => (id::SIGN_ON_OFFLINE, again),
        SsoState::SignInAgain => (id::SIGN_ON_AGAIN, Some((Kind::Main, id::SIGN_IN_AGAIN))),
        SsoState::DeviceDisabled => (id::SIGN_ON_DISABLED, None),
        SsoState::DeviceDeleted => (id::SIGN_ON_DELETED, None),
    };
    let mut rows = vec![(id::MANAGEMENT_STATE, say(*lang, state))];
    if let Some(upn) = &sso.upn {
        rows.push((id::SIGN_ON_AS, bdi(upn)));
    }
    if let Some(expires) = &sso.expires {
        rows.push((id::SIGN_ON_UNTIL, code(&expires.to_string())));
    }
    html! {
        <section>
            <h2>{ say(*lang, id::SIGN_ON) }</h2>
            { facts(*lang, rows) }
            if let Some(report) = &sso.report { <ReportCard lang={*lang} report={report.clone()} /> }
            if let Some((kind, label)) = label {
                <div class="actions">{ button(props, kind, label, Intent::sign_on()) }</div>
            }
        </section>
    }
}
