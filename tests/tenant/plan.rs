//! What the databases think of every statement.

use dovetail_tests::postgres::Postgres;
use dovetail_tests::statements::{Statement, all};
use dovetail_tests::tenant::Tenant;
use sqlx::{Connection as _, Executor as _, Row as _, SqlSafeStr as _};

/// Tables that stay small, whatever the tenant grows to: an administrator writes their rows.
const SMALL: &[&str] = &[
    "access_rule",
    "app",
    "app_credential",
    "app_redirect",
    "audit_head",
    "domain",
    "ec_signing_key",
    "epoch",
    "fault",
    "issuance_head",
    "mdm_policy_assignment",
    "mdm_policy_set",
    "policy",
    "seeding",
    "server_redirect",
    "signing_key",
    "tenant",
    "terms",
    "user_group",
];

/// Lists that an administrator asks for: they show everything, so they read everything.
const LISTS: &[&str] = &[
    "account/user.rs",
    "account/group.rs",
    "device/store.rs",
    "hello/listing.rs",
    "mdm/device.rs",
    "mdm/terms/accept.rs",
];

fn list(statement: &Statement) -> bool {
    let text = &statement.text;
    // Codes that people are about to type: minutes old at most, and shown to an administrator.
    if statement.file == "device_code/store.rs" && text.contains("WHERE state = 'pending'") {
        return true;
    }
    LISTS.contains(&statement.file.as_str())
        && text.starts_with("SELECT")
        && !text.contains("WHERE")
        && text.contains("ORDER BY")
}

/// The table that a step of a plan reads from end to end, as the statement names it.
fn scanned(step: &str) -> Option<&str> {
    let rest = step.strip_prefix("SCAN ")?;
    let name = rest.split(' ').next()?;
    // A constant row, or the rows of an inner statement that is judged by its own steps.
    (name != "CONSTANT" && !name.starts_with('(')).then_some(name)
}

/// [ST-13] However many devices, people and tokens there are: no statement reads a growing table from end to end.
#[tokio::test]
async fn no_statement_scans_a_table_that_grows() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start_on(dir.path(), None, &[]);
    let file = format!("sqlite://{}", dir.path().join("tenant/tenant.db").display());
    let mut store = sqlx::SqliteConnection::connect(&file).await.unwrap();
    let statements = all();
    assert!(statements.len() > 100, "only {} found", statements.len());
    let mut scans = Vec::new();
    // What is asked of PostgreSQL itself.
    let own = |statement: &&Statement| statement.file != "store/postgres.rs";
    for statement in statements.iter().filter(own) {
        let explain = format!("EXPLAIN QUERY PLAN {}", statement.text);
        let plan = sqlx::query(sqlx::AssertSqlSafe(explain))
            .fetch_all(&mut store)
            .await;
        let plan = plan.unwrap_or_else(|error| panic!("{statement:?}: {error}"));
        for step in plan {
            let step: String = step.get("detail");
            if scanned(&step).is_some_and(|table| !SMALL.contains(&table)) && !list(statement) {
                scans.push(format!(
                    "{}: {}\n    {step}",
                    statement.file, statement.text
                ));
            }
        }
    }
    drop(tenant);
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

/// PostgreSQL takes every statement as it stands, with its tables, columns and types.
#[tokio::test]
async fn both_databases_take_every_statement() {
    let postgres = Postgres::start();
    let address = postgres.database();
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start_on(dir.path(), Some(address.clone()), &[]);
    let mut store = sqlx::PgConnection::connect(&address).await.unwrap();
    let mut refused = Vec::new();
    for statement in all() {
        let text = sqlx::AssertSqlSafe(statement.text.clone()).into_sql_str();
        if let Err(error) = store.prepare(text).await {
            refused.push(format!(
                "{}: {}\n    {error}",
                statement.file, statement.text
            ));
        }
    }
    drop(tenant);
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
