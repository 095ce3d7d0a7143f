//! `config.json` beside the page: which sign-in service the page asks about accounts.

use serde::Deserialize;

use super::fetch::json;
use super::{FetchError, Stop};
use crate::place;

/// The page's configuration. Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Config {
    /// `https://login.dovetail.localhost:8443/common`, without a final slash.
    pub(crate) authority: String,
}

/// Gets it. The browser's cache keeps it.
pub(crate) async fn get() -> Result<Config, FetchError> {
    let mut config: Config = json(&format!("{}/config.json", place::page()), &Stop::new()).await?;
    while config.authority.ends_with('/') {
        config.authority.pop();
    }
    Ok(config)
}
