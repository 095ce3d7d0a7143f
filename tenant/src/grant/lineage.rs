//! What one sign-in gave to one client: refresh tokens, each used once, revoked as a whole (RFC 9700 §4.14.2; ADR 19).

use dovetail_shared::UnixTime;
use uuid::Uuid;

use super::client::Client;
use super::endpoint::device_stands;
use super::foci;
use super::origin::{Flow, Origin};
use super::refusal::{Refusal, Version};
use super::resource::Resource;
use super::revoke::revoke;
use crate::account::{User, user_by_id, user_of};
use crate::app::App;
use crate::audit;
use crate::client::Platform;
use crate::random;
use crate::store::{Connection, Operation, Row, Store, StoreError, query};

/// Seconds a lineage lives, however often it is rotated.
const LIFE_SECS: i64 = 90 * 86_400;
/// The same for programs in a browser.
const SPA_LIFE_SECS: i64 = 86_400;
/// Seconds in which a used token may come again, because the answer was lost: it gets the very same successor.
const RETRY_SECS: i64 = 10;

/// A statement around the columns that [`read`] wants.
macro_rules! with_columns {
    ($before:literal) => {
        with_columns!($before, "")
    };
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "lineage.id AS lineage, generation, client_id, user_id, amr, auth_time, device, hello_key, flow, platform, resource, scope",
            $after
        )
    };
}
pub(super) use with_columns;

/// What is kept of a grant.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lineage: Uuid,
    /// Number of the next refresh token.
    pub(super) generation: u32,
    pub(super) origin: Origin,
    /// Audience that was asked for last.
    pub(super) resource: String,
    pub(super) scope: String,
}

/// Seconds that a lineage of that kind lives from its sign-in on.
pub(super) fn life(platform: Platform) -> i64 {
    match platform {
        Platform::Spa => SPA_LIFE_SECS,
        Platform::Native | Platform::Web => LIFE_SECS,
    }
}

/// Starts a lineage that has no code, and gives its id.
pub(super) async fn create(
    store: &Store,
    origin: &Origin,
    resource: &str,
    scope: &str,
    now: UnixTime,
) -> Result<Uuid, Refusal> {
    let id = random::ordered_guid(now)?;
    create_as(store, id, origin, resource, scope, now).await?;
    Ok(id)
}

/// The same under an id that was made before.
pub(super) async fn create_as(
    store: &Store,
    id: Uuid,
    origin: &Origin,
    resource: &str,
    scope: &str,
    now: UnixTime,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO lineage (id, root, user_id, client_id, foci, platform, flow, device, amr, auth_time, resource, scope, expires, hello_key)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id.to_string())
    .bind(origin.user.to_string())
    .bind(&origin.client_id)
    .bind(i64::from(foci::is_member(&origin.client_id)))
    .bind(origin.platform.word())
    .bind(origin.flow.word())
    .bind(origin.device.map(|device| device.to_string()))
    .bind(origin.amr.join(" "))
    .bind(origin.auth_time.0)
    .bind(resource)
    .bind(scope)
    .bind(now.plus(life(origin.platform)).0)
    .bind(origin.hello_key.map(|key| key.to_string()))
    .execute(store)
    .await?;
    Ok(())
}

/// Uses a refresh token up, and gives the person behind it. One statement decides, so that of two at the same moment only one moves on. A token that was used
/// before is in two hands: everything that stems from its sign-in is revoked.
pub(super) async fn take(
    app: &App,
    token: &str,
    shown: Shown<'_>,
    now: UnixTime,
) -> Result<(Held, Option<User>), Refusal> {
    let (id, number) = app
        .grant_key
        .open_refresh_token(token)
        .ok_or(Refusal::Unknown)?;
    let taking = Take {
        id: id.to_string(),
        number,
        client_id: shown.client_id().to_owned(),
        resource: shown.resource.map(str::to_owned),
        spa: shown.may(Platform::Spa),
        web: shown.may(Platform::Web),
        native: shown.may(Platform::Native),
        now,
    };
    if let Some(taken) = app.store.write(taking).await? {
        return Ok(taken);
    }
    let held = Box::pin(otherwise(app, id, number, shown, now)).await?;
    let user = user_by_id(&app.store, held.origin.user).await?;
    Ok((held, user))
}

