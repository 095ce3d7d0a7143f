//! A tenant on a file, clients that write into it, and what stands in the file: for the stories of crashes and full disks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::Tenant;
use serde_json::Value;
use sqlx::{Connection as _, Row as _};
use url::Url;

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Starts a tenant in `dir`, on a file whatever the other stories run on.
pub(crate) fn start(dir: &Path) -> Tenant {
    Tenant::start_on(dir, None, &[])
}

/// Its database file.
pub(crate) fn file(dir: &Path) -> PathBuf {
    dir.join("tenant/tenant.db")
}

/// The file of that ending beside it: `wal` or `shm`.
pub(crate) fn beside(dir: &Path, ending: &str) -> PathBuf {
    dir.join(format!("tenant/tenant.db-{ending}"))
}

/// A client that has one row written after the other: each a sign-in by a code that is typed elsewhere, which somebody begins.
pub(crate) struct Writer {
    visitor: Visitor,
    url: Url,
}

impl Writer {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let path = "/common/oauth2/v2.0/devicecode";
        Self {
            visitor: Visitor::new(tenant),
            url: Url::parse(&format!("{}{path}", tenant.value("login"))).unwrap(),
        }
    }

    /// Has one row written: its code when that was acknowledged, the status when it was refused, nothing when nobody answered.
    pub(crate) async fn write(&self) -> Option<Result<String, u16>> {
        let body = format!("client_id={CLI}&scope=openid");
        let kind = "application/x-www-form-urlencoded";
        let sent = self
            .visitor
            .send(self.url.clone(), kind, &[], body.into_bytes());
        let answer = sent.await.ok()?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Some(Err(status));
        }
        let answer: Value = answer.json().await.ok()?;
        Some(Ok(answer["user_code"].as_str().unwrap().to_owned()))
    }

    /// One row that must be written.
    pub(crate) async fn must_write(&self) -> String {
        self.write().await.expect("an answer").expect("a row")
    }
}

/// Clients that write until they are told to stop, or nobody answers.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<(Vec<String>, Vec<u16>)>>,
}

impl Load {
    pub(crate) fn start(tenant: &Tenant, writers: usize) -> Self {
        let (stop, count) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let tasks = (0..writers).map(|_| {
            let (writer, stop, count) = (Writer::new(tenant), stop.clone(), count.clone());
            tokio::spawn(async move {
                let (mut written, mut refused) = (Vec::new(), Vec::new());
                while !stop.load(Ordering::Relaxed) {
                    match writer.write().await {
                        Some(Ok(code)) => {
                            written.push(code);
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                        Some(Err(status)) => refused.push(status),
                        None => break,
                    }
                }
                (written, refused)
            })
        });
        let tasks = tasks.collect();
        Self { stop, count, tasks }
    }

    /// Rows acknowledged so far.
    pub(crate) fn written(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Waits for so many more.
    pub(crate) async fn more(&self, some: usize) {
        let from = self.written();
        dovetail_tests::wait::until_async("more rows", async || {
            (self.written() >= from + some).then_some(())
        })
        .await
        .unwrap();
    }

    /// What was acknowledged, and the statuses of what was refused.
    pub(crate) async fn end(self) -> (Vec<String>, Vec<u16>) {
        self.stop.store(true, Ordering::Relaxed);
        let (mut written, mut refused) = (Vec::new(), Vec::new());
        for task in self.tasks {
            let (some, others) = task.await.unwrap();
            written.extend(some);
            refused.extend(others);
        }
        (written, refused)
    }
}

/// The rows that stand in a database file, in the order they were written, after SQLite found it whole.
pub(crate) async fn rows(file: &Path) -> Vec<String> {
    let mut store = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    let checked = sqlx::query("PRAGMA integrity_check").fetch_all(&mut store);
    let words: Vec<String> = checked
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(words, ["ok"]);
    let rows = sqlx::query("SELECT user_code FROM device_code ORDER BY rowid")
        .fetch_all(&mut store)
        .await
        .unwrap();
    store.close().await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
