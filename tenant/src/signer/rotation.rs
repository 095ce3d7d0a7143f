//! Rotation. A key is published long before it signs: it waits, known to every server and to whoever reads `discovery/keys`, and the
//! rotation gives it its turn. So a token is never signed by a key that somebody has yet to hear of.

use std::time::Duration;

use super::ec::EcKey;
use super::kept::KeyWrap;
use super::key::{KeyError, SigningKey};
use super::kind::{CURRENT, Kind, NEXT};
use super::ring::RingError;
use crate::clock;
use crate::store::{Connection, On, Store, query};

/// Seconds that a key is published before it signs. Servers look for new keys each second (`caretaker`), and `created` is rounded
/// down: each has looked at least three times.
const KNOWN_SECS: i64 = 4;

/// How urgent a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// The waiting key signs from now on; what the old one signed is good until it expires.
    Ordinary,
    /// Somebody else may have the keys: all are withdrawn, what they signed is refused, and new ones sign.
    Now,
}

/// A fresh key, ready to be kept.
struct Made {
    kid: String,
    wrapped: Vec<u8>,
    certificate: Vec<u8>,
}

async fn make<K: Kind>(wrap: &KeyWrap) -> Result<Made, RingError> {
    let stored = tokio::task::spawn_blocking(K::create)
        .await
        .map_err(|_| KeyError::Crypto)??;
    let kid = K::read(&stored.pkcs8, stored.certificate.clone())?
        .kid()
        .to_owned();
    Ok(Made {
        wrapped: wrap.wrap(&kid, &stored.pkcs8)?,
        kid,
        certificate: stored.certificate,
    })
}

/// Sees to it that of each kind there is a key that signs and one that waits. Of two servers that do so at once one succeeds.
pub(super) async fn fill(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    fill_kind::<SigningKey>(store, wrap).await?;
    fill_kind::<EcKey>(store, wrap).await
}

async fn fill_kind<K: Kind>(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    let taken = turns::<K>(store).await?;
    for turn in [CURRENT, NEXT] {
        if taken.iter().any(|waiting| waiting.turn == turn) {
            continue;
        }
        keep::<K>(store, make::<K>(wrap).await?, turn).await?;
    }
    Ok(())
}

/// A key whose turn is now or next.
struct Taken {
    kid: String,
    turn: i64,
    created: i64,
}

async fn turns<K: Kind>(store: &Store) -> Result<Vec<Taken>, RingError> {
    let rows = query(K::STATEMENTS.turns).fetch_all(store).await?;
    rows.iter()
        .map(|row| {
            Ok(Taken {
                kid: row.try_get(0)?,
                turn: row.try_get(1)?,
                created: row.try_get(2)?,
            })
        })
        .collect()
}

/// Gives the waiting keys of both kinds their turn, and makes those that wait next. Returns when it is done: seconds later where the
/// waiting ones are that young.
pub(crate) async fn rotate(
    store: &Store,
    wrap: &KeyWrap,
    rotation: Rotation,
) -> Result<(), RingError> {
    if rotation == Rotation::Now {
        replace::<SigningKey>(store, wrap).await?;
        return replace::<EcKey>(store, wrap).await;
    }
    // A store that no server of this version has opened yet has none that waits.
    fill(store, wrap).await?;
    advance::<SigningKey>(store, wrap).await?;
    advance::<EcKey>(store, wrap).await
}

async fn advance<K: Kind>(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    let turns = turns::<K>(store).await?;
    let waiting = turns.into_iter().find(|key| key.turn == NEXT);
    let waiting = waiting.ok_or(RingError::NoneWaits)?;
    let young = waiting.created.saturating_add(KNOWN_SECS) - clock::now().0;
    // However wrong the clock was that wrote `created`.
    let young = u64::try_from(young.clamp(0, KNOWN_SECS)).unwrap_or(0);
    tokio::time::sleep(Duration::from_secs(young)).await;
    let made = make::<K>(wrap).await?;
    let mut transaction = store.begin().await?;
    lock(&mut transaction).await?;
    let rows = query(K::STATEMENTS.turns)
        .fetch_all(&mut *transaction)
        .await?;
    let mut still = false;
    for row in rows {
        let (kid, turn): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        still |= turn == NEXT && kid == waiting.kid;
    }
    if !still {
        // Another rotation was faster; the key that waits now is younger than this one was.
        return Ok(());
    }
    for statement in [K::STATEMENTS.retire, K::STATEMENTS.promote] {
        query(statement).execute(&mut *transaction).await?;
    }
    keep::<K>(&mut *transaction, made, NEXT).await?;
    query(K::STATEMENTS.forget)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

async fn replace<K: Kind>(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    let made = [
        (make::<K>(wrap).await?, CURRENT),
        (make::<K>(wrap).await?, NEXT),
    ];
    let mut transaction = store.begin().await?;
    lock(&mut transaction).await?;
    query(K::STATEMENTS.withdraw)
        .execute(&mut *transaction)
        .await?;
    for (key, turn) in made {
        keep::<K>(&mut *transaction, key, turn).await?;
    }
    Ok(transaction.commit().await?)
}

async fn keep<K: Kind>(on: impl Into<On<'_>>, made: Made, turn: i64) -> Result<(), RingError> {
    query(K::STATEMENTS.add)
        .bind(made.kid)
        .bind(made.wrapped)
        .bind(made.certificate)
        .bind(clock::now().0)
        .bind(turn)
        .execute(on)
        .await?;
    Ok(())
}

/// No other rotation runs beside this transaction: each begins by writing the same row.
async fn lock(transaction: &mut Connection) -> Result<(), RingError> {
    query("UPDATE epoch SET number = number + 1")
        .execute(transaction)
        .await?;
    Ok(())
}
