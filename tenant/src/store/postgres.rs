//! PostgreSQL: a pool of connections; each change a transaction, tried once more when it collided or the server went away.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{Column as _, PgPool, Postgres, Row as _, TypeInfo as _};

use super::connection::{Answer, Connection, Run};
use super::error::StoreError;
use super::query::Query;
use super::row::Row;
use super::value::{Kind, Value};
use super::write::Operation;

/// How often, and how long apart, the server is asked what became of a commit whose answer was lost.
const ASKED: u32 = 50;
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// A connection inside a transaction; let go, that is undone.
#[derive(Debug)]
pub(crate) struct Held {
    transaction: sqlx::Transaction<'static, Postgres>,
    /// A statement failed in a way that may not come again.
    passing: bool,
}

impl Held {
    pub(super) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        Ok(Self {
            transaction: pool.begin().await?,
            passing: false,
        })
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }

    /// Runs a statement.
    pub(super) async fn run(&mut self, query: &Query, how: Run) -> Result<Answer, StoreError> {
        let answer = run(&mut *self.transaction, query, how).await;
        if let Err(error) = &answer {
            self.passing |= error.is_passing();
        }
        answer
    }

    /// The transaction's number, once it has changed something. PostgreSQL 13 and later keep what became of it.
    async fn number(&mut self) -> Result<Option<String>, StoreError> {
        let text = "SELECT CAST(pg_current_xact_id_if_assigned() AS text)";
        let number: (Option<String>,) = sqlx::query_as(text)
            .fetch_one(&mut *self.transaction)
            .await
            .inspect_err(|_| self.passing = true)?;
        Ok(number.0)
    }
}

/// What became of one attempt.
enum Attempt<T, E> {
    Committed(T),
    /// Nothing of it was committed, and the same once more may succeed.
    Undone(E),
    Refused(E),
}

/// Runs an operation in a transaction of its own; once more, when nothing of it was committed through no fault of its own.
pub(super) async fn write<O: Operation>(
    pool: &PgPool,
    operation: &O,
) -> Result<O::Output, O::Error> {
    match attempt(pool, operation).await {
        Attempt::Committed(output) => Ok(output),
        Attempt::Refused(error) => Err(error),
        Attempt::Undone(_) => {
            tracing::warn!("a change is tried again");
            match attempt(pool, operation).await {
                Attempt::Committed(output) => Ok(output),
                Attempt::Undone(error) | Attempt::Refused(error) => Err(error),
            }
        }
    }
}

async fn attempt<O: Operation>(pool: &PgPool, operation: &O) -> Attempt<O::Output, O::Error> {
    let held = match Held::begin(pool).await {
        Ok(held) => held,
        Err(error) if error.is_passing() => return Attempt::Undone(error.into()),
        Err(error) => return Attempt::Refused(error.into()),
    };
    let mut connection = Connection::Postgres(held);
    let result = operation.run(&mut connection).await;
    let Connection::Postgres(mut held) = connection else {
        return Attempt::Refused(StoreError::Waited.into());
    };
    let output = match result {
        Ok(output) => output,
        Err(error) if held.passing => return Attempt::Undone(error),
        Err(error) => return Attempt::Refused(error),
    };
    let number = match held.number().await {
        Ok(number) => number,
        Err(error) => return Attempt::Undone(error.into()),
    };
    match held.commit().await {
        Ok(()) => Attempt::Committed(output),
        Err(error @ StoreError::Collided(_)) => Attempt::Undone(error.into()),
        Err(error @ StoreError::Lost(_)) => match became(pool, number).await {
            Ok(true) => Attempt::Committed(output),
            Ok(false) => Attempt::Undone(error.into()),
            Err(unknown) => Attempt::Refused(unknown.into()),
        },
        Err(error) => Attempt::Refused(error.into()),
    }
}

