//! The service's settings: rows of the tenant's policy table.

use serde::Serialize;

use crate::rule::set;
use crate::store::{Store, StoreError, query};

/// What can be set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Settings {
    /// Managed devices per user.
    pub(crate) device_limit: i64,
    /// Seconds a management certificate is good for.
    pub(crate) certificate_life_secs: i64,
    /// Days before its end from which it is renewed.
    pub(crate) renew_days: i64,
    /// Minutes between sessions.
    pub(crate) poll_minutes: i64,
    /// Sessions at the same time; more are told to come back.
    pub(crate) session_limit: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            device_limit: 15,
            certificate_life_secs: 365 * 86_400,
            renew_days: 60,
            poll_minutes: 480,
            session_limit: 256,
        }
    }
}

/// Name in the table and in the JSON, smallest and largest value.
const ROWS: &[(&str, i64, i64)] = &[
    ("device_limit", 0, 10_000),
    ("certificate_life_secs", 1, 10 * 366 * 86_400),
    ("renew_days", 1, 365),
    ("poll_minutes", 1, 10_080),
    ("session_limit", 0, 4096),
];

/// A setting that is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingError {
    #[error("{0} is between {1} and {2}")]
    Range(&'static str, i64, i64),
    #[error("there is no setting {0}")]
    Unknown(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads them.
pub(crate) async fn settings(store: &Store) -> Result<Settings, StoreError> {
    let mut settings = Settings::default();
    let rows = query("SELECT name, value FROM policy WHERE name LIKE 'mdm_%'")
        .fetch_all(store)
        .await?;
    for row in rows {
        let (name, value): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let Ok(value) = value.parse::<i64>() else {
            continue;
        };
        match name.trim_start_matches("mdm_") {
            "device_limit" => settings.device_limit = value,
            "certificate_life_secs" => settings.certificate_life_secs = value,
            "renew_days" => settings.renew_days = value,
            "poll_minutes" => settings.poll_minutes = value,
            "session_limit" => settings.session_limit = value,
            _ => {}
        }
    }
    Ok(settings)
}

/// Changes one.
pub(crate) async fn change(store: &Store, name: &str, value: i64) -> Result<(), SettingError> {
    let row = ROWS.iter().find(|(known, _, _)| *known == name);
    let (name, least, most) = *row.ok_or_else(|| SettingError::Unknown(name.to_owned()))?;
    if !(least..=most).contains(&value) {
        return Err(SettingError::Range(name, least, most));
    }
    Ok(set(store, &format!("mdm_{name}"), &value.to_string()).await?)
}
