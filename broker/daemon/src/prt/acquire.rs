//! From what vouches for a person to a primary refresh token: a request that the device key has signed, and a session key that the TPM takes in.

use std::time::Duration;

use dovetail_shared::Secret;
use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::prt::{DeviceRequest, grant};
use dovetail_shared::status::SsoState;

use super::answer::{Got, Who, read};
use super::ask::{Endpoint, hand_in, nonce};
use super::error::PrtError;
use super::record::{Profile, Prt, Record, SealedToken, Whose};
use super::{schedule, signed};
use crate::Daemon;
use crate::join::record::Device;

/// What a primary refresh token is asked for with (registration reference §4.3).
pub(super) const SCOPE: &str = "openid aza ugs";

/// Seconds after a join in which the directory may not know the device everywhere yet.
const FRESH: i64 = 120;
/// Tries in that time, a second apart.
const TRIES: u32 = 10;

/// What vouches for the person.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A refresh token of theirs.
    Refresh(&'a Secret<String>),
    /// An assertion by the key behind their PIN.
    Assertion(&'a Secret<String>),
}

/// A primary refresh token that came, for a record to take.
#[derive(Debug)]
pub(super) struct Acquired {
    pub(super) who: Who,
    profile: Option<Profile>,
    prt: Prt,
}

impl Acquired {
    /// Into the record of its account, in place of any other.
    pub(super) fn enter(self, record: &mut Record) {
        record.who = Some(self.who);
        if let Some(profile) = self.profile {
            record.profile = profile;
        }
        record.state = SsoState::Active;
        record.report = None;
        record.prt = Some(self.prt);
    }
}

/// Gets one for a user. `whose` is who it must be for; `None`: whoever signed in.
pub(super) async fn acquire(
    daemon: &Daemon,
    uid: u32,
    proof: Proof<'_>,
    whose: Option<&Who>,
) -> Result<Acquired, PrtError> {
    let device = daemon.record().device.ok_or(PrtError::NotJoined)?;
    let got = ask(daemon, &device, proof, whose).await?;
    let sealed = got
        .session_key
        .ok_or(PrtError::Answer("has no session key"))?;
    let (keys, seal) = daemon.vault.adopt(&sealed).await?;
    let place = Whose {
        uid,
        device_id: device.device_id,
    };
    let token = SealedToken::close(&seal, &place, got.token.expose())?;
    let now = daemon.now();
    let prt = Prt {
        device_id: device.device_id,
        authority: daemon.config.tenant.authority.clone(),
        issued: now,
        expires: now.plus(got.lifetime),
        key_since: now,
        next_renewal: schedule::next(&daemon.config.sso, now, got.lifetime),
        failures: 0,
        keys,
        token,
    };
    Ok(Acquired {
        who: got.who,
        profile: got.profile,
        prt,
    })
}

async fn ask(
    daemon: &Daemon,
    device: &Device,
    proof: Proof<'_>,
    whose: Option<&Who>,
) -> Result<Got, PrtError> {
    let mut tries = 1_u32;
    loop {
        let asked = once(daemon, device, proof, whose).await;
        let number = asked.as_ref().err().and_then(PrtError::number);
        let again = match number {
            // The nonce had lain about for too long.
            Some(140_000) => tries < 2,
            Some(50_155 | 700_003) => {
                tries < TRIES && daemon.now().since(device.joined_at).abs() < FRESH
            }
            _ => false,
        };
        if !again {
            return asked;
        }
        tries = tries.saturating_add(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn once(
    daemon: &Daemon,
    device: &Device,
    proof: Proof<'_>,
    whose: Option<&Who>,
) -> Result<Got, PrtError> {
    let (grant_type, refresh_token, assertion) = match proof {
        Proof::Refresh(token) => (grant::REFRESH_TOKEN, Some(token.clone()), None),
        Proof::Assertion(text) => (grant::JWT_BEARER, None, Some(text.clone())),
    };
    let correlation = uuid::Uuid::new_v4().to_string();
    let payload = DeviceRequest {
        client_id: AUTHENTICATION_BROKER.to_string(),
        request_nonce: nonce(daemon, &correlation).await?,
        scope: SCOPE.into(),
        grant_type: grant_type.into(),
        refresh_token,
        assertion,
        win_ver: Some(crate::join::step::register::os_version()),
        ..DeviceRequest::default()
    };
    let request = signed::by_device(daemon, &payload).await?;
    let body = hand_in(daemon, Endpoint::V1, &request, &correlation).await?;
    read(&body, device.tenant_id, whose)
}
