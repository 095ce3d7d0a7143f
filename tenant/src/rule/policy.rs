//! The tenant's rules for devices.

use std::borrow::Cow;
use std::sync::Arc;

use clap::ValueEnum;
use dovetail_shared::UnixTime;
use serde::Serialize;

use super::scope::{Reach, Scope};
use super::strength::{has_second_factor, is_second_factor};
use crate::store::{Store, StoreError, query};

/// Who may join devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JoinRule {
    All,
    /// Users that are marked (`may_join`).
    Selected,
    None,
}

/// What is asked of TPMs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttestationRule {
    /// Not announced, not looked at.
    Off,
    /// Taken and checked when sent.
    Optional,
    /// A registration without it is refused.
    Required,
}

/// A rule that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Switch {
    #[value(alias = "true")]
    On,
    #[value(alias = "false")]
    Off,
}

/// All rules.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rules {
    pub(crate) join: JoinRule,
    /// Devices per user.
    pub(crate) device_limit: i64,
    pub(crate) require_mfa_to_join: bool,
    pub(crate) attestation: AttestationRule,
    /// Whether the token endpoint takes name and password.
    pub(crate) password_grant: bool,
    /// Whether devices may be joined by a sign-in with a device code.
    pub(crate) device_code_join: bool,
    /// Whether what a device showed when it registered is kept.
    pub(crate) keep_evidence: Switch,
    /// Hours for which a second factor counts that a session or a token carries; 0: for as long as that lives.
    pub(crate) mfa_max_age: i64,
    /// Whom device management is offered to.
    pub(crate) mdm: Scope,
    /// Who of them is shown terms of use first.
    pub(crate) terms: Scope,
}

impl Rules {
    /// Whether methods that were passed at `at` have a second factor that does not count any more.
    pub(crate) fn second_factor_is_old(&self, amr: &[String], at: UnixTime, now: UnixTime) -> bool {
        let counts = self.mfa_max_age.saturating_mul(3600);
        counts > 0 && has_second_factor(amr) && at.plus(counts) <= now
    }

    /// The methods that count.
    pub(crate) fn standing<'a>(
        &self,
        amr: &'a [String],
        at: UnixTime,
        now: UnixTime,
    ) -> Cow<'a, [String]> {
        if !self.second_factor_is_old(amr, at, now) {
            return Cow::Borrowed(amr);
        }
        let first = amr.iter().filter(|method| !is_second_factor(method));
        first.cloned().collect()
    }
}

/// The rules; what was never set has the real service's default (50 devices, everybody, no second factor).
pub(crate) async fn rules(store: &Store) -> Result<Arc<Rules>, StoreError> {
    store.remember("rules", "", read(store)).await
}

async fn read(store: &Store) -> Result<Rules, StoreError> {
    let mut rules = Rules {
        join: JoinRule::All,
        device_limit: 50,
        require_mfa_to_join: false,
        attestation: AttestationRule::Optional,
        password_grant: false,
        device_code_join: false,
        keep_evidence: Switch::Off,
        mfa_max_age: 0,
        mdm: Scope::selected("Managed"),
        terms: Scope::selected("Managed with terms"),
    };
    for row in query("SELECT name, value FROM policy")
        .fetch_all(store)
        .await?
    {
        let (name, value): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match name.as_str() {
            "join" => rules.join = JoinRule::from_str(&value, true).unwrap_or(JoinRule::None),
            "device-limit" => rules.device_limit = value.parse().unwrap_or(0),
            "require-mfa-to-join" => rules.require_mfa_to_join = value != "false",
            "attestation" => {
                rules.attestation =
                    AttestationRule::from_str(&value, true).unwrap_or(AttestationRule::Required);
            }
            "device-code-join" => rules.device_code_join = value == "on",
            "keep-evidence" => {
                rules.keep_evidence = Switch::from_str(&value, true).unwrap_or(Switch::Off);
            }
            "password-grant" => rules.password_grant = value == "true",
            // What cannot be read is the shortest.
            "mfa-max-age" => rules.mfa_max_age = value.parse().unwrap_or(1),
            "mdm-scope" => rules.mdm.reach = reach(&value),
            "mdm-group" => rules.mdm.group = value,
            "terms-scope" => rules.terms.reach = reach(&value),
            "terms-group" => rules.terms.group = value,
            _ => {}
        }
    }
    Ok(rules)
}

fn reach(word: &str) -> Reach {
    Reach::from_str(word, true).unwrap_or(Reach::None)
}

/// Sets one.
pub(crate) async fn set(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    query("INSERT INTO policy (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(store)
        .await?;
    Ok(())
}
