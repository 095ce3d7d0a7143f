//! Who manages this device, what they make of it, and what can be done about that.

use dovetail_shared::status::{Compliance, ManagementState, PolicyState};
use yew::prelude::*;

use super::button::{Kind, button};
use super::facts::{bdi, code, facts};
use super::report::ReportCard;
use crate::hook::Intent;
use crate::page::PageProps;
use crate::state::{Errand, Management};
use crate::text::{Id, Lang, id, rich, say, told};

/// The section, where there is something to say.
pub(crate) fn management(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let status = model.status.as_ref();
    let Some(details) = status.and_then(|status| status.management.as_ref()) else {
        return html! {};
    };
    let waits = details.state == ManagementState::WaitingForSignIn;
    let known = model.join.as_ref();
    let join = known.or(status.and_then(|status| status.join.as_ref()));
    html! {
        <section>
            <h2>{ say(*lang, id::MANAGEMENT) }</h2>
            { facts(*lang, rows(*lang, details)) }
            if let Some(report) = &details.report { <ReportCard lang={*lang} report={report.clone()} /> }
            if !details.policies.is_empty() {
                <h3>{ say(*lang, id::POLICIES) }</h3>
                <ul class="steps policies">{ for details.policies.iter().map(|policy| line(*lang, policy)) }</ul>
            }
            if let Some(join) = join.filter(|_| waits) {
                <div class="actions">
                    { button(props, Kind::Main, id::MANAGE_FINISH, Intent::Fetch(Errand::SilentCode, join.join_id)) }
                </div>
            } else if details.state != ManagementState::Removed {
                <p class="hint">{ say(*lang, id::SYNC_HINT) }</p>
            }
        </section>
    }
}

fn rows(lang: Lang, details: &Management) -> Vec<(Id, Html)> {
    let state = match details.state {
        ManagementState::WaitingForSignIn => id::MANAGEMENT_WAITING,
        ManagementState::Failed => id::MANAGEMENT_FAILED,
        ManagementState::Enrolled => id::MANAGEMENT_ENROLLED,
        ManagementState::Removed => id::MANAGEMENT_REMOVED,
    };
    let mut rows = vec![
        (id::MANAGED_BY, bdi(&details.service)),
        (id::MANAGEMENT_STATE, say(lang, state)),
    ];
    if details.state == ManagementState::Enrolled {
        let verdict = match details.compliance {
            Compliance::Unknown => id::COMPLIANCE_UNKNOWN,
            Compliance::Compliant => id::COMPLIANCE_MET,
            Compliance::Noncompliant => id::COMPLIANCE_UNMET,
        };
        // In whatever language the service speaks.
        let reasons = details
            .reasons
            .iter()
            .map(|reason| html! { <li>{ bdi(reason) }</li> });
        let verdict = html! {
            <>
                { say(lang, verdict) }
                if !details.reasons.is_empty() { <ul>{ for reasons }</ul> }
            </>
        };
        rows.push((id::COMPLIANCE, verdict));
    }
    if let Some(time) = details.last_sync {
        rows.push((id::LAST_SYNC, code(&time.to_string())));
    }
    rows
}

/// One policy: its name, whether it is met, what is demanded, and if not met, what mends it.
fn line(lang: Lang, policy: &PolicyState) -> Html {
    let (class, state) = if policy.met {
        ("done", id::POLICY_MET)
    } else {
        ("failed", id::POLICY_UNMET)
    };
    let text = policy_text(&policy.name);
    let name = text.map_or_else(|| bdi(&policy.name), |[name, _]| say(lang, name));
    let demand = [
        ("wanted", policy.wanted.as_str()),
        ("actual", &policy.actual),
    ];
    // The daemon's sentence knows the file or the command, in English.
    let in_general = text.filter(|_| lang != Lang::En || policy.cure.is_empty());
    html! {
        <li {class}>
            <span class="step-name">{ name }</span>
            <span class="step-state">{ say(lang, state) }</span>
            <span class="hint">
                { rich(lang, id::POLICY_DEMAND, &demand) }
                if !policy.met {
                    { " " }{ for in_general.map(|[_, cure]| say(lang, cure)) }{ " " }<span lang="en">{ told(&policy.cure) }</span>
                }
            </span>
        </li>
    }
}

/// The words for a policy that is known here: its name, and what mends it in general. Others are told in the daemon's words.
fn policy_text(name: &str) -> Option<[Id; 2]> {
    Some(match name {
        "password_required" => [
            id::POLICY_PASSWORD_REQUIRED,
            id::POLICY_PASSWORD_REQUIRED_CURE,
        ],
        "min_password_length" => [
            id::POLICY_MIN_PASSWORD_LENGTH,
            id::POLICY_MIN_PASSWORD_LENGTH_CURE,
        ],
        "password_complexity" => [
            id::POLICY_PASSWORD_COMPLEXITY,
            id::POLICY_PASSWORD_COMPLEXITY_CURE,
        ],
        "max_failed_sign_ins" => [
            id::POLICY_MAX_FAILED_SIGN_INS,
            id::POLICY_MAX_FAILED_SIGN_INS_CURE,
        ],
        "screen_lock" => [id::POLICY_SCREEN_LOCK, id::POLICY_SCREEN_LOCK_CURE],
        "disk_encryption" => [id::POLICY_DISK_ENCRYPTION, id::POLICY_DISK_ENCRYPTION_CURE],
        "firewall" => [id::POLICY_FIREWALL, id::POLICY_FIREWALL_CURE],
        "os_version" => [id::POLICY_OS_VERSION, id::POLICY_OS_VERSION_CURE],
        "hello_pin" => [id::POLICY_HELLO_PIN, id::POLICY_HELLO_PIN_CURE],
        "automatic_updates" => [
            id::POLICY_AUTOMATIC_UPDATES,
            id::POLICY_AUTOMATIC_UPDATES_CURE,
        ],
        _ => return None,
    })
}
