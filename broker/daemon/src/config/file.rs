//! Reads the file and its drop-ins. Each is checked by itself, so that an error names file and line.

use std::path::{Path, PathBuf};

use url::Url;

use super::{Config, Profile};

const MAIN: &str = "/etc/dovetail/dovetail.toml";

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not readable.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{path}: {message}")]
    Form {
        /// Which file.
        path: PathBuf,
        /// Line, column and reason.
        message: String,
    },
    /// A value that cannot be right.
    #[error("configuration: {0}")]
    Value(String),
}

/// The configuration of this machine, or of `file` alone.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let files = match file {
        Some(file) => vec![file.to_owned()],
        None => default_files(),
    };
    let mut merged = toml::Table::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Read {
            path: path.clone(),
            source,
        })?;
        merge(&mut merged, parse(&path, &text)?);
    }
    let config: Config = merged
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::Value(error.message().to_owned()))?;
    check(&config)?;
    Ok(config)
}

/// One file's table, once it is known to fit [`Config`].
pub fn parse(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    let form = |error: toml::de::Error| ConfigError::Form {
        path: path.to_owned(),
        message: error.to_string(),
    };
    toml::from_str::<Config>(text).map_err(form)?;
    toml::from_str(text).map_err(form)
}

fn default_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(format!("{MAIN}.d"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    if Path::new(MAIN).exists() {
        files.insert(0, MAIN.into());
    }
    files
}

fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn check(config: &Config) -> Result<(), ConfigError> {
    for (key, text) in [
        ("tenant.authority", &config.tenant.authority),
        ("tenant.drs", &config.tenant.drs),
    ] {
        let good = Url::parse(text).is_ok_and(|url| {
            url.scheme() == "https" && url.host_str().is_some() && url.query().is_none()
        });
        if !good {
            return Err(ConfigError::Value(format!("{key} is not an https address")));
        }
    }
    if let Some(text) = &config.tenant.redirect_uri {
        // The extension sees pages of the web only.
        let good = Url::parse(text).is_ok_and(|url| {
            url.scheme() == "https" && url.query().is_none() && url.fragment().is_none()
        });
        if !good {
            return Err(ConfigError::Value(
                "tenant.redirect_uri is not an https address without query".into(),
            ));
        }
        if config.tenant.profile != Profile::Entra {
            return Err(ConfigError::Value(
                "tenant.redirect_uri means something with tenant.profile = \"entra\" only".into(),
            ));
        }
    }
    let plain = |host: &String| {
        let url = Url::parse(&format!("https://{host}/"));
        url.is_ok_and(|url| url.host_str() == Some(host) && url.port().is_none())
    };
    if let Some(host) = config.sso.login_hosts.iter().find(|host| !plain(host)) {
        return Err(ConfigError::Value(format!(
            "sso.login_hosts: {host:?} is not a host name"
        )));
    }
    if !(1..=7 * 86_400).contains(&config.sso.renewal_seconds) {
        return Err(ConfigError::Value(
            "sso.renewal_seconds is not between 1 and 604800".into(),
        ));
    }
    if let Some(path) = config.sso.programs.iter().find(|path| !path.is_absolute()) {
        return Err(ConfigError::Value(format!(
            "sso.programs: {} is not an absolute path",
            path.display()
        )));
    }
    if config.sso.grants_per_minute == 0 {
        return Err(ConfigError::Value(
            "sso.grants_per_minute = 0 lets nobody sign in".into(),
        ));
    }
    if config.tenant.only_ca_file && config.tenant.ca_file.is_none() {
        return Err(ConfigError::Value(
            "tenant.only_ca_file without tenant.ca_file trusts nobody".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An administrator mistypes a key: the daemon says where instead of going on with a default.
    #[test]
    fn an_unknown_key_is_refused_with_file_and_line() {
        let error = parse(Path::new("/x/a.toml"), "[daemon]\nsokcet = \"/a\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("/x/a.toml") && error.contains("line 2") && error.contains("sokcet"),
            "{error}"
        );
    }

    /// [OP-09] A value of another type, a table that is none, text that is no TOML: refused, with file and line.
    #[test]
    fn what_is_of_another_type_is_refused_with_its_line() {
        for (text, line) in [
            ("[daemon]\nsocket = 3\n", "line 2"),
            ("[sso]\n\nrenewal_seconds = \"soon\"\n", "line 3"),
            ("[portal]\norigins = \"https://a.example\"\n", "line 2"),
            ("daemon = true\n", "line 1"),
            ("[daemon]\n[daemon\n", "line 2"),
            ("[daemon]\nsocket = \"/a\"\nsocket = \"/b\"\n", "line 3"),
        ] {
            let error = parse(Path::new("/x/a.toml"), text).unwrap_err().to_string();
            assert!(
                error.contains("/x/a.toml") && error.contains(line),
                "{text}: {error}"
            );
        }
    }

    /// The real service's profile brings its client and its address, unless others are named; neither without it.
    #[test]
    fn a_profile_brings_its_client_and_its_address() {
        let read = |text: &str| -> Config { toml::from_str(text).unwrap() };
        let article = read("");
        assert_eq!(article.tenant.redirect(), None);
        assert!(article.tenant.client().starts_with("01cb2876-"));
        let entra = read("[tenant]\nprofile=\"entra\"").tenant;
        assert!(entra.client().starts_with("29d9ed98-"));
        assert_eq!(
            entra.redirect().unwrap(),
            "https://login.microsoftonline.com/common/oauth2/nativeclient"
        );
        for wrong in [
            "redirect_uri=\"https://a.example/x\"",
            "profile=\"entra\"\nredirect_uri=\"http://a.example/x\"",
            "profile=\"entra\"\nredirect_uri=\"ms-appx-web://Microsoft.AAD.BrokerPlugin/x\"",
            "profile=\"entra\"\nredirect_uri=\"https://a.example/x?y\"",
        ] {
            assert!(
                check(&read(&format!("[tenant]\n{wrong}"))).is_err(),
                "{wrong}"
            );
        }
    }

    /// A look-alike in the configured list would open the door for good.
    #[test]
    fn an_origin_that_is_not_exact_https_is_refused() {
        for wrong in [
            "http://a.example",
            "https://a.example/",
            "https://A.example",
            "https://a.example:443",
            "null",
            "*",
        ] {
            assert!(
                parse(Path::new("a"), &format!("[portal]\norigins=[\"{wrong}\"]")).is_err(),
                "{wrong}"
            );
        }
        assert!(
            parse(
                Path::new("a"),
                "[portal]\norigins=[\"https://a.example:8443\"]"
            )
            .is_ok()
        );
    }
}