/// Whether the transaction with that number was committed: the answer to its COMMIT was lost.
async fn became(pool: &PgPool, number: Option<String>) -> Result<bool, StoreError> {
    let Some(number) = number else {
        return Ok(false);
    };
    for _ in 0..ASKED {
        let asked: Result<(Option<String>,), _> =
            sqlx::query_as("SELECT pg_xact_status(CAST($1 AS xid8))")
                .bind(&number)
                .fetch_one(pool)
                .await;
        match asked.map(|row| row.0) {
            Ok(Some(state)) if state == "committed" => return Ok(true),
            Ok(Some(state)) if state == "aborted" => return Ok(false),
            // Still under way there, or the server is not back yet.
            Ok(_) | Err(_) => tokio::time::sleep(ASK_AGAIN).await,
        }
    }
    Err(StoreError::Lost(
        "nobody can say whether a change was committed".to_owned(),
    ))
}

/// Runs one statement outside a transaction; once more, when it only reads or surely did nothing.
pub(super) async fn run_alone(
    pool: &PgPool,
    query: &Query,
    how: Run,
) -> Result<Answer, StoreError> {
    match run(pool, query, how).await {
        Err(StoreError::Collided(_)) => run(pool, query, how).await,
        Err(StoreError::Lost(_)) if query.reads() => run(pool, query, how).await,
        answer => answer,
    }
}

async fn run<'e>(
    on: impl sqlx::Executor<'e, Database = Postgres>,
    query: &Query,
    how: Run,
) -> Result<Answer, StoreError> {
    let mut prepared = sqlx::query::<Postgres>(query.text);
    for value in &query.values {
        prepared = match value {
            Value::Null(Kind::Integer) => prepared.bind(None::<i64>),
            Value::Null(Kind::Text) => prepared.bind(None::<&str>),
            Value::Null(Kind::Bytes) => prepared.bind(None::<&[u8]>),
            Value::Integer(number) => prepared.bind(*number),
            Value::Text(text) => prepared.bind(text.as_str()),
            Value::Bytes(bytes) => prepared.bind(bytes.as_slice()),
        };
    }
    let rows = match how {
        Run::Execute => {
            let changed = prepared.execute(on).await?.rows_affected();
            return Ok(Answer {
                rows: Vec::new(),
                changed,
            });
        }
        Run::First => prepared.fetch_optional(on).await?.into_iter().collect(),
        Run::All => prepared.fetch_all(on).await?,
    };
    Ok(Answer {
        changed: u64::try_from(rows.len()).unwrap_or(0),
        rows: read(&rows)?,
    })
}

fn read(rows: &[PgRow]) -> Result<Vec<Row>, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let names: Arc<[String]> = first
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    rows.iter()
        .map(|row| {
            let values = row
                .columns()
                .iter()
                .map(|column| value(row, column))
                .collect::<Result<_, _>>()?;
            Ok(Row {
                names: names.clone(),
                values,
            })
        })
        .collect()
}

fn value(row: &PgRow, column: &sqlx::postgres::PgColumn) -> Result<Value, StoreError> {
    let place = column.ordinal();
    let integer = |number: Option<i64>| number.map_or(Value::Null(Kind::Integer), Value::Integer);
    Ok(match column.type_info().name() {
        "INT8" => integer(row.try_get(place)?),
        "INT4" => integer(row.try_get::<Option<i32>, _>(place)?.map(i64::from)),
        "BOOL" => integer(row.try_get::<Option<bool>, _>(place)?.map(i64::from)),
        "TEXT" | "VARCHAR" => row
            .try_get::<Option<String>, _>(place)?
            .map_or(Value::Null(Kind::Text), Value::Text),
        "BYTEA" => row
            .try_get::<Option<Vec<u8>>, _>(place)?
            .map_or(Value::Null(Kind::Bytes), Value::Bytes),
        other => {
            return Err(StoreError::Decode(
                format!("a column of type {other}").into(),
            ));
        }
    })
}
