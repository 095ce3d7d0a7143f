//! The extension's own pages, each in a tab: the popup, which says how things stand, and the settings.

use dovetail_tests::Lab;
use dovetail_tests::browser::{Managed, Options};
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::place;
use dovetail_tests::wait::until_async;
use serde_json::{Value, json};
use thirtyfour::Key;
use thirtyfour::prelude::*;

use crate::accessible::is_open_to_all;
use crate::sign_on::signs_in_from_the_page;
use crate::story::{both, employee, person};

const POPUP: &str = "src/popup/popup.html";
const SETTINGS: &str = "src/options/options.html";

async fn picture(person: &Person<'_>, name: &str) {
    let file = format!("target/pictures/{name}-{:?}.png", person.browser.kind);
    person.browser.picture(&place::root().join(file)).await;
}

/// Opens the popup and waits until its headline says this.
async fn glances(person: &Person<'_>, headline: &str) -> Outcome {
    let opened = person.browser.opens(POPUP).await;
    opened.map_err(|error| error.to_string())?;
    until_async(headline, || async {
        (person.reads("#headline").await.ok()? == headline).then_some(())
    })
    .await
}

/// Waits until a part of the page contains this.
async fn reads_in(person: &Person<'_>, css: &str, words: &str) -> Outcome {
    let what = format!("{words:?} in {css}");
    until_async(&what, || async {
        let part = person.browser.driver.find(By::Css(css)).await.ok()?;
        part.text().await.ok()?.contains(words).then_some(())
    })
    .await
}

/// Presses Tab and gives the id of what has the focus then.
async fn tabs_to(person: &Person<'_>) -> Outcome<String> {
    let driver = &person.browser.driver;
    let words = |error: WebDriverError| error.to_string();
    let here = driver.active_element().await.map_err(words)?;
    here.send_keys(Key::Tab + "").await.map_err(words)?;
    let there = driver.active_element().await.map_err(words)?;
    Ok(there.id().await.map_err(words)?.unwrap_or_default())
}

async fn the_popup(person: &Person<'_>, theme: &str) -> Outcome {
    glances(person, "This device is not joined").await?;
    is_open_to_all(person, "Dovetail").await?;
    picture(person, &format!("popup-not-joined-{theme}")).await;
    person.joins("adele@contoso.com", "Adele’s laptop").await?;
    glances(person, "This device is joined").await?;
    reads_in(person, "#sign-on", "not signed in on this device yet").await?;
    is_open_to_all(person, "Dovetail").await?;
    picture(person, &format!("popup-not-signed-in-{theme}")).await;
    // By keyboard alone: in the order in which it is read.
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(tabs_to(person).await?);
    }
    assert_eq!(order, ["sign-in", "portal", "settings", "copy"]);
    person.opens_the_portal().await?;
    signs_in_from_the_page(person).await?;
    glances(person, "This device is joined").await?;
    for words in [
        "Adele’s laptop",
        "Contoso",
        "adele@contoso.com",
        "in the TPM",
        "Signed in as",
    ] {
        reads_in(person, "#facts", words).await?;
    }
    is_open_to_all(person, "Dovetail").await?;
    picture(person, &format!("popup-signed-in-{theme}")).await;
    person.clicks("#copy").await?;
    reads_in(person, "#copied", "Copied, without secrets.").await
}

both!(
    /// Before the join, after it, signed in: each is said, by keyboard and to screen readers, too.
    the_popup_says_how_things_stand,
    async |lab: &mut Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, async |person| the_popup(person, "light").await).await
    }
);

both!(
    /// The same in the dark.
    the_popup_in_the_dark,
    async |lab: &mut Lab, kind, name: &str| {
        let options = Options { dark: true, ..Options::default() };
        person(lab, kind, options, name, async |person| the_popup(person, "dark").await).await
    }
);

both!(
    /// Without the daemon the popup says so, with its code, and a way out.
    the_popup_without_the_daemon,
    async |lab: &mut Lab, kind, _: &str| {
        lab.daemon.stop();
        let browser = dovetail_tests::Browser::start(lab, kind, Options::default()).await;
        let Some(browser) = browser else { return Ok(()) };
        {
            let person = Person { browser: &browser, lab };
            glances(&person, "The Dovetail service is not running.").await?;
            reads_in(&person, "#code", "JOIN-303").await?;
            is_open_to_all(&person, "Dovetail").await?;
            picture(&person, "popup-no-daemon").await;
        }
        lab.daemon.run();
        let person = Person { browser: &browser, lab };
        // The extension looks for the daemon by itself, too: where it was quicker, the button is hidden already.
        let asks = "document.querySelector('#again').click()";
        let asked = browser.driver.execute(asks, Vec::new()).await;
        asked.map_err(|error| error.to_string())?;
        reads_in(&person, "#headline", "This device is not joined").await?;
        browser.quit().await;
        Ok(())
    }
);

/// What the extension keeps under this name.
async fn kept(person: &Person<'_>, name: &str) -> Outcome<Value> {
    let script = "const [name, done] = arguments; (globalThis.browser ?? chrome).storage.local.get(name).then((all) => done(JSON.stringify(all[name] ?? null)));";
    let told = person
        .browser
        .driver
        .execute_async(script, vec![json!(name)])
        .await;
    let told: String = told
        .and_then(|told| told.convert())
        .map_err(|error| error.to_string())?;
    serde_json::from_str(&told).map_err(|error| error.to_string())
}

async fn the_settings(person: &Person<'_>) -> Outcome {
    let opened = person.browser.opens(SETTINGS).await;
    opened.map_err(|error| error.to_string())?;
    person.sees("Dovetail settings").await?;
    person
        .sees_text("Nobody is signed in on this device.")
        .await?;
    person.sees_text("https://app.contoso.com").await?;
    person.sees_text("login.contoso.example").await?;
    is_open_to_all(person, "Dovetail settings").await?;
    picture(person, "settings").await;
    person.fills("#site", "no host").await?;
    person.clicks("#add button").await?;
    reads_in(person, "#site-wrong", "Write a host name").await?;
    is_open_to_all(person, "Dovetail settings").await?;
    person
        .fills("#site", "https://intranet.contoso.com/start?x=1")
        .await?;
    person.clicks("#add button").await?;
    reads_in(person, "#sites", "intranet.contoso.com").await?;
    assert_eq!(
        kept(person, "ssoSites").await?,
        json!({ "intranet.contoso.com": false })
    );
    is_open_to_all(person, "Dovetail settings").await?;
    picture(person, "settings-site").await;
    person.clicks("#sites button").await?;
    person.sees_text("There are none.").await?;
    assert_eq!(kept(person, "ssoSites").await?, json!({}));
    if person.browser.kind == dovetail_tests::Kind::Firefox {
        // A click gives the permission that an application's page needs; Chromium asks in a window that no driver reaches.
        person.clicks("#apps button").await?;
        reads_in(person, "#apps", "allowed").await?;
        person.clicks("#contain-allow").await?;
    }
    is_open_to_all(person, "Dovetail settings").await
}

/// What this organisation fixed.
fn fixed() -> Managed {
    let login_hosts = ["https://login.contoso.example"];
    Managed::with(
        json!({ "msalOrigins": ["https://app.contoso.com"], "loginHosts": login_hosts, "sso": true }),
    )
}

both!(
    /// Settings: what policy fixed is shown, a site is switched off and on again, wrong words are told from right ones.
    the_settings_are_kept,
    async |lab: &mut Lab, kind, name: &str| {
        employee(lab, kind, &fixed(), name, the_settings).await
    }
);
