//! What is on disk: one file, one version, replaced whole.

use dovetail_shared::drs::{Discovery, JoinType};
use dovetail_shared::id::{CorrelationId, DeviceId, JoinId, TenantId};
use dovetail_shared::link::{
    AccountView, DeviceView, JoinState, JoinView, Mode, StepState, StepView,
};
use dovetail_shared::status::KeyProtection;
use dovetail_shared::{Code, Report, Step, UnixTime};
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::Daemon;
use crate::mdm::{Management, Offer};
use crate::store::{Store, StoreError};

/// File name in the state directory.
pub const FILE: &str = "record.json";
/// Version that this daemon writes.
pub const VERSION: u32 = 1;

/// The whole record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`]
    pub version: u32,
    /// The join under way, or the last one.
    #[serde(default)]
    pub join: Option<JoinRecord>,
    /// What this machine is.
    #[serde(default)]
    pub device: Option<Device>,
    /// Who manages it, or is to.
    #[serde(default)]
    pub management: Option<Management>,
    /// A leave has begun; the value says whether the tenant need not be told.
    #[serde(default)]
    pub leaving: Option<bool>,
    /// Devices the tenant may have that this machine cannot use.
    #[serde(default)]
    pub orphans: Vec<Orphan>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            version: VERSION,
            join: None,
            device: None,
            management: None,
            leaving: None,
            orphans: Vec::new(),
        }
    }
}

/// A device left behind at the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphan {
    /// Which.
    pub device_id: DeviceId,
}

/// One attempt to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRecord {
    /// Which.
    pub id: JoinId,
    /// Whose.
    pub uid: u32,
    /// What is asked for.
    pub join_type: JoinType,
    /// Which way in.
    pub mode: Mode,
    /// What the device will be called.
    pub device_name: String,
    /// When it began.
    pub started: UnixTime,
    /// Where it stands.
    pub state: State,
    /// The progress list.
    pub steps: Vec<StepView>,
    /// From the verified token.
    pub account: Option<AccountView>,
    /// From the verified token, unless the configuration says never.
    #[serde(default)]
    pub mdm: Option<Offer>,
    /// Why it stands still, if it failed.
    pub report: Option<Report>,
    /// Tries of the current step.
    pub attempt: u32,
    /// Of the current try.
    pub correlation: CorrelationId,
}

/// Join information for all programs (`join.json`): what DsrGetJoinInfo tells on Windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Device id.
    pub device_id: DeviceId,
    /// Tenant.
    pub tenant_id: TenantId,
    /// Its name.
    pub tenant_name: Option<String>,
    /// Who joined it.
    pub upn: String,
    /// How it belongs to the tenant.
    pub join_type: JoinType,
    /// Where its keys are.
    pub keys: KeyProtection,
    /// Whether the service saw a TPM's proof.
    pub attested: bool,
    /// Upper-case hex SHA-1 of the certificate.
    pub thumbprint: String,
    /// The certificate's begin.
    pub not_before: UnixTime,
    /// The certificate's end.
    pub not_after: UnixTime,
    /// Path of the certificate, PEM.
    pub certificate_path: String,
    /// What it is called.
    pub device_name: String,
    /// Since when.
    pub joined_at: UnixTime,
    /// Sign-in host and tenant.
    pub authority: String,
    /// The registration service's endpoints.
    pub discovery: Discovery,
    /// The management service's addresses (`mdm_…_url` of the token), where one was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm: Option<Offer>,
}

impl JoinRecord {
    /// Marks a step.
    pub fn mark(&mut self, step: Step, state: StepState, ms: Option<u32>) {
        if let Some(view) = self.steps.iter_mut().find(|view| view.step == step) {
            view.state = state;
            view.ms = ms.or(view.ms);
        }
    }

    /// Marks a step that is not needed, unless it is over.
    pub fn skip(&mut self, step: Step) {
        let over = |view: &StepView| view.step == step && view.state == StepState::Done;
        if !self.steps.iter().any(over) {
            self.mark(step, StepState::Skipped, None);
        }
    }