/// The next number, and the person as they stand at that moment: in one transaction, so that looking costs no way of its own.
struct Take {
    id: String,
    number: u32,
    client_id: String,
    resource: Option<String>,
    spa: i64,
    web: i64,
    native: i64,
    now: UnixTime,
}

impl Operation for Take {
    type Output = Option<(Held, Option<User>)>;
    type Error = StoreError;

    /// What follows the statement only looks, and a token that was used without an answer may be shown again.
    const ONE_STATEMENT: bool = true;

    async fn run(&self, connection: &mut Connection) -> Result<Self::Output, StoreError> {
        let taken = query(
            "UPDATE lineage SET generation = generation + 1, used = $1, resource = coalesce($5, resource)
             WHERE id = $2 AND generation = $3 AND client_id = $4 AND expires > $1 AND revoked = 0
               AND CASE platform WHEN 'spa' THEN CAST($6 AS BIGINT) WHEN 'web' THEN CAST($7 AS BIGINT) ELSE CAST($8 AS BIGINT) END = 1",
        )
        .bind(self.now.0)
        .bind(&self.id)
        .bind(i64::from(self.number))
        .bind(&self.client_id)
        .bind(&self.resource)
        .bind(self.spa)
        .bind(self.web)
        .bind(self.native)
        .execute(&mut *connection)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        let row = query(with_columns!(
            "SELECT \"user\".*, ",
            " FROM lineage JOIN \"user\" ON \"user\".id = user_id WHERE lineage.id = $1"
        ))
        .bind(&self.id)
        .fetch_optional(connection)
        .await?;
        row.map(|row| Ok((read(&row)?, Some(user_of(&row)?))))
            .transpose()
    }
}

/// A new lineage for tokens that were had by a PRT, and the number of its first refresh token; `None` where none is asked for.
pub(crate) async fn lineage_of(
    app: &App,
    version: Version,
    origin: &Origin,
    resource: &Resource,
    scope: &str,
    now: UnixTime,
) -> Result<Option<(Uuid, u32)>, Refusal> {
    let asked = scope.split(' ').any(|word| word == "offline_access");
    if version == Version::V2 && !asked {
        return Ok(None);
    }
    let id = create(&app.store, origin, &resource.audience, scope, now).await?;
    Ok(Some((id, 0)))
}

/// What a refresh token stems from; it is looked at, not used up. One that is no more due says nothing.
pub(crate) async fn origin_of(
    app: &App,
    token: &str,
    client_id: &str,
    now: UnixTime,
) -> Result<Origin, Refusal> {
    let (id, number) = app
        .grant_key
        .open_refresh_token(token)
        .ok_or(Refusal::Unknown)?;
    let row = query(with_columns!(
        "SELECT revoked, expires, foci, used, ",
        " FROM lineage WHERE id = $1"
    ))
    .bind(id.to_string())
    .fetch_optional(&app.store)
    .await?;
    let row = row.ok_or(Refusal::Expired)?;
    let (revoked, expires): (i64, i64) = (row.try_get("revoked")?, row.try_get("expires")?);
    let (shared, used): (i64, i64) = (row.try_get("foci")?, row.try_get("used")?);
    let held = read(&row)?;
    audit::is_user(held.origin.user);
    if held.origin.client_id != client_id && (shared == 0 || !foci::is_member(client_id)) {
        return Err(Refusal::ClientMismatch);
    }
    let again = held.generation == number.saturating_add(1) && used > now.plus(-RETRY_SECS).0;
    device_stands(app, &held.origin).await?;
    if revoked != 0 || (held.generation != number && !again) {
        return Err(Refusal::Revoked);
    }
    if expires <= now.0 {
        return Err(Refusal::Expired);
    }
    Ok(held.origin)
}

/// Who comes with a refresh token, from where, and what for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) client: &'a Client,
    /// The page that asks, where one does.
    pub(super) origin: Option<&'a str>,
    /// Audience, where one is named.
    pub(super) resource: Option<&'a str>,
}

impl Shown<'_> {
    fn client_id(&self) -> &str {
        &self.client.registration.client_id
    }

    /// Whether it shows what a client of that kind must, for a statement.
    fn may(&self, platform: Platform) -> i64 {
        i64::from(self.client.may(platform, self.origin).is_ok())
    }
}

