//! Power cuts, and what people do to files afterwards.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use dovetail_tests::tenant::Tenant;
use serde_json::json;

use crate::soft_device::SoftDevice;
use crate::stage::Stage;
use crate::store_file::{Load, Writer, beside, file, rows, start};

const KILLS: usize = 200;

/// [ST-01] The server is killed two hundred times while it writes: whatever it acknowledged is there, and the file is whole.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        let mut tenant = start(dir.path());
        let load = Load::start(&tenant, 4);
        // Now after the first row, now in the midst of many.
        load.more(1 + kill % 9).await;
        tenant.process.kill();
        let (written, refused) = load.end().await;
        assert!(refused.is_empty(), "{refused:?}");
        acknowledged.extend(written);
        if kill % 20 == 19 {
            let there: HashSet<String> = rows(&file(dir.path())).await.into_iter().collect();
            let lost = acknowledged.iter().filter(|row| !there.contains(*row));
            assert_eq!(lost.count(), 0, "after {kill} kills");
        }
    }
    assert!(acknowledged.len() > KILLS);
}

/// A tenant's folder as a crash left it: the rows that were written, in their order, stand in file and log.
async fn crashed(dir: &Path, some: usize) -> Vec<String> {
    let mut tenant = start(dir);
    let writer = Writer::new(&tenant);
    let mut written = Vec::new();
    for _ in 0..some {
        written.push(writer.must_write().await);
    }
    tenant.process.kill();
    assert!(std::fs::metadata(beside(dir, "wal")).unwrap().len() > 0);
    written
}

/// Starts a tenant on a copy of that folder whose files somebody touched, and gives the rows it has.
async fn after(dir: &Path, touch: impl Fn(&Path)) -> Vec<String> {
    let copy = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(dir.join("tenant"))
        .arg(copy.path())
        .status();
    assert!(copied.unwrap().success());
    touch(copy.path());
    let mut tenant = start(copy.path());
    // It goes on from there.
    Writer::new(&tenant).must_write().await;
    tenant.process.stop();
    let mut found = rows(&file(copy.path())).await;
    found.pop();
    found
}

/// [ST-02] After a crash the log is torn, cut, or its index is gone: the tenant starts with the last whole commit, and what it
/// has is a beginning of what was written, never a mixture.
#[tokio::test(flavor = "multi_thread")]
async fn a_torn_log_ends_with_a_whole_commit() {
    let dir = tempfile::tempdir().unwrap();
    let written = crashed(dir.path(), 12).await;
    let whole = after(dir.path(), |_| {}).await;
    assert_eq!(whole, written);
    let without_index = after(dir.path(), |copy| {
        std::fs::remove_file(beside(copy, "shm")).unwrap();
    })
    .await;
    assert_eq!(without_index, written);
    let length = std::fs::metadata(beside(dir.path(), "wal")).unwrap().len();
    let mut shortest = written.len();
    for cut in [1, 24, 4096, 4120, 9000, length / 2, length - 16, length] {
        let found = after(dir.path(), |copy| {
            let log = std::fs::File::options()
                .write(true)
                .open(beside(copy, "wal"));
            log.unwrap().set_len(length - cut).unwrap();
        })
        .await;
        assert!(written.starts_with(&found), "cut by {cut}: {found:?}");
        shortest = shortest.min(found.len());
    }
    assert!(shortest < written.len(), "nothing was ever cut off");
    for place in [length - 10, length - 5000, length / 2, 40] {
        let found = after(dir.path(), |copy| {
            let mut log = std::fs::read(beside(copy, "wal")).unwrap();
            log[usize::try_from(place).unwrap()] ^= 0x55;
            std::fs::write(beside(copy, "wal"), log).unwrap();
        })
        .await;
        assert!(written.starts_with(&found), "changed at {place}: {found:?}");
        assert_ne!(found, written, "changed at {place}");
    }
}

/// [ST-02] A log from earlier is left beside a newer file: the tenant does not start, says why, and touches neither.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_log_beside_a_newer_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut written = crashed(dir.path(), 5).await;
    let log = std::fs::read(beside(dir.path(), "wal")).unwrap();
    let mut tenant = start(dir.path());
    let writer = Writer::new(&tenant);
    for _ in 0..5 {
        written.push(writer.must_write().await);
    }
    tenant.process.stop();
    assert!(
        !beside(dir.path(), "wal").exists(),
        "it was closed in order"
    );

    std::fs::write(beside(dir.path(), "wal"), &log).unwrap();
    let newer = std::fs::read(file(dir.path())).unwrap();
    let complaint = tenant.refuses(&["device", "list"]);
    assert!(
        complaint.contains("is older than the database"),
        "{complaint}"
    );
    assert_eq!(std::fs::read(beside(dir.path(), "wal")).unwrap(), log);
    assert_eq!(std::fs::read(file(dir.path())).unwrap(), newer);
    // The way out that it names.
    std::fs::remove_file(beside(dir.path(), "wal")).unwrap();
    std::fs::remove_file(beside(dir.path(), "shm")).ok();
    drop(tenant);
    let mut tenant = start(dir.path());
    tenant.process.stop();
    assert_eq!(rows(&file(dir.path())).await, written);
}