    /// Nobody works on it any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Joined { .. } | State::Cancelled)
    }

    /// What its owner sees.
    pub fn view(&self, daemon: &Daemon) -> JoinView {
        let terms_url = match &self.state {
            State::Terms => self.mdm.as_ref().and_then(|offer| offer.terms_url.clone()),
            _ => None,
        };
        JoinView {
            join_id: self.id,
            state: match self.state.word() {
                // A refused sign-in is tried again at once; declined terms have ended it.
                word @ (JoinState::WaitingForSignIn | JoinState::Cancelled) => word,
                _ if self.report.is_some() => JoinState::Failed,
                word => word,
            },
            join_type: self.join_type,
            mode: self.mode,
            device_name: self.device_name.clone(),
            keys: daemon.vault.protection(),
            started: self.started,
            steps: self.steps.clone(),
            account: self.account.clone(),
            terms_url,
            device: daemon_device(daemon),
            report: self.report.clone(),
        }
    }
}

/// What was joined. There is no second join beside a device, so it is this join's.
fn daemon_device(daemon: &Daemon) -> Option<DeviceView> {
    let device = daemon.record().device?;
    Some(DeviceView {
        device_id: device.device_id,
        thumbprint: device.thumbprint,
        attested: device.attested,
    })
}

/// Reads the record. One that cannot be used is a code, not an end: status and `leave --forget` must still work.
pub fn load(store: &Store) -> Result<(Record, Option<Code>), StoreError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let Some(bytes) = store.read(FILE)? else {
        return Ok((Record::default(), None));
    };
    let version = serde_json::from_slice::<Versioned>(&bytes).map(|record| record.version);
    match (version, serde_json::from_slice(&bytes)) {
        (Ok(VERSION), Ok(record)) => Ok((record, None)),
        (Ok(newer), _) if newer > VERSION => Ok((Record::default(), Some(Code::RECORD_TOO_NEW))),
        _ => Ok((Record::default(), Some(Code::RECORD_UNREADABLE))),
    }
}

/// Writes the record.
pub fn save(store: &Store, record: &Record) -> Result<(), StoreError> {
    store.write(
        FILE,
        &serde_json::to_vec_pretty(record).unwrap_or_default(),
        0o600,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of a daemon that knew nothing of management: joined and in the middle of a join, both are read.
    #[test]
    fn records_from_before_management_are_read() {
        let join = |state: &str| {
            format!(
                r#"{{"id":"11111111-2222-4333-8444-555555555555","uid":1000,"join_type":"joined","mode":"settings","device_name":"laptop",
                "started":1452304932,"state":{state},"steps":[{{"step":"pre_check","state":"done","ms":0}},{{"step":"install","state":"pending"}}],
                "account":{{"upn":"ada@contoso.example","tenant_id":"6973bb37-65f8-440e-b39e-dd57da64f6cf"}},"report":null,"attempt":0,
                "correlation":"6bff0bd9-0000-4000-8000-000000000001"}}"#
            )
        };
        let device = r#"{"device_id":"30b1c8ce-79a8-4a3c-9d8b-2a6f5d3f0001","tenant_id":"6973bb37-65f8-440e-b39e-dd57da64f6cf","tenant_name":null,
            "upn":"ada@contoso.example","join_type":"joined","keys":"tpm","attested":true,"thumbprint":"AB","not_before":1,"not_after":2,
            "certificate_path":"/var/lib/dovetail/device.pem","device_name":"laptop","joined_at":1,"authority":"https://login.example/common","discovery":{}}"#;
        let joined = r#"{"at":"joined","device_id":"30b1c8ce-79a8-4a3c-9d8b-2a6f5d3f0001"}"#;
        for (state, device) in [
            (joined, device),
            (r#"{"at":"discover"}"#, "null"),
            (r#"{"at":"confirm"}"#, "null"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(&dir.path().join("s")).unwrap();
            let text = format!(
                r#"{{"version":1,"join":{},"device":{device},"leaving":null,"orphans":[]}}"#,
                join(state)
            );
            store.write(FILE, text.as_bytes(), 0o600).unwrap();
            let (record, broken) = load(&store).unwrap();
            assert_eq!(broken, None, "{state}");
            let join = record.join.unwrap();
            assert!(join.mdm.is_none() && record.management.is_none());
            assert_eq!(join.is_over(), record.device.is_some());
        }
    }
}
