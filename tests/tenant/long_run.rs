//! What builds up over months, in seconds: logs that grow, rows that expire, memory, open files.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dovetail_tests::wait;
use futures_util::StreamExt as _;
use sqlx::{Connection as _, Row as _};

use crate::store_file::{Load, Writer, beside, file, start};

const MIB: u64 = 1024 * 1024;

async fn open(dir: &std::path::Path) -> sqlx::SqliteConnection {
    let address = format!("sqlite://{}", file(dir).display());
    sqlx::SqliteConnection::connect(&address).await.unwrap()
}

/// [ST-04] Sixty-four write while somebody reads for long, and more than the log's limit is written: nobody is told that the
/// database is busy, the log stays within bounds, and it is emptied when the reader has gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_reader_is_no_trouble() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = start(dir.path());
    let log = beside(dir.path(), "wal");
    let mut reader = open(dir.path()).await;
    for statement in ["BEGIN", "SELECT count(*) FROM device_code"] {
        sqlx::query(statement).execute(&mut reader).await.unwrap();
    }
    let load = Load::start(&tenant, 64);
    load.more(64).await;
    let mut heavy = open(dir.path()).await;
    for statement in [
        "CREATE TABLE ballast (n INTEGER, b BLOB)",
        "INSERT INTO ballast WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n, randomblob(4000) FROM c",
    ] {
        sqlx::query(statement).execute(&mut heavy).await.unwrap();
    }
    heavy.close().await.unwrap();
    load.more(128).await;
    let length = std::fs::metadata(&log).unwrap().len();
    assert!((16 * MIB..64 * MIB).contains(&length), "{length}");
    sqlx::query("ROLLBACK").execute(&mut reader).await.unwrap();
    reader.close().await.unwrap();
    wait::until_async("the log to be emptied", async || {
        (std::fs::metadata(&log).unwrap().len() < 16 * MIB).then_some(())
    })
    .await
    .unwrap();
    load.more(64).await;
    let (_, refused) = load.end().await;
    assert!(refused.is_empty(), "{refused:?}");
}

/// [ST-14] Very many rows expire at once: they are taken out bit by bit, and others write in between.
#[tokio::test(flavor = "multi_thread")]
async fn expired_rows_go_bit_by_bit() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = start(dir.path());
    let mut store = open(dir.path()).await;
    sqlx::query(
        "INSERT INTO sign_in (id_hash, state, expires) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000)
         SELECT randomblob(32), hex(randomblob(200)), n FROM c",
    )
    .execute(&mut store)
    .await
    .unwrap();
    let load = Load::start(&tenant, 8);
    let seen = RefCell::new(BTreeMap::new());
    wait::until_async("the expired rows to go", async || {
        let mut store = open(dir.path()).await;
        let row = sqlx::query("SELECT count(*) FROM sign_in").fetch_one(&mut store);
        let left: i64 = row.await.unwrap().get(0);
        store.close().await.unwrap();
        (left == 0).then_some(()).or_else(|| {
            seen.borrow_mut()
                .entry(left)
                .or_insert_with(|| load.written());
            None
        })
    })
    .await
    .unwrap();
    let (written, refused) = load.end().await;
    let seen = seen.into_inner();
    assert!(refused.is_empty(), "{refused:?}");
    // Ten or more stretches of the way were seen, and in the course of them others were served.
    assert!(seen.len() >= 10, "{seen:?}");
    let (last, first) = (seen.values().next().unwrap(), seen.values().last().unwrap());
    assert!(last - first > 20 && written.len() > *last, "{seen:?}");
}

fn open_files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .count()
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap().trim_end_matches("kB").trim().parse().unwrap()
}

/// [ST-15] Hours of comings and goings, in seconds: connections, sign-ins that are begun and not ended, codes, refusals. Memory
/// and open files do not grow with them.
#[tokio::test(flavor = "multi_thread")]
async fn memory_and_open_files_stay_flat() {
    const ROUND: usize = 250;
    let stage = crate::stage::Stage::new();
    let pid = stage.tenant.process.pid();
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let comings = (0..ROUND).map(|_| async {
            let mut visitor = stage.visitor();
            let page = visitor.get(stage.authorize(&[])).await;
            assert!(page.status().as_u16() < 400);
            let refused = visitor
                .get(stage.authorize(&[("client_id", "nobody")]))
                .await;
            assert!(refused.status().is_client_error());
            Writer::new(&stage.tenant).must_write().await;
        });
        futures_util::stream::iter(comings)
            .buffer_unordered(8)
            .collect::<Vec<()>>()
            .await;
        let files = wait::until_async("connections to be closed", async || {
            let files = open_files(pid);
            (rounds.first().is_none_or(|(first, _)| files <= first + 4)).then_some(files)
        });
        rounds.push((files.await.unwrap(), resident_kib(pid)));
    }
    // The first round warms up: caches, pools, the allocator.
    let grown = rounds[3].1.saturating_sub(rounds[1].1);
    assert!(grown < 3 * 1024, "KiB resident, round by round: {rounds:?}");
}
