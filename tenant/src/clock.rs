//! The only place that reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use dovetail_shared::UnixTime;
use time::OffsetDateTime;
use time::macros::format_description;

/// Now, whole seconds.
pub(crate) fn now() -> UnixTime {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    UnixTime(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn date(time: UnixTime) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.0).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `2016-01-09 02:02:12Z`, as the identity provider writes it.
pub(crate) fn aadsts_form(time: UnixTime) -> String {
    date(time)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second]Z"
        ))
        .unwrap_or_default()
}

/// `02-24-2016 17:37:01Z`, as the registration service writes it (MS-DVRJ §4.2).
pub(crate) fn drs_form(time: UnixTime) -> String {
    date(time)
        .format(format_description!(
            "[month]-[day]-[year] [hour]:[minute]:[second]Z"
        ))
        .unwrap_or_default()
}

/// `2/24/2016 5:37:01 PM`, as `Get-MsolDevice` prints it.
pub(crate) fn msol_form(time: UnixTime) -> String {
    date(time)
        .format(format_description!(
            "[month padding:none]/[day padding:none]/[year] [hour repr:12 padding:none]:[minute]:[second] [period]"
        ))
        .unwrap_or_default()
}

/// The same day and time so many years later; the 29th of February becomes the 1st of March.
pub(crate) fn years_after(time: UnixTime, years: i32) -> UnixTime {
    let from = date(time);
    let year = from.year().saturating_add(years);
    let later = from
        .replace_year(year)
        .or_else(|_| (from + ::time::Duration::days(1)).replace_year(year))
        .unwrap_or(from);
    UnixTime(later.unix_timestamp())
}

/// `2026-11-25T15:04:05Z`, as the directory API writes it.
pub(crate) fn graph_form(time: UnixTime) -> String {
    date(time)
        .format(format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second]Z"
        ))
        .unwrap_or_default()
}

/// `2026-11-25T15:04:05.000Z`, as XML documents write it.
pub(crate) fn xml_form(time: UnixTime) -> String {
    date(time)
        .format(format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].000Z"
        ))
        .unwrap_or_default()
}

/// Now, milliseconds since 1970.
pub(crate) fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
