//! Lists of devices. A filter is judged row by row, over so many rows a page: a page may be short, and says where it goes on.

use dovetail_shared::id::ObjectId;

use super::answer::{Context, Properties, many, properties, select};
use super::caller::Caller;
use super::device::described;
use super::error::Refusal;
use super::filter::{Filter, Narrow};
use super::path::{Dialect, Relation, Whose};
use super::query::Options;
use crate::app::App;
use crate::device::{Device, Stretch, device, device_by_object, devices_in, devices_of};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

/// Rows that one page looks at.
const ROWS: usize = 1000;
/// Rows that one count looks at.
const COUNTED: usize = 100_000;

/// What is asked of a list.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    pub(super) dialect: Dialect,
    /// In lower case.
    pub(super) path: &'a str,
    pub(super) options: &'a Options,
    pub(super) headers: &'a HeaderMap,
}

/// Whose devices a list is of.
#[derive(Debug, Clone, Copy)]
enum Source {
    Everybody,
    One(ObjectId, Relation),
}

/// `GET /devices`: everybody's for administrators, the caller's own for others.
pub(super) async fn devices(ask: &Ask<'_>) -> Result<Response, Refusal> {
    ask.caller.reads_own()?;
    list(ask, source(ask.caller)?, "devices").await
}

fn source(caller: &Caller) -> Result<Source, Refusal> {
    if caller.reads_all() {
        Ok(Source::Everybody)
    } else {
        // `reads_own` let them in: it is a person who reads not everything.
        Ok(Source::One(caller.me()?.id, Relation::Owner))
    }
}

/// `GET /devices/$count`
pub(super) async fn count(ask: &Ask<'_>) -> Result<Response, Refusal> {
    ask.caller.reads_own()?;
    eventual(ask.headers)?;
    let filter = filter(ask.options)?;
    let counted = counted(ask, source(ask.caller)?, filter.as_ref()).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain")], counted.to_string()).into_response())
}

/// `GET /me/ownedDevices` and its like.
pub(super) async fn of_person(
    ask: &Ask<'_>,
    whose: &Whose,
    relation: Relation,
) -> Result<Response, Refusal> {
    let user = super::people::find_if(ask.app, ask.caller, whose, Caller::reads_all).await?;
    list(ask, Source::One(user.id, relation), "directoryObjects").await
}

async fn list(ask: &Ask<'_>, source: Source, set: &str) -> Result<Response, Refusal> {
    let options = ask.options;
    let filter = filter(options)?;
    let after = ask.after()?;
    let count = if options.count {
        eventual(ask.headers)?;
        Some(counted(ask, source, filter.as_ref()).await?)
    } else {
        None
    };
    let page = page(ask, source, filter.as_ref(), after).await?;
    let mut entries = Vec::with_capacity(page.found.len());
    for device in &page.found {
        let mut entry = Properties::new();
        if set == "directoryObjects" {
            entry.extend(properties(
                serde_json::json!({ "@odata.type": "#microsoft.graph.device" }),
            ));
        }
        entry.extend(select(described(ask.dialect, device), &options.select)?);
        entries.push(entry);
    }
    let next = page.goes_on.map(|last| ask.next(last));
    let context = Context {
        hosts: &ask.app.hosts,
        dialect: ask.dialect,
        set,
    };
    Ok(many(context, entries, count, next))
}

fn filter(options: &Options) -> Result<Option<Filter>, Refusal> {
    options
        .filter
        .as_deref()
        .map(Filter::parse)
        .transpose()
        .map_err(|why| Refusal::invalid(format!("Invalid filter clause: {why}")))
}

/// Counting is an advanced query: it may lag behind, and the caller has to say that they know.
fn eventual(headers: &HeaderMap) -> Result<(), Refusal> {
    let said = headers
        .get("consistencylevel")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"eventual"));
    said.then_some(())
        .ok_or_else(|| Refusal::invalid("$count needs the header 'ConsistencyLevel: eventual'."))
}

/// What a page found, and the last id it looked at when there is more behind it.
struct Page {
    found: Vec<Device>,
    goes_on: Option<ObjectId>,
}

async fn page(
    ask: &Ask<'_>,
    source: Source,
    filter: Option<&Filter>,
    after: Option<ObjectId>,
) -> Result<Page, Refusal> {
    let top = ask.options.top;
    // Without a filter every row counts: one more than the page says whether it goes on.
    let most = if filter.is_some() { ROWS } else { top + 1 };
    let rows = rows(ask, source, filter, Stretch { after, most }).await?;
    let full = rows.len() == most;
    let mut page = Page {
        found: Vec::new(),
        goes_on: None,
    };
    let mut last = None;
    for row in rows {
        if page.found.len() == top {
            page.goes_on = last;
            return Ok(page);
        }
        last = Some(row.object_id);
        if filter.is_none_or(|filter| filter.holds(&row)) {
            page.found.push(row);
        }
    }
    if full {
        page.goes_on = last;
    }
    Ok(page)
}

async fn counted(ask: &Ask<'_>, source: Source, filter: Option<&Filter>) -> Result<usize, Refusal> {
    let (mut after, mut looked_at, mut count) = (None, 0, 0);
    loop {
        let rows = rows(ask, source, filter, Stretch { after, most: ROWS }).await?;
        count += rows
            .iter()
            .filter(|row| filter.is_none_or(|filter| filter.holds(row)))
            .count();
        looked_at += rows.len();
        match rows.last() {
            Some(last) if rows.len() == ROWS => after = Some(last.object_id),
            _ => return Ok(count),
        }
        if looked_at >= COUNTED {
            return Err(Refusal::invalid(
                "There are too many devices to be counted. Narrow the filter.",
            ));
        }
    }
}

/// The next rows of a list. A filter that names one id looks at no other row.
async fn rows(
    ask: &Ask<'_>,
    source: Source,
    filter: Option<&Filter>,
    stretch: Stretch,
) -> Result<Vec<Device>, Refusal> {
    let store = &ask.app.store;
    let one = match filter.map_or(Narrow::All, Filter::narrow) {
        Narrow::All => {
            return Ok(match source {
                Source::Everybody => devices_in(store, stretch).await?,
                Source::One(user, relation) => {
                    devices_of(store, user, relation.word(), stretch).await?
                }
            });
        }
        Narrow::Nobody => None,
        Narrow::Id(id) => device_by_object(store, id).await?,
        Narrow::Device(id) => device(store, id).await?,
    };
    let Some(one) = one.filter(|one| stretch.after.is_none_or(|after| one.object_id.0 > after.0))
    else {
        return Ok(Vec::new());
    };
    Ok(match source {
        Source::Everybody => vec![one],
        // Their own, or none.
        Source::One(user, _) if one.owner_id == user => vec![one],
        Source::One(user, relation) => {
            let added = crate::device::added_people(store, one.id, relation.word()).await?;
            added.contains(&user).then_some(one).into_iter().collect()
        }
    })
}
