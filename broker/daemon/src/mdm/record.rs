//! What is kept of management, within the one record (mode 0600). Never a token.

use dovetail_shared::status::{Compliance, ManagementDetails, ManagementState, PolicyState};
use dovetail_shared::{Report, UnixTime};
use serde::{Deserialize, Serialize};
use url::Url;

use super::node::Poll;
use super::provision::Renewal;
use crate::vault::Slot;

/// What the verified ID token says of management.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// `mdm_enrollment_url`: discovery.
    pub enrollment_url: String,
    /// `mdm_tou_url`: present where terms are set for this user.
    #[serde(default)]
    pub terms_url: Option<String>,
    /// `mdm_compliance_url`: a page for people.
    #[serde(default)]
    pub compliance_url: Option<String>,
}

/// Who manages this device, and how that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Management {
    /// Where it was offered.
    pub offer: Offer,
    /// Present while it is in force.
    #[serde(default)]
    pub enrollment: Option<Enrollment>,
    /// The organisation ended it.
    #[serde(default)]
    pub removed: bool,
    /// It is being ended.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// The verdict.
    #[serde(default)]
    pub compliance: Compliance,
    /// Why, in the service's words.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// How each policy stands.
    #[serde(default)]
    pub policies: Vec<PolicyState>,
    /// When the last session ended well.
    #[serde(default)]
    pub last_sync: Option<UnixTime>,
    /// When the next is due.
    #[serde(default)]
    pub next_sync: Option<UnixTime>,
    /// Why the last attempt failed, if it did.
    #[serde(default)]
    pub report: Option<Report>,
}

/// Who ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The person.
    Left,
    /// The organisation.
    Removed,
}

/// An enrollment in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// Where the certificate's key is.
    pub slot: Slot,
    /// Base64 of DER.
    pub certificate: String,
    /// Upper-case hex SHA-1 of it.
    pub thumbprint: String,
    /// Its begin.
    pub not_before: UnixTime,
    /// Its end.
    pub not_after: UnixTime,
    /// When and how often its renewal is tried.
    pub renewal: Renewal,
    /// When the renewal is tried next, after one that failed.
    #[serde(default)]
    pub renew_at: Option<UnixTime>,
    /// `PROVIDER-ID`
    pub provider: String,
    /// Where sessions go.
    pub address: String,
    /// Where certificates are renewed.
    pub service: String,
    /// `EntDMID`
    #[serde(default)]
    pub ent_dm_id: Option<String>,
    /// `AADResourceID`
    #[serde(default)]
    pub resource: Option<String>,
    /// How often it asks.
    pub poll: Poll,
    /// Sessions of the schedule so far.
    #[serde(default)]
    pub polls: u32,
    /// Sessions that failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// Sessions so far: each has its number.
    #[serde(default)]
    pub sessions: u32,
    /// Since when.
    pub enrolled: UnixTime,
    /// Parts of the provisioning document that nobody here knows.
    #[serde(default)]
    pub left: Vec<String>,
}

impl Enrollment {
    /// When the certificate is to be renewed: in its last days, and after a failure as the service said.
    pub fn renewal_due(&self) -> UnixTime {
        let period = i64::from(self.renewal.period).saturating_mul(86_400);
        let begin = self.not_after.plus(period.saturating_neg());
        // A certificate shorter than its window would be renewed for ever: then in its last third.
        let third = self.not_after.since(self.not_before) / 3;
        let begin = begin.max(self.not_after.plus(third.saturating_neg()));
        self.renew_at.map_or(begin, |again| again.max(begin))
    }
}

impl Management {
    /// Offered, not entered.
    pub fn wanted(offer: Offer) -> Self {
        Self {
            offer,
            enrollment: None,
            removed: false,
            ending: None,
            compliance: Compliance::Unknown,
            reasons: Vec::new(),
            policies: Vec::new(),
            last_sync: None,
            next_sync: None,
            report: None,
        }
    }

    /// Taken away by the organisation; the report says so.
    #[must_use]
    pub fn taken(mut self, report: Report) -> Self {
        self.removed = true;
        self.ending = None;
        self.enrollment = None;
        self.policies = Vec::new();
        self.compliance = Compliance::Unknown;
        self.reasons = Vec::new();
        self.next_sync = None;
        self.report = Some(report);
        self
    }

    /// What everybody may see.
    pub fn details(&self, state: ManagementState) -> ManagementDetails {
        ManagementDetails {
            state,
            service: Url::parse(&self.offer.enrollment_url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
            mdm_url: self.offer.enrollment_url.clone(),
            compliance: self.compliance,
            reasons: self.reasons.clone(),
            policies: self.policies.clone(),
            last_sync: self.last_sync,
            next_sync: self.next_sync,
            certificate_not_after: self.enrollment.as_ref().map(|kept| kept.not_after),
            report: self.report.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enrollment(days: i64) -> Enrollment {
        Enrollment {
            slot: Slot::One,
            certificate: String::new(),
            thumbprint: String::new(),
            not_before: UnixTime(0),
            not_after: UnixTime(days * 86_400),
            renewal: Renewal {
                period: 60,
                retry: 4,
            },
            renew_at: None,
            provider: "p".into(),
            address: String::new(),
            service: String::new(),
            ent_dm_id: None,
            resource: None,
            poll: Poll::default(),
            polls: 0,
            failures: 0,
            sessions: 0,
            enrolled: UnixTime(0),
            left: Vec::new(),
        }
    }

    /// The window begins so many days before the end; a short certificate is not renewed the moment it came.
    #[test]
    fn a_certificate_is_renewed_in_its_last_days() {
        let year = enrollment(365);
        assert_eq!(year.renewal_due(), UnixTime(305 * 86_400));
        assert_eq!(enrollment(30).renewal_due(), UnixTime(20 * 86_400));
        let again = Enrollment {
            renew_at: Some(UnixTime(309 * 86_400)),
            ..year
        };
        assert_eq!(again.renewal_due(), UnixTime(309 * 86_400));
    }
}