/// [ST-02] A log is left beside an older file, or beside a backup, when the database is restored: neither starts, and with the file
/// that the log belongs to everything is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_log_beside_an_older_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut written = Vec::new();
    let mut write = async |tenant: &Tenant| {
        let writer = Writer::new(tenant);
        for _ in 0..3 {
            written.push(writer.must_write().await);
        }
    };
    let mut tenant = start(dir.path());
    write(&tenant).await;
    tenant.process.stop();
    let older = std::fs::read(file(dir.path())).unwrap();
    drop(tenant);
    let mut tenant = start(dir.path());
    write(&tenant).await;
    tenant.process.stop();
    drop(tenant);
    let mut tenant = start(dir.path());
    write(&tenant).await;
    let copy = dir.path().join("copy.db");
    tenant.run(&["backup", copy.to_str().unwrap()]);
    tenant.process.kill();
    let own = std::fs::read(file(dir.path())).unwrap();
    let log = std::fs::read(beside(dir.path(), "wal")).unwrap();
    assert!(!log.is_empty());
    for wrong in [&older, &std::fs::read(&copy).unwrap()] {
        std::fs::write(file(dir.path()), wrong).unwrap();
        let complaint = tenant.refuses(&["device", "list"]);
        assert!(complaint.contains("another state"), "{complaint}");
        assert_eq!(std::fs::read(beside(dir.path(), "wal")).unwrap(), log);
        assert_eq!(std::fs::read(file(dir.path())).unwrap(), *wrong);
    }
    std::fs::write(file(dir.path()), own).unwrap();
    drop(tenant);
    let mut tenant = start(dir.path());
    tenant.process.stop();
    assert_eq!(rows(&file(dir.path())).await, written);
}

/// [ST-10] The database is restored from a copy that is older than what happened since: the tenant says so when it starts, and
/// devices that were disabled or taken out are so again, with whatever they vouched for.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_stays_revoked_in_an_older_copy() {
    let dir = tempfile::tempdir().unwrap();
    let mut stage = Stage {
        tenant: start(dir.path()),
        dir,
    };
    let mut devices = Vec::new();
    for _ in 0..4 {
        let device = SoftDevice::join(&stage, "adele@contoso.com").await;
        let prt = device.prt(&stage, "adele@contoso.com").await;
        devices.push((device, prt));
    }
    let id = |at: usize| devices[at].0.id.as_str();
    stage.tenant.run(&["device", "disable", id(3)]);
    let copy = stage.dir.path().join("copy.db");
    stage.tenant.run(&["backup", copy.to_str().unwrap()]);
    stage.tenant.run(&["device", "disable", id(0)]);
    stage.tenant.run(&["device", "delete", id(1)]);
    stage.tenant.run(&["device", "enable", id(3)]);
    let warning = "the database is older";
    assert!(!stage.tenant.process.output().contains(warning));

    for _ in 0..2 {
        stage.tenant.process.stop();
        std::fs::copy(&copy, file(stage.dir.path())).unwrap();
        stage.tenant = start(stage.dir.path());
        let list = stage.tenant.devices();
        let enabled = |at: usize| {
            let found = list.iter().find(|device| device["DeviceId"] == id(at));
            found.map(|device| device["Enabled"].as_bool().unwrap())
        };
        assert_eq!(
            [enabled(0), enabled(1), enabled(2), enabled(3)],
            [Some(false), None, Some(true), Some(true)]
        );
        for (at, good) in [(0, false), (1, false), (2, true)] {
            let (status, answer) = devices[at].1.ask(&stage, json!({})).await;
            assert_eq!(status == 200, good, "{at}: {answer}");
        }
        assert!(stage.tenant.process.output().contains(warning));
    }
    // With the database that knows of them nothing is said.
    stage.tenant.process.stop();
    let log = stage.dir.path().join("tenant.log");
    std::fs::remove_file(&log).unwrap();
    stage.tenant = start(stage.dir.path());
    assert!(!stage.tenant.process.output().contains(warning));
}

/// [ST-12] A copy that is taken while many write is whole, and holds all that was acknowledged before it was begun; the tenant
/// starts on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_load_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = start(dir.path());
    let load = Load::start(&tenant, 4);
    load.more(20).await;
    let writer = Writer::new(&tenant);
    let before = writer.must_write().await;
    let copy = dir.path().join("copy.db");
    let begun = Instant::now();
    tenant.run(&["backup", copy.to_str().unwrap()]);
    let took = begun.elapsed();
    load.more(20).await;
    let (written, refused) = load.end().await;
    assert!(refused.is_empty(), "{refused:?} in {took:?}");
    assert!(
        tenant
            .refuses(&["backup", copy.to_str().unwrap()])
            .contains("there already")
    );
    drop(tenant);

    let whole = rows(&file(dir.path())).await;
    let copied = rows(&copy).await;
    assert!(copied.contains(&before));
    assert!(whole.starts_with(&copied) && copied.len() < whole.len());
    assert!(written.iter().all(|row| whole.contains(row)));
    std::fs::copy(&copy, file(dir.path())).unwrap();
    let mut tenant = start(dir.path());
    Writer::new(&tenant).must_write().await;
    tenant.process.stop();
    assert_eq!(rows(&file(dir.path())).await[..copied.len()], copied);
}
