//! Samples for the tests.

use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{DeviceView, JoinState, JoinView, Mode};
use dovetail_shared::status::{DeviceState, KeyProtection};
use dovetail_shared::{Code, Report, UnixTime};

use crate::state::Status;

pub(crate) fn report(code: Code) -> Report {
    Report::new(
        code,
        "6bff0bd9-0000-4000-8000-000000000001".parse().unwrap(),
        UnixTime(1_764_000_000),
    )
}

pub(crate) fn device() -> DeviceView {
    DeviceView {
        device_id: "8d3c1f7e-0000-4000-8000-000000000001".parse().unwrap(),
        thumbprint: "0".repeat(40),
        attested: true,
    }
}

pub(crate) fn join(state: JoinState) -> JoinView {
    JoinView {
        join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
        state,
        join_type: JoinType::Joined,
        mode: Mode::Settings,
        device_name: "LAPTOP-1".into(),
        keys: KeyProtection::Tpm,
        started: UnixTime(1_764_000_000),
        steps: Vec::new(),
        account: None,
        terms_url: None,
        device: None,
        report: None,
    }
}

pub(crate) fn status(join: Option<JoinView>) -> Status {
    Status {
        device: DeviceState {
            azure_ad_joined: false,
            workplace_joined: false,
            device_name: "LAPTOP-1".into(),
        },
        details: None,
        tenant: None,
        management: None,
        sso: None,
        join,
    }
}
