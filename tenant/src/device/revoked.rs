//! `DIR/revoked.log`: which devices were disabled, enabled again or taken out, outside the database. A database that was restored
//! from an older copy does not know of the latest of them; at start they are made again.
//!
//! A line is written and on disk before its change is committed: what was cut off in between is made up for at the next start.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use dovetail_shared::id::DeviceId;

use super::store::{disable, enable, take_out};
use crate::store::{Connection, Store, StoreError, query};

/// What was done to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Disabled,
    Enabled,
    Gone,
}

impl Change {
    const ALL: [Self; 3] = [Self::Disabled, Self::Enabled, Self::Gone];

    fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Gone => "gone",
        }
    }
}

/// A line of the log: `NUMBER DEVICE WORD`.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    number: i64,
    device: DeviceId,
    change: Change,
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (number, device, word) = (words.next()?, words.next()?, words.next()?);
        let change = Change::ALL
            .into_iter()
            .find(|change| change.word() == word)?;
        Some(Self {
            number: number.parse().ok()?,
            device: device.parse().ok()?,
            change,
        })
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("revoked.log")
}

/// Writes a change down, inside its transaction.
pub(super) async fn note(
    connection: &mut Connection,
    store: &Store,
    device: DeviceId,
    change: Change,
) -> Result<(), StoreError> {
    // Others who change devices wait here until this transaction ends.
    let number: i64 =
        query("UPDATE revocation_head SET number = number + 1 WHERE one = 1 RETURNING number")
            .fetch_one(connection)
            .await?
            .try_get(0)?;
    let file = file(store.data());
    let line = format!("{number} {device} {}\n", change.word());
    tokio::task::spawn_blocking(move || append(&file, &line))
        .await
        .map_err(io::Error::other)??;
    Ok(())
}

fn append(file: &Path, line: &str) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

/// Makes the changes again that the database does not know of, and says so.
pub(crate) async fn replay(store: &Store) -> Result<(), StoreError> {
    let file = file(store.data());
    let Some(last) = last(&file)? else {
        return Ok(());
    };
    let known: i64 = query("SELECT number FROM revocation_head WHERE one = 1")
        .fetch_one(store)
        .await?
        .try_get(0)?;
    if last <= known {
        return Ok(());
    }
    tracing::warn!(
        database = known,
        log = last,
        "the database is older than what this tenant did: was it restored from a copy? Devices that were disabled or taken out since are so again"
    );
    for line in BufReader::new(File::open(&file)?).lines() {
        let line = line?;
        let Some(line) = Line::parse(&line).filter(|line| line.number > known) else {
            continue;
        };
        let mut transaction = store.begin().await?;
        match line.change {
            Change::Disabled => drop(disable(&mut transaction, line.device).await?),
            Change::Enabled => drop(enable(&mut transaction, line.device).await?),
            Change::Gone => drop(take_out(&mut transaction, line.device).await?),
        }
        query("UPDATE revocation_head SET number = $1 WHERE one = 1 AND number < $1")
            .bind(line.number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// The number of the last whole line; only the log's end is read.
fn last(file: &Path) -> io::Result<Option<i64>> {
    const END: u64 = 4096;
    let mut file = match File::open(file) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let numbers = text.lines().filter_map(Line::parse).map(|line| line.number);
    Ok(numbers.max())
}
