//! Something on the way to the device is missing: what, and what to do about it.

use dovetail_shared::Report;
use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, ReportCard, button};
use crate::place;
use crate::state::{Link, Missing as What, Screen};
use crate::text::{Id, id, say};

/// What to do, in order, and a button that looks again without a reload.
pub(crate) fn missing(props: &PageProps) -> Html {
    let (Screen::Missing(missing), Link::Down(report)) = (props.model.screen(), &props.model.link)
    else {
        return html! {};
    };
    let (body, todo) = advice(missing);
    let lines = todo
        .into_iter()
        .map(|line| html! { <li>{ say(props.lang, line) }</li> });
    html! {
        <>
            <p class="lead">{ say(props.lang, body) }</p>
            if missing == What::Origin {
                <p><code class="value">{ place::origin() }</code></p>
            }
            <ol class="todo">{ for lines }</ol>
            <div class="actions">{ button(props, Kind::Main, id::CHECK_AGAIN, Intent::Check) }</div>
            { card(props, report) }
        </>
    }
}

/// Keyed by the number of misses, so that each is announced.
fn card(props: &PageProps, report: &Report) -> Html {
    html! { <ReportCard key={props.model.misses} lang={props.lang} report={report.clone()} /> }
}

/// What is the matter, and the steps that mend it.
fn advice(missing: What) -> (Id, Vec<Id>) {
    match missing {
        What::Extension => (
            id::MISSING_EXTENSION_BODY,
            vec![
                extension(&agent()),
                id::MISSING_EXTENSION_MANAGED,
                id::MISSING_EXTENSION_AGAIN,
            ],
        ),
        What::Host => (
            id::MISSING_HOST_BODY,
            vec![
                id::MISSING_HOST_INSTALL,
                id::MISSING_HOST_REGISTER,
                id::MISSING_HOST_AGAIN,
            ],
        ),
        What::Daemon => (
            id::MISSING_DAEMON_BODY,
            vec![
                id::MISSING_DAEMON_START,
                id::MISSING_DAEMON_ENABLE,
                id::MISSING_DAEMON_LOOK,
            ],
        ),
        What::Origin => (
            id::MISSING_ORIGIN_BODY,
            vec![id::MISSING_ORIGIN_OPEN, id::MISSING_ORIGIN_ADMIN],
        ),
        What::Version => (
            id::MISSING_VERSION_BODY,
            vec![id::MISSING_VERSION_PACKAGE, id::MISSING_VERSION_EXTENSION],
        ),
        What::Caller => (id::MISSING_CALLER_BODY, vec![id::MISSING_CALLER_REMOVE]),
        What::Silent => (id::MISSING_SILENT_BODY, vec![id::MISSING_SILENT_LOOK]),
    }
}

fn agent() -> String {
    web_sys::window()
        .and_then(|window| window.navigator().user_agent().ok())
        .unwrap_or_default()
}

/// The steps for the browser that is looking at this. A hint only: whoever hides the browser gets the general words.
fn extension(agent: &str) -> Id {
    let has = |name: &str| agent.split([' ', '/']).any(|word| word.ends_with(name));
    if has("Firefox") {
        id::MISSING_EXTENSION_FIREFOX
    } else if has("Edg") {
        id::MISSING_EXTENSION_EDGE
    } else if has("Chrome") && !has("Mobile") {
        id::MISSING_EXTENSION_CHROMIUM
    } else {
        id::MISSING_EXTENSION_OTHER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [PG-13] Each browser gets its own steps.
    #[test]
    fn each_browser_gets_its_own_steps() {
        let linux = "Mozilla/5.0 (X11; Linux x86_64)";
        for (tail, steps) in [
            (
                "AppleWebKit/537.36 HeadlessChrome/156.0.0.0 Safari/537.36",
                id::MISSING_EXTENSION_CHROMIUM,
            ),
            (
                "Gecko/20100101 Firefox/153.0",
                id::MISSING_EXTENSION_FIREFOX,
            ),
            (
                "AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
                id::MISSING_EXTENSION_CHROMIUM,
            ),
            (
                "AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                id::MISSING_EXTENSION_EDGE,
            ),
            (
                "AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
                id::MISSING_EXTENSION_OTHER,
            ),
        ] {
            assert_eq!(extension(&format!("{linux} {tail}")), steps);
        }
    }
}
