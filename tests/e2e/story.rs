//! One body, two browsers.

use dovetail_tests::browser::{Managed, Options};
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::{Browser, Kind, Lab, Setup};

/// Makes a test for each browser out of a story. Each gets a lab and a browser of its own.
macro_rules! both {
    ($(#[$story:meta])* $name:ident, $tell:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "stories differ in what they use")]
            use super::*;

            $(#[$story])*
            #[tokio::test(flavor = "multi_thread")]
            async fn in_chromium() {
                crate::story::tell(concat!(stringify!($name), "_chromium"), dovetail_tests::Kind::Chromium, $tell).await;
            }

            $(#[$story])*
            #[tokio::test(flavor = "multi_thread")]
            async fn in_firefox() {
                crate::story::tell(concat!(stringify!($name), "_firefox"), dovetail_tests::Kind::Firefox, $tell).await;
            }
        }
    };
}
pub(crate) use both;

/// Sets the stage, tells the story, keeps evidence when it goes wrong.
pub(crate) async fn tell<F>(name: &str, kind: Kind, story: F)
where
    F: AsyncFnOnce(&mut Lab, Kind, &str) -> Outcome,
{
    let Some(mut lab) = Lab::with(name, Setup::default()) else {
        return;
    };
    if let Err(why) = story(&mut lab, kind, name).await {
        panic!("{name}: {why}");
    }
}

/// Puts a person in front of a browser, and keeps what was seen when they fail.
pub(crate) async fn person(
    lab: &Lab,
    kind: Kind,
    options: Options,
    name: &str,
    act: impl AsyncFnOnce(&Person<'_>) -> Outcome,
) -> Outcome {
    let browser = Browser::start(lab, kind, options).await;
    at(lab, browser, name, act).await
}

/// The same where an organisation manages the browser.
pub(crate) async fn employee(
    lab: &Lab,
    kind: Kind,
    managed: &Managed,
    name: &str,
    act: impl AsyncFnOnce(&Person<'_>) -> Outcome,
) -> Outcome {
    let browser = Browser::managed(lab, kind, Options::default(), managed).await;
    at(lab, browser, name, act).await
}

async fn at(
    lab: &Lab,
    browser: Option<Browser>,
    name: &str,
    act: impl AsyncFnOnce(&Person<'_>) -> Outcome,
) -> Outcome {
    let Some(browser) = browser else {
        return Ok(());
    };
    let outcome = act(&Person {
        browser: &browser,
        lab,
    })
    .await;
    if outcome.is_err() {
        browser.keep_evidence(name).await;
    }
    browser.quit().await;
    outcome
}
