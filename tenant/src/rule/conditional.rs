//! Conditional access: what a sign-in takes beyond a password, by application and person.
//!
//! Judged where something is used: when a sign-in ends, when tokens are asked for, by a PRT too. Never when a PRT is issued,
//! as at the real service: a rule that is made later still holds for it.

use std::sync::Arc;

use clap::ValueEnum;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::well_known::{
    AUTHENTICATION_BROKER, BROKER_PLUGIN, CLOUD_DOMAIN_JOIN, DEVICE_REGISTRATION, DRS_RESOURCE,
};
use dovetail_shared::id::{DeviceId, ObjectId};
use serde::Serialize;

use super::strength::has_second_factor;
use crate::account::{is_member, user_by_upn};
use crate::app::App;
use crate::device::device;
use crate::store::{Row, Store, StoreError, query};
use crate::{clock, random};

/// What a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Demand {
    /// A second factor.
    Mfa,
    /// A device that its management calls compliant.
    Compliant,
    /// A joined device.
    Joined,
    /// Nothing helps.
    Block,
}

/// Whom a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    Everybody,
    /// By account name.
    User(String),
    /// The members of the group of that name.
    Group(String),
}

/// A rule.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AccessRule {
    pub(crate) id: String,
    /// A client's or a resource's id, or `all`.
    pub(crate) app: String,
    pub(crate) demand: Demand,
    pub(crate) subject: Subject,
}

/// What is known of a sign-in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) user: ObjectId,
    pub(crate) client_id: &'a str,
    /// Audience of the token that is wanted; empty where none is.
    pub(crate) resource: &'a str,
    /// Methods that count.
    pub(crate) amr: &'a [String],
    /// Proved by its key.
    pub(crate) device: Option<DeviceId>,
}

/// What is missing, and the rule that misses it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct Denied {
    pub(crate) kind: Missing,
    pub(crate) rule: String,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    #[error("Due to a rule of your organisation, you must use a second factor to reach this.")]
    SecondFactor,
    #[error("Your device must be known to reach this: sign in from a device that is joined.")]
    Device,
    #[error("Your device must be joined to the organisation to reach this; it is only registered.")]
    JoinedDevice,
    #[error("Your device does not comply with the rules of your organisation.")]
    Compliance,
    #[error("Access has been blocked by a rule of your organisation.")]
    Blocked,
}

impl Missing {
    /// AADSTS number.
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::SecondFactor => 50_076,
            Self::Device => 50_097,
            Self::JoinedDevice => 53_001,
            Self::Compliance => 53_000,
            Self::Blocked => 53_003,
        }
    }
}

impl Denied {
    /// What a client sends along when it asks the person again: the rule that must be met.
    pub(crate) fn claims(&self) -> String {
        serde_json::json!({ "access_token": { "capolids": { "essential": true, "values": [self.rule] } } })
            .to_string()
    }
}

/// Judges a sign-in. What cannot be mended by the person is said first: there is no use in a second factor for what stays shut.
pub(crate) async fn decide(app: &App, facts: &Facts<'_>) -> Result<Result<(), Denied>, StoreError> {
    let mut found = Vec::new();
    let rules = access_rules(&app.store).await?;
    for rule in rules.iter() {
        if applies(app, rule, facts).await? {
            found.push(rule);
        }
    }
    found.sort_by_key(|rule| match rule.demand {
        Demand::Block => 0,
        Demand::Joined | Demand::Compliant => 1,
        Demand::Mfa => 2,
    });
    for rule in found {
        if let Some(kind) = missing(&app.store, rule.demand, facts).await? {
            tracing::warn!(user = %facts.user, client = facts.client_id, resource = facts.resource, rule = rule.id, %kind, "conditional access");
            return Ok(Err(Denied {
                kind,
                rule: rule.id.clone(),
            }));
        }
    }
    Ok(Ok(()))
}

async fn applies(app: &App, rule: &AccessRule, facts: &Facts<'_>) -> Result<bool, StoreError> {
    let is = |name: &str| name.eq_ignore_ascii_case(&rule.app);
    let named = is(facts.client_id) || is(facts.resource) || is(application(facts.resource));
    if rule.app == "all" {
        // A device cannot be there before it was registered, nor be compliant before it was enrolled.
        let device = matches!(rule.demand, Demand::Compliant | Demand::Joined);
        if device && makes_devices(app, facts) {
            return Ok(false);
        }
    } else if !named {
        return Ok(false);
    }
    match &rule.subject {
        Subject::Everybody => Ok(true),
        Subject::User(id) => Ok(*id == facts.user.to_string()),
        Subject::Group(name) => is_member(&app.store, name, facts.user).await,
    }
}

