//! One failure, told to a person: what, what to do, the number to quote; the rest on demand; all of it to copy.

use dovetail_shared::Report;
use wasm_bindgen_futures::JsFuture;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::facts::{bdi, code, facts};
use super::steps::step_text;
use crate::text::{Id, Lang, codes_are_here, fetch_codes, german, id, own, rich, say, told};

/// What happened and what to do, in the person's language where that is known; else as the report says it.
fn words(lang: Lang, report: &Report) -> (Html, Html) {
    let german = german(report.code).filter(|_| lang == Lang::De);
    match (own(report.code), german) {
        (Some(row), _) => (say(lang, row.what), say(lang, row.cure)),
        (None, Some((what, cure))) => (told(what), told(cure)),
        (None, None) if report.symbol.is_empty() || report.what.is_empty() => (
            say(lang, id::FAILED_UNKNOWN),
            say(lang, id::FAILED_UNKNOWN_CURE),
        ),
        (None, None) => (told(&report.what), told(&report.cure)),
    }
}

/// Whether the words for reports have to be fetched first.
fn is_to_come(lang: Lang) -> bool {
    lang == Lang::De && !codes_are_here()
}

/// Properties of [`ReportCard`].
#[derive(Debug, Properties)]
pub(crate) struct ReportCardProps {
    pub(crate) lang: Lang,
    pub(crate) report: Report,
}

/// A report never changes; another one has another correlation id or another time.
impl PartialEq for ReportCardProps {
    fn eq(&self, other: &Self) -> bool {
        let of = |props: &Self| {
            let report = &props.report;
            (
                props.lang,
                report.correlation_id,
                report.time,
                report.attempt,
            )
        };
        of(self) == of(other)
    }
}

/// What went wrong, what to do about it, and the number to quote.
#[component]
pub(crate) fn ReportCard(ReportCardProps { lang, report }: &ReportCardProps) -> Html {
    let copied = use_state(|| None::<Id>);
    let lang = *lang;
    let tried = use_state(|| false);
    let to_come = is_to_come(lang) && !*tried;
    use_effect_with(to_come, {
        let tried = tried.setter();
        move |to_come| {
            if *to_come {
                spawn_local(async move {
                    fetch_codes().await;
                    tried.set(true);
                });
            }
        }
    });
    // What is announced is announced once, in one language.
    let (what, cure) = if to_come {
        Default::default()
    } else {
        words(lang, report)
    };
    let onclick = {
        let (copied, text) = (copied.setter(), plain(report));
        move |_: MouseEvent| copy(text.clone(), copied.clone())
    };
    html! {
        <section class="report">
            <div role="alert">
                <p class="what">{ what }</p>
                <p class="cure">{ cure }</p>
            </div>
            <p class="number">
                <code>{ report.code.to_string() }</code>{ " · " }<code>{ report.correlation_id.to_string() }</code>
            </p>
            <details>
                <summary>{ say(lang, id::DETAILS) }</summary>
                { facts(lang, rows(lang, report)) }
                <button type="button" class="button small" {onclick}>{ say(lang, id::COPY) }</button>
                <span class="copied" role="status">
                    if let Some(said) = *copied { { say(lang, said) } }
                </span>
            </details>
        </section>
    }
}

fn rows(lang: Lang, report: &Report) -> Vec<(Id, Html)> {
    let mut rows = vec![
        (id::DETAIL_CODE, code(&report.code.to_string())),
        (
            id::DETAIL_CORRELATION,
            code(&report.correlation_id.to_string()),
        ),
        (id::DETAIL_TIME, code(&report.time.to_string())),
    ];
    if let Some(detail) = &report.detail {
        rows.push((id::DETAIL_PARTICULARS, bdi(detail)));
    }
    if let Some(step) = report.step {
        rows.push((id::DETAIL_PHASE, rich(lang, step_text(step), &[])));
    }
    if report.attempt > 0 {
        rows.push((id::DETAIL_ATTEMPT, code(&report.attempt.to_string())));
    }
    if let Some(said) = &report.server {
        let line = server_line(said.http_status, &said.error, &said.message);
        rows.push((id::DETAIL_SERVER, bdi(&line)));
        if !said.request_id.is_empty() {
            rows.push((id::DETAIL_REQUEST, code(&said.request_id)));
        }
    }
    if lang != Lang::En && !report.what.is_empty() {
        rows.push((id::DETAIL_WHAT, bdi(&report.what)));
    }
    rows
}

fn server_line(status: u16, error: &str, message: &str) -> String {
    let status = if status == 0 {
        String::new()
    } else {
        status.to_string()
    };
    let words: Vec<&str> = [status.as_str(), error, message]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" · ")
}

/// The report as text for a ticket: English, because the people who read tickets search for English.
fn plain(report: &Report) -> String {
    let mut lines = vec![
        format!("{} {}", report.code, report.symbol),
        report.what.clone(),
        report.cure.clone(),
        format!("correlation id: {}", report.correlation_id),
        format!("time: {}", report.time),
    ];
    if let Some(step) = report.step {
        lines.push(format!("step: {}, attempt {}", step.name(), report.attempt));
    }
    if let Some(detail) = &report.detail {
        lines.push(format!("detail: {detail}"));
    }
    if let Some(said) = &report.server {
        let line = server_line(said.http_status, &said.error, &said.message);
        lines.push(format!("server: {line}"));
        lines.push(format!("request id: {}", said.request_id));
    }
    lines.join("\n")
}

fn copy(text: String, copied: UseStateSetter<Option<Id>>) {
    let Some(window) = web_sys::window() else {
        return;
    };
    spawn_local(async move {
        let written = JsFuture::from(window.navigator().clipboard().write_text(&text)).await;
        copied.set(Some(if written.is_ok() {
            id::COPIED
        } else {
            id::COPY_FAILED
        }));
    });
}

#[cfg(test)]
mod tests {
    use dovetail_shared::code::ServerSaid;
    use dovetail_shared::{Code, Step};

    use super::*;
    use crate::state::sample;

    #[test]
    fn a_report_for_a_ticket_holds_all_that_is_known() {
        let mut report = sample::report(Code::QUOTA_REACHED).in_step(Step::Register);
        report.attempt = 2;
        report.detail = Some("20 of 20".into());
        report.server = Some(ServerSaid {
            http_status: 403,
            error: "DeviceCapReached".into(),
            message: String::new(),
            request_id: "r-1".into(),
        });
        let text = plain(&report);
        for part in [
            "0x801c000e QUOTA_REACHED",
            "6bff0bd9-0000-4000-8000-000000000001",
            "2025-11-24T16:00:00Z",
            "step: register, attempt 2",
            "detail: 20 of 20",
            "server: 403 · DeviceCapReached",
            "request id: r-1",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
