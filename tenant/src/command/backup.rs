//! `dovetail-tenant backup FILE`

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Failure;
use super::out::line;
use crate::store::Store;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The copy: a new file
    file: PathBuf,
}

impl Backup {
    /// The file appears when it is whole, and is on disk then.
    pub(super) async fn run(self, data: &Path, store: &Store) -> Result<(), Failure> {
        if self.file.exists() {
            return Err(format!("{} is there already", self.file.display()).into());
        }
        let new = self.file.with_extension("new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        store.copy(&new).await?;
        File::open(&new)?.sync_all()?;
        std::fs::rename(&new, &self.file)?;
        line(&format!(
            "The database is in {}. The keys in {} are not: keep a copy of those apart from it.",
            self.file.display(),
            data.display()
        ));
        Ok(())
    }
}