/// A resource's application id, where it goes by another name.
fn application(resource: &str) -> &str {
    let bare = resource.strip_suffix('/').unwrap_or(resource);
    match bare {
        "https://graph.microsoft.com" => "00000003-0000-0000-c000-000000000000",
        "https://graph.windows.net" => "00000002-0000-0000-c000-000000000000",
        DRS_RESOURCE => "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
        other => other,
    }
}

/// Registration, enrollment, the PRT's own renewal; and sign-ins of the clients that do these, as long as they are for nothing
/// else: with a resource of another's they are like everybody.
fn makes_devices(app: &App, facts: &Facts<'_>) -> bool {
    let resource = facts.resource;
    let makers = [
        DEVICE_REGISTRATION,
        CLOUD_DOMAIN_JOIN,
        AUTHENTICATION_BROKER,
        BROKER_PLUGIN,
    ];
    let maker = || {
        makers
            .iter()
            .any(|id| facts.client_id.eq_ignore_ascii_case(&id.to_string()))
    };
    (resource.is_empty() && maker())
        || resource == DRS_RESOURCE
        || resource == DEVICE_REGISTRATION.to_string()
        || resource == "urn:aad:tb:update:prt"
        || resource == app.hosts.mdm_resource()
}

async fn missing(
    store: &Store,
    demand: Demand,
    facts: &Facts<'_>,
) -> Result<Option<Missing>, StoreError> {
    if demand == Demand::Block {
        return Ok(Some(Missing::Blocked));
    }
    if demand == Demand::Mfa {
        return Ok((!has_second_factor(facts.amr)).then_some(Missing::SecondFactor));
    }
    let known = match facts.device {
        Some(id) => device(store, id).await?.filter(|device| device.enabled),
        None => None,
    };
    let Some(known) = known else {
        return Ok(Some(Missing::Device));
    };
    if demand == Demand::Joined {
        return Ok((known.join_type != JoinType::Joined).then_some(Missing::JoinedDevice));
    }
    let compliant = known.managed.and_then(|managed| managed.compliant);
    Ok((compliant != Some(true)).then_some(Missing::Compliance))
}

/// All rules, oldest first. There are few: they are read whole.
pub(crate) async fn access_rules(store: &Store) -> Result<Arc<Vec<AccessRule>>, StoreError> {
    store.remember("access rules", "", read_all(store)).await
}

async fn read_all(store: &Store) -> Result<Vec<AccessRule>, StoreError> {
    query("SELECT id, app, demand, kind, target FROM access_rule ORDER BY created, id")
        .fetch_all(store)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Reads a row; what is unknown shuts.
fn read(row: &Row) -> Result<AccessRule, StoreError> {
    let (demand, kind, target): (String, String, String) = (
        row.try_get("demand")?,
        row.try_get("kind")?,
        row.try_get("target")?,
    );
    Ok(AccessRule {
        id: row.try_get("id")?,
        app: row.try_get("app")?,
        demand: Demand::from_str(&demand, true).unwrap_or(Demand::Block),
        subject: match kind.as_str() {
            "user" => Subject::User(target),
            "group" => Subject::Group(target),
            _ => Subject::Everybody,
        },
    })
}

/// Adds a rule and gives its id. `None` when it names somebody who is not there.
pub(crate) async fn add_access_rule(
    store: &Store,
    app: &str,
    demand: Demand,
    subject: &Subject,
) -> Result<Option<String>, StoreError> {
    let (kind, target) = match subject {
        Subject::Everybody => ("all", String::new()),
        Subject::User(upn) => match user_by_upn(store, upn).await? {
            Some(user) => ("user", user.id.to_string()),
            None => return Ok(None),
        },
        Subject::Group(name) => {
            if !crate::account::is_group(store, name).await? {
                return Ok(None);
            }
            ("group", name.clone())
        }
    };
    let id = random::guid().to_string();
    let demand = demand
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default();
    query("INSERT INTO access_rule (id, app, demand, kind, target, created) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&id)
        .bind(app.to_ascii_lowercase())
        .bind(demand)
        .bind(kind)
        .bind(target)
        .bind(clock::now().0)
        .execute(store)
        .await?;
    Ok(Some(id))
}

/// Takes a rule away. `false` when there is none of that id.
pub(crate) async fn remove_access_rule(store: &Store, id: &str) -> Result<bool, StoreError> {
    let gone = query("DELETE FROM access_rule WHERE id = $1")
        .bind(id)
        .execute(store)
        .await?;
    Ok(gone.rows_affected() > 0)
}
