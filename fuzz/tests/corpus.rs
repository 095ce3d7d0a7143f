//! Every target over its samples and over changes to them, the same in every run; and the inventory, held against the list.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use dovetail_fuzz::{Changes, TARGETS, Target};

/// Changed samples for each target.
const TRIES: u64 = 1_500;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The samples of a target, in the order of their names.
fn samples(target: &Target) -> Vec<Vec<u8>> {
    let folder = here().join("corpus").join(target.name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// The first bytes that a target cannot bear, with what it says.
fn unbearable(target: &Target) -> Option<String> {
    let samples = samples(target);
    assert!(!samples.is_empty(), "{} has no sample", target.name);
    let mut changes = Changes::new(7);
    let changed = (0..TRIES).map(|number| {
        let pick = |number: u64| &samples[usize::try_from(number).unwrap() % samples.len()];
        changes.of(pick(number), pick(number / 3))
    });
    samples.iter().cloned().chain(changed).find_map(|bytes| {
        catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)))
            .is_err()
            .then(|| format!("{}: {:?}", target.name, String::from_utf8_lossy(&bytes)))
    })
}

/// [OP-06] Whatever bytes come, each reader returns, and what must hold of what it read holds.
#[test]
fn every_target_bears_its_samples_and_changes_to_them() {
    let broken: Vec<String> = TARGETS.iter().filter_map(unbearable).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// [OP-06] Each row of the inventory names targets that there are, and each target and each folder of samples has a row.
#[test]
fn the_inventory_names_every_target_and_no_other() {
    let readme = std::fs::read_to_string(here().join("README.md")).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let named: BTreeSet<String> = rows
        .filter_map(|row| row.split('|').nth(2))
        .flat_map(|cell| cell.split(','))
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect();
    let listed: BTreeSet<String> = TARGETS.iter().map(|it| it.name.to_owned()).collect();
    assert_eq!(named, listed);
    assert_eq!(listed.len(), TARGETS.len(), "a name stands twice");
    assert!(listed.len() >= 12);
    let folders: BTreeSet<String> = std::fs::read_dir(here().join("corpus"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, listed);
}

/// The changes are worth trying: they differ from the sample and from each other, and are the same next time.
#[test]
fn changes_are_many_and_repeatable() {
    let sample = b"<a b=\"c\">text</a>";
    let many = |number| {
        let mut changes = Changes::new(number);
        (0..200)
            .map(|_| changes.of(sample, b"{}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(many(7), many(7));
    assert_ne!(many(7), many(8));
    let different: BTreeSet<Vec<u8>> = many(7).into_iter().collect();
    assert!(different.len() > 150, "{}", different.len());
}
