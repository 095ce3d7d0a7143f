//! From a row of the table to paths on this machine.

use std::path::{Path, PathBuf};

use super::host::Host;
use super::table::{Browser, UserFolder};

/// Only some distributions have it; where it is not, it is not made.
const LIB64: &str = "/usr/lib64/mozilla";

/// For one person, or for everybody on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One person.
    User,
    /// Everybody.
    System,
}

/// Where this person's folders are.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    home: PathBuf,
    config: PathBuf,
    root: Option<PathBuf>,
}

impl Places {
    /// From the environment; everything below `root` when one is given (packagers' `DESTDIR`).
    /// `None` without a home folder.
    pub(crate) fn from_environment(root: Option<PathBuf>) -> Option<Self> {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = absolute("HOME")?;
        let config = absolute("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        Some(Self { home, config, root })
    }

    /// Everything that `--root` asks for stays below it.
    fn below_root(&self, path: &Path) -> PathBuf {
        self.root.as_ref().map_or_else(
            || path.to_owned(),
            |root| root.join(path.strip_prefix("/").unwrap_or(path)),
        )
    }

    /// The folders in which `browser` looks for manifests.
    pub(crate) fn folders(&self, browser: &Browser, scope: Scope) -> Vec<PathBuf> {
        match scope {
            Scope::System => browser
                .system
                .iter()
                .map(Path::new)
                .filter(|folder| {
                    !folder.starts_with(LIB64) || self.below_root(Path::new(LIB64)).is_dir()
                })
                .map(|folder| self.below_root(folder))
                .collect(),
            Scope::User => browser
                .user
                .iter()
                .map(|folder| self.user(*folder))
                .collect(),
        }
    }

    /// The manifests of `host` that `browser` would read.
    pub(crate) fn manifests(&self, browser: &Browser, host: Host, scope: Scope) -> Vec<PathBuf> {
        self.folders(browser, scope)
            .into_iter()
            .map(|folder| folder.join(format!("{}.json", host.name())))
            .collect()
    }

    /// Each person of this machine, with that person's folders as they usually are.
    pub(crate) fn people(&self) -> Vec<(String, Self)> {
        let passwd = self.below_root(Path::new("/etc/passwd"));
        let passwd = std::fs::read_to_string(passwd).unwrap_or_default();
        let homes = passwd.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let (name, home) = (fields.next()?, PathBuf::from(fields.nth(4)?));
            let there = home.is_absolute() && self.below_root(&home).is_dir();
            there.then(|| (name.to_owned(), home))
        });
        homes
            .map(|(name, home)| {
                let (config, root) = (home.join(".config"), self.root.clone());
                (name, Self { home, config, root })
            })
            .collect()
    }

    /// The browser's own folder of this person, which is there once it has been used.
    pub(crate) fn profile(&self, browser: &Browser) -> Option<PathBuf> {
        self.user(browser.user?).parent().map(Path::to_owned)
    }

    /// Whether this person has used the browser.
    pub(crate) fn is_used(&self, browser: &Browser) -> bool {
        self.profile(browser).is_some_and(|folder| folder.is_dir())
    }

    fn user(&self, folder: UserFolder) -> PathBuf {
        self.below_root(&match folder {
            UserFolder::Config(folder) => self.config.join(folder),
            UserFolder::Home(folder) => self.home.join(folder),
        })
    }
}
