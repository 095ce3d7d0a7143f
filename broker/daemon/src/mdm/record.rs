//! What is kept of management, within the one record (mode 0600). Never a token.

use dovetail_shared::status::{Compliance, ManagementDetails, ManagementState, PolicyState};
use dovetail_shared::{Report, UnixTime};
use serde::{Deserialize, Serialize};
use url::Url;

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
    /// The verdict.
    #[serde(default)]
    pub compliance: Compliance,
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

impl Management {
    /// Offered, not entered.
    pub fn wanted(offer: Offer) -> Self {
        Self {
            offer,
            compliance: Compliance::Unknown,
            policies: Vec::new(),
            last_sync: None,
            next_sync: None,
            report: None,
        }
    }

    /// What everybody may see. `waiting`: whether the portal is waited for.
    pub fn details(&self, state: ManagementState) -> ManagementDetails {
        ManagementDetails {
            state,
            service: Url::parse(&self.offer.enrollment_url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
            mdm_url: self.offer.enrollment_url.clone(),
            compliance: self.compliance,
            policies: self.policies.clone(),
            last_sync: self.last_sync,
            next_sync: self.next_sync,
            certificate_not_after: None,
            report: self.report.clone(),
        }
    }
}
