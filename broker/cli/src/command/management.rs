//! Management in words: the section of `status`, and what `sync` tells.

use dovetail_shared::status::{Compliance, ManagementDetails, ManagementState, PolicyState};

use super::status::{Section, in_words, word, yes};
use crate::ui::{Tone, Ui, clean};

/// Section "Management".
pub(super) fn section(details: &ManagementDetails) -> Section {
    let mut section = Section::new("Management");
    section
        .field("Managed", yes(details.state == ManagementState::Enrolled))
        .field("State", word(&details.state))
        .field("Service", &details.service)
        .field("Compliance", word(&details.compliance))
        .known("LastSync", details.last_sync.map(in_words))
        .known("NextSync", details.next_sync.map(in_words))
        .known(
            "CertificateValidUntil",
            details.certificate_not_after.map(in_words),
        );
    for reason in &details.reasons {
        section.field("Reason", reason);
    }
    for policy in &details.policies {
        section.field(&clean(&policy.name), line(policy));
        if !policy.cure.is_empty() {
            section.field("What to do", &policy.cure);
        }
    }
    if let Some(report) = &details.report {
        section
            .field("Client ErrorCode", report.code.to_string())
            .field("What happened", &report.what)
            .known("Detail", report.detail.as_ref())
            .field("What to do", &report.cure)
            .field("Correlation Id", report.correlation_id.to_string());
    }
    section
}

/// What came of a talk, in a few lines.
pub(super) fn tell(details: &ManagementDetails, ui: &Ui) {
    let service = clean(&details.service);
    let verdict = match details.compliance {
        Compliance::Compliant => {
            ui.paint(Tone::Good, "This device is as your organisation wants it.")
        }
        Compliance::Noncompliant => ui.paint(
            Tone::Bad,
            "This device is not as your organisation wants it.",
        ),
        Compliance::Unknown => "Your organisation has not judged this device yet.".to_owned(),
    };
    ui.line(&format!("Talked with {service}."));
    ui.line(&verdict);
    for reason in &details.reasons {
        ui.line(&format!("  - {}", clean(reason)));
    }
    for policy in details.policies.iter().filter(|policy| !policy.met) {
        ui.line(&format!(
            "  {} {}: {}",
            ui.paint(Tone::Bad, "✗"),
            clean(&policy.name),
            clean(&line(policy))
        ));
        if !policy.cure.is_empty() {
            ui.line(&format!("    {}", clean(&policy.cure)));
        }
    }
    if let Some(next) = details.next_sync {
        ui.line(&format!("The next talk is at {}.", in_words(next)));
    }
}

fn line(policy: &PolicyState) -> String {
    let met = if policy.met { "MET" } else { "NOT MET" };
    format!("{met} (wanted: {}; here: {})", policy.wanted, policy.actual)
}
