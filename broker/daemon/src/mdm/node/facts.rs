//! What the enrollment knows and nodes tell: filled by the caller, read by the tables.

use dovetail_shared::UnixTime;
use serde::{Deserialize, Serialize};

/// Facts about this device's enrollment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The id that the device names itself by in DM sessions: its device id in the directory.
    pub device_id: String,
    /// The tenant's id, lower case.
    pub tenant_id: String,
    /// Who enrolled it.
    pub upn: String,
    /// What it is called in the directory.
    pub device_name: String,
    /// Name of the management service in the provisioning document (`PROVIDER-ID`).
    pub provider_id: String,
    /// The service's own id for this device, as the provisioning document gave it.
    pub ent_dm_id: Option<String>,
    /// Resource of the service's access tokens.
    pub resource: Option<String>,
    /// Where its sessions go.
    pub service_url: String,
    /// The schedule of the provisioning document; a server may change it in a session ([`super::Tree::poll`]).
    pub poll: Poll,
    /// When the management certificate should be renewed.
    pub renew_at: Option<UnixTime>,
    /// The time at the beginning of the session.
    pub now: UnixTime,
}

/// `DMClient/Provider/{P}/Poll`: how often a device asks. Intervals in minutes; a count of 0 means for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// `NumberOfFirstRetries`
    pub first_count: u32,
    /// `IntervalForFirstSetOfRetries`
    pub first_minutes: u32,
    /// `NumberOfSecondRetries`
    pub second_count: u32,
    /// `IntervalForSecondSetOfRetries`
    pub second_minutes: u32,
    /// `NumberOfRemainingScheduledRetries`
    pub rest_count: u32,
    /// `IntervalForRemainingScheduledRetries`
    pub rest_minutes: u32,
    /// `PollOnLogin`
    pub on_login: bool,
}

/// Every 3 minutes at first, every 15 for two hours, every 8 hours after that: what Intune usually sends.
impl Default for Poll {
    fn default() -> Self {
        Self {
            first_count: 5,
            first_minutes: 3,
            second_count: 8,
            second_minutes: 15,
            rest_count: 0,
            rest_minutes: 480,
            on_login: false,
        }
    }
}
