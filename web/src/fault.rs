//! Failures that the page itself finds, told in the same form as everybody else's.

use dovetail_shared::code::Fix;
use dovetail_shared::id::CorrelationId;
use dovetail_shared::{Code, Report, UnixTime};

use crate::random;
use crate::text::{Lang, own};

/// A report of the page's own. `detail` is a sentence in the person's language; never a token, never a whole URL.
#[allow(
    clippy::unnecessary_box_returns,
    reason = "failures travel boxed through the whole page: each caller that would box it makes the page heavier"
)]
pub(crate) fn report(code: Code, detail: Option<String>) -> Box<Report> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds of this era fit"
    )]
    let now = UnixTime((js_sys::Date::now() / 1000.0) as i64);
    Box::new(words(code, detail, random::correlation_id(), now))
}

fn words(
    code: Code,
    detail: Option<String>,
    correlation_id: CorrelationId,
    time: UnixTime,
) -> Report {
    let (row, lang) = (own(code), Lang::any());
    Report {
        code,
        symbol: row.map_or_else(String::new, |row| row.symbol.to_owned()),
        phase: None,
        step: None,
        what: row.map_or_else(String::new, |row| lang.text(row.what).to_owned()),
        cure: row.map_or_else(String::new, |row| lang.text(row.cure).to_owned()),
        detail,
        fix: row.map_or(Fix::Admin, |row| row.fix),
        retry: row.is_some_and(|row| row.retry),
        correlation_id,
        time,
        attempt: 0,
        server: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's own reports are those that the other programs would have made.
    #[test]
    fn a_report_of_the_page_is_like_everybody_elses() {
        let id: CorrelationId = "6bff0bd9-0000-4000-8000-000000000001".parse().unwrap();
        for code in [Code::EXTENSION_MISSING, Code::TIMED_OUT, Code::WRONG_TENANT] {
            assert_eq!(
                words(code, None, id, UnixTime(5)),
                Report::new(code, id, UnixTime(5))
            );
        }
        assert_eq!(words(Code::Aadsts(1), None, id, UnixTime(5)).symbol, "");
    }
}