/// The token is not the one that is due, or not this client's: a retry, a relative's, a theft, or nothing.
async fn otherwise(
    app: &App,
    id: Uuid,
    number: u32,
    shown: Shown<'_>,
    now: UnixTime,
) -> Result<Held, Refusal> {
    let Some(row) = query(with_columns!(
        "SELECT revoked, expires, foci, root, used, ",
        " FROM lineage WHERE id = $1"
    ))
    .bind(id.to_string())
    .fetch_optional(&app.store)
    .await?
    else {
        // It was made here, and swept away since.
        return Err(Refusal::Expired);
    };
    let (revoked, expires): (i64, i64) = (row.try_get("revoked")?, row.try_get("expires")?);
    let (shared, root): (i64, String) = (row.try_get("foci")?, row.try_get("root")?);
    let used: i64 = row.try_get("used")?;
    let held = read(&row)?;
    audit::is_user(held.origin.user);
    let client_id = shown.client_id();
    let own = held.origin.client_id == client_id;
    if !own && (shared == 0 || !foci::is_member(client_id)) {
        return Err(Refusal::ClientMismatch);
    }
    shown.client.may(held.origin.platform, shown.origin)?;
    if revoked != 0 {
        // Where the device is why, that is said.
        device_stands(app, &held.origin).await?;
        return Err(Refusal::Revoked);
    }
    if expires <= now.0 {
        return Err(if held.origin.platform == Platform::Spa {
            Refusal::SpaExpired
        } else {
            Refusal::Expired
        });
    }
    let again = held.generation == number.saturating_add(1) && used > now.plus(-RETRY_SECS).0;
    if held.generation != number && !again {
        tracing::warn!(lineage = %id, "a refresh token came twice: all that stems from its sign-in is revoked");
        audit::about("a refresh token came twice: all that stems from its sign-in is revoked");
        revoke(&app.store, &root).await?;
        return Err(Refusal::Revoked);
    }
    if own {
        return if again {
            Ok(held)
        } else {
            // Somebody changed the row between the two statements.
            Err(Refusal::Unknown)
        };
    }
    branch(&app.store, id, client_id, held, now).await
}

/// A relative's lineage of its own: the token it showed stays good for whom it was made.
async fn branch(
    store: &Store,
    id: Uuid,
    client_id: &str,
    held: Held,
    now: UnixTime,
) -> Result<Held, Refusal> {
    let new = random::ordered_guid(now)?;
    let made = query(
        "INSERT INTO lineage (id, root, user_id, client_id, foci, platform, flow, device, amr, auth_time, resource, scope, expires, hello_key)
         SELECT $1, root, user_id, $2, foci, platform, flow, device, amr, auth_time, resource, scope, expires, hello_key
         FROM lineage WHERE id = $3 AND revoked = 0",
    )
    .bind(new.to_string())
    .bind(client_id)
    .bind(id.to_string())
    .execute(store)
    .await?;
    if made.rows_affected() == 0 {
        return Err(Refusal::Revoked);
    }
    Ok(Held {
        lineage: new,
        generation: 0,
        ..held
    })
}

/// Reads what [`with_columns!`] asks for.
pub(super) fn read(row: &Row) -> Result<Held, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let number = |name: &str| row.try_get::<i64, _>(name);
    let device: Option<String> = row.try_get("device")?;
    let hello_key: Option<String> = row.try_get("hello_key")?;
    Ok(Held {
        lineage: parse(&text("lineage")?)?,
        generation: u32::try_from(number("generation")?).unwrap_or(u32::MAX),
        origin: Origin {
            client_id: text("client_id")?,
            user: parse(&text("user_id")?)?,
            amr: text("amr")?.split(' ').map(str::to_owned).collect(),
            auth_time: UnixTime(number("auth_time")?),
            device: device.as_deref().map(parse).transpose()?,
            hello_key: hello_key.as_deref().map(parse).transpose()?,
            flow: Flow::of_word(&text("flow")?),
            platform: Platform::of_word(&text("platform")?),
        },
        resource: text("resource")?,
        scope: text("scope")?,
    })
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::Decode(Box::new(error)))
}
