//! Disks that are full, and writes that end in the middle.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use dovetail_tests::place::program;
use dovetail_tests::tenant::Tenant;

use crate::store_file::{Load, Writer, beside, file, rows, start};

/// How long files of a running program may become.
fn limit(pid: u32, bytes: &str) {
    let set = Command::new("prlimit")
        .args([
            "--pid",
            &pid.to_string(),
            &format!("--fsize={bytes}:unlimited"),
        ])
        .status();
    assert!(set.unwrap().success(), "prlimit");
}

/// What was acknowledged stands there; what was refused was refused as a fault of the server's own.
async fn account(database: &Path, acknowledged: &[String], refused: &[u16]) {
    let there: HashSet<String> = rows(database).await.into_iter().collect();
    let lost = acknowledged.iter().filter(|row| !there.contains(*row));
    assert_eq!(lost.count(), 0);
    assert!(refused.iter().all(|status| *status >= 500), "{refused:?}");
}

/// [ST-03] Writes end in the middle, the first, the second, the N-th from some moment on: whoever waited for them is told so,
/// nothing that was acknowledged is missing, and when there is room again the tenant goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn short_writes_are_refused_and_heal() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("tenant");
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(program("dovetail-tenant"));
    let mut tenant = Tenant::start_through(command, dir.path(), &data);
    let writer = Writer::new(&tenant);
    let mut acknowledged = vec![writer.must_write().await];
    let mut refused = Vec::new();
    let (mut step, mut all_written) = (0_u64, false);
    // Further and further behind the end of the log, until nothing fails any more: 700 bytes hit every part of every page.
    while !all_written {
        let length = std::fs::metadata(beside(dir.path(), "wal")).unwrap().len();
        limit(tenant.process.pid(), &(length + step * 700).to_string());
        all_written = true;
        for _ in 0..3 {
            match writer.write().await.expect("an answer") {
                Ok(row) => acknowledged.push(row),
                Err(status) => {
                    all_written = false;
                    refused.push(status);
                }
            }
        }
        limit(tenant.process.pid(), "unlimited");
        acknowledged.push(writer.must_write().await);
        step += 1;
        assert!(step < 200, "writes fail however much room there is");
    }
    assert!(refused.len() > 10, "{refused:?}");
    tenant.process.kill();
    account(&file(dir.path()), &acknowledged, &refused).await;
}

/// [ST-03] The disk is full: the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_heals() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("tenant");
    start(dir.path()).process.stop();
    let mut command = Command::new("unshare");
    // A small disk of its own over that folder, which nobody else sees and which goes with the program.
    command
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg("cp -a \"$0\" \"$0.copy\" && mount -t tmpfs -o size=6m tmpfs \"$0\" && cp -a \"$0.copy/.\" \"$0\" && exec \"$@\"")
        .arg(&data)
        .arg(program("dovetail-tenant"));
    let mut tenant = Tenant::start_through(command, dir.path(), &data);
    // The same disk, seen from outside.
    let inside = Path::new("/proc")
        .join(tenant.process.pid().to_string())
        .join("root")
        .join(data.strip_prefix("/").unwrap());
    let ballast = inside.join("ballast");
    let mut acknowledged = Vec::new();
    let mut refused = Vec::new();
    for _ in 0..3 {
        let load = Load::start(&tenant, 4);
        load.more(4).await;
        let block = vec![7_u8; 64 * 1024];
        let mut filling = std::fs::File::create(&ballast).unwrap();
        while std::io::Write::write_all(&mut filling, &block).is_ok() {}
        drop(filling);
        let before = load.written();
        let writer = Writer::new(&tenant);
        dovetail_tests::wait::until_async("the disk to be full", async || {
            matches!(writer.write().await, Some(Err(_))).then_some(())
        })
        .await
        .unwrap();
        std::fs::remove_file(&ballast).unwrap();
        load.more(4).await;
        assert!(load.written() > before);
        let (written, statuses) = load.end().await;
        acknowledged.extend(written);
        refused.extend(statuses);
    }
    assert!(!refused.is_empty(), "the disk was never full");
    let copy = dir.path().join("copy.db");
    let kept = Command::new("cp")
        .arg(inside.join("tenant.db"))
        .arg(&copy)
        .status();
    assert!(kept.unwrap().success());
    std::fs::copy(inside.join("tenant.db-wal"), dir.path().join("copy.db-wal")).unwrap();
    tenant.process.kill();
    account(&copy, &acknowledged, &refused).await;
}
