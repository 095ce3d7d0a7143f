//! The page where something keeps it from starting, or slows it down: nobody looks at nothing.

use std::path::{Path, PathBuf};

use dovetail_tests::browser::{Options, Wasm};
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::place::root;
use dovetail_tests::wait::until_async;
use dovetail_tests::{Kind, Lab, Setup};
use thirtyfour::prelude::*;

use crate::story::{both, person};

/// The built page as somebody on the way changed it: `change` gets the bytes of the first file with this ending.
fn spoilt(to: &Path, ending: &str, change: impl Fn(&mut Vec<u8>)) {
    std::fs::create_dir_all(to).unwrap();
    let mut changed = 0;
    for entry in std::fs::read_dir(root().join("web/dist")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        // Without their compressed forms, so that what is changed is what is served.
        let packed = file
            .extension()
            .is_some_and(|end| end == "br" || end == "gz");
        if !file.is_file() || packed {
            continue;
        }
        let mut bytes = std::fs::read(&file).unwrap();
        if name.starts_with("dovetail-web") && name.ends_with(ending) {
            change(&mut bytes);
            changed += 1;
        }
        std::fs::write(to.join(name), bytes).unwrap();
    }
    assert_eq!(changed, 1, "{ending}");
}

/// Tells a story before a page that was changed.
async fn before(
    name: &str,
    kind: Kind,
    ending: &str,
    change: impl Fn(&mut Vec<u8>),
    tell: impl AsyncFnOnce(&Person<'_>) -> Outcome,
) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let assets: PathBuf = dir.path().join("assets");
    spoilt(&assets, ending, change);
    let assets = assets.display().to_string();
    let setup = Setup {
        tenant: &["--portal-assets", &assets],
        ..Setup::default()
    };
    let Some(lab) = Lab::with(name, setup) else {
        return Ok(());
    };
    person(&lab, kind, Options::default(), name, tell).await
}

/// The words that stand in the page itself, with what to do, and nothing that pretends to work.
async fn says_that_it_cannot_start(person: &Person<'_>) -> Outcome {
    person.opens_the_portal().await?;
    person.sees("This page could not start").await?;
    person.sees_text("try another browser").await?;
    let reason = person.reads("#reason").await?;
    assert!(reason.contains(':'), "{reason}");
    let link = person.reads("#fallback a").await?;
    assert_eq!(link, "Reload");
    let app = person.browser.driver.find_all(By::Css("#app *")).await;
    assert!(app.is_ok_and(|found| found.is_empty()));
    crate::accessible::is_open_to_all(person, "This page could not start").await
}

/// One bit, in the middle.
fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
}

both!(
    /// [PG-11] One bit of the Wasm is another one: the browser refuses it by its digest, and the page says so.
    a_changed_wasm_is_refused,
    async |_: &mut Lab, kind, name: &str| before(name, kind, ".wasm", |bytes| flip(bytes), says_that_it_cannot_start).await
);

both!(
    /// [PG-11] The same for the script beside it.
    a_changed_script_is_refused,
    async |_: &mut Lab, kind, name: &str| before(name, kind, ".js", |bytes| flip(bytes), says_that_it_cannot_start).await
);

both!(
    /// [PG-11] Half of the Wasm, as a broken proxy leaves it.
    half_a_wasm_is_refused,
    async |_: &mut Lab, kind, name: &str| {
        let half = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
        before(name, kind, ".wasm", half, says_that_it_cannot_start).await
    }
);

both!(
    /// [PG-11] A browser that is not let run Wasm.
    without_wasm_the_page_says_so,
    async |lab: &mut Lab, kind, name: &str| {
        let options = Options { wasm: Wasm::Unknown, ..Options::default() };
        person(lab, kind, options, name, says_that_it_cannot_start).await
    }
);

/// What is shown right now: whether something turns, and the words.
async fn shown(driver: &WebDriver) -> (bool, String) {
    let script = "const turning = document.querySelector('.spinner')?.checkVisibility() ?? false; return [turning, document.body?.innerText ?? ''];";
    let told = driver.execute(script, vec![]).await;
    told.ok()
        .and_then(|told| told.convert().ok())
        .unwrap_or_default()
}

/// [PG-12] A slow machine far away: there is never nothing to look at, never a complaint, and the whole join can be done.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_machine_far_away_can_join() {
    let name = "a_slow_machine_far_away_can_join";
    crate::story::tell(name, Kind::Chromium, async |lab: &mut Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, async |person| {
            let driver = &person.browser.driver;
            let cdp = driver.cdp();
            for (method, parameters) in [
                ("Emulation.setCPUThrottlingRate", serde_json::json!({ "rate": 4 })),
                ("Network.enable", serde_json::json!({})),
                ("Network.emulateNetworkConditions", serde_json::json!({ "offline": false, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1 })),
            ] {
                cdp.send_raw(method, parameters).await.map_err(|error| error.to_string())?;
            }
            // Returns at once: the page is watched from its first paint on.
            let page = person.lab.tenant.value("page");
            driver.execute("location.href = arguments[0];", vec![page.into()]).await.map_err(|error| error.to_string())?;
            let seen = std::cell::RefCell::new(Vec::new());
            until_async("the first screen", || async {
                let now = shown(driver).await;
                let there = now.1.contains("Join this device");
                seen.borrow_mut().push(now);
                there.then_some(())
            })
            .await?;
            let seen = seen.into_inner();
            let first = seen.iter().position(|(turning, words)| *turning || !words.is_empty()).unwrap();
            for (turning, words) in &seen[first..] {
                assert!(*turning || !words.is_empty(), "nothing to look at, after something: {seen:?}");
                assert!(!words.contains("could not start"), "{seen:?}");
            }
            person.signs_in("adele@contoso.com").await?;
            person.confirms("A slow laptop").await?;
            person.sees("This device has joined").await
        })
        .await
    })
    .await;
}
