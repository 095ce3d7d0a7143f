//! A join as its owner sees it.

use serde::{Deserialize, Serialize};

use super::Mode;
use crate::code::Report;
use crate::drs::JoinType;
use crate::id::{DeviceId, JoinId, TenantId};
use crate::phase::Step;
use crate::status::KeyProtection;
use crate::time::UnixTime;

/// Where a join stands. Sent as reply and as event; always whole, so a page that reloads needs nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinView {
    /// Which join.
    pub join_id: JoinId,
    /// Where it stands.
    pub state: JoinState,
    /// The organisation's device or one's own.
    pub join_type: JoinType,
    /// Which way in.
    pub mode: Mode,
    /// What the device is or will be called.
    pub device_name: String,
    /// Where the keys are or will be.
    pub keys: KeyProtection,
    /// When it began.
    pub started: UnixTime,
    /// Every step in order.
    pub steps: Vec<StepView>,
    /// Who signed in; known from the verified token on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountView>,
    /// Where the terms of use are answered; from the verified token. Only while that is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
    /// What was joined; known once the certificate is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceView>,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// Where a join stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinState {
    /// For the person to sign in: `join.token` is next.
    WaitingForSignIn,
    /// For the person to answer the terms of use at [`JoinView::terms_url`]: `join.terms` is next.
    WaitingForTerms,
    /// For the person to confirm on the page: `join.confirm` is next.
    WaitingForConfirmation,
    /// For a yes on the device, outside the browser.
    WaitingForApproval,
    /// Joined; for the page to fetch a code for the management service by the sign-in session: `join.manage`, then
    /// `join.code` are next. No person has to do anything unless the session has ended.
    WaitingForManagement,
    /// For nobody.
    Running,
    /// For a decision: `join.retry` or `join.cancel`. With [`JoinView::device`] the device is joined, and only its
    /// management failed: then `join.cancel` leaves it joined without.
    Failed,
    /// The end: joined.
    Joined,
    /// The end: given up, everything undone.
    Cancelled,
}

/// One line of the progress list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// Which.
    pub step: Step,
    /// How far.
    pub state: StepState,
    /// How long it took, in milliseconds, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u32>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// At it.
    Running,
    /// Over.
    Done,
    /// Over, badly.
    Failed,
    /// Not needed here (attestation without a TPM, or with a tenant that does not ask).
    Skipped,
}

/// Who signed in, out of the verified token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// User principal name.
    pub upn: String,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tenant.
    pub tenant_id: TenantId,
    /// The tenant's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
}

/// What was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Device id.
    pub device_id: DeviceId,
    /// Upper-case hex SHA-1 of the certificate.
    pub thumbprint: String,
    /// Whether the service saw a TPM's proof.
    pub attested: bool,
}
