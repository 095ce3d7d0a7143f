//! Header SSO survives what happens to browsers and machines, and fails open where it cannot.

use std::path::Path;
use std::time::{Duration, Instant};

use dovetail_tests::app::App;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::signed_on::signed_on;
use dovetail_tests::{Kind, Lab, wait};
use thirtyfour::By;

use crate::sso::{ADELE, forgets_the_session, is_asked, is_signed_in, is_signed_in_soon};
use crate::story::both;

/// Process ids of the hosts that this lab's browsers started: the observers of the worker's life, without a debugger that would
/// keep it alive.
fn hosts(lab: &Lab) -> Vec<u32> {
    let socket = format!("DOVETAIL_SOCKET={}", lab.daemon.socket().display());
    let ours = |dir: &Path| {
        let program =
            std::fs::read_link(dir.join("exe")).is_ok_and(|exe| exe.ends_with("dovetail-host"));
        let environment = std::fs::read(dir.join("environ")).unwrap_or_default();
        program && String::from_utf8_lossy(&environment).contains(&socket)
    };
    let processes = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    processes
        .filter(|dir| ours(dir))
        .filter_map(|dir| dir.file_name()?.to_str()?.parse().ok())
        .collect()
}

/// Waits until there is a host other than these.
async fn another_host(lab: &Lab, than: &[u32]) -> Outcome {
    wait::until_async("another host", || async {
        hosts(lab)
            .iter()
            .any(|pid| !than.contains(pid))
            .then_some(())
    })
    .await
}

fn kill(pids: &[u32]) {
    for pid in pids {
        std::process::Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .unwrap();
    }
}

/// Stops the worker as Chromium's own page for that does.
async fn stops_the_worker(person: &Person<'_>) -> Outcome {
    let before = hosts(person.lab);
    assert!(!before.is_empty(), "no host runs");
    person.goes_to("chrome://serviceworker-internals/").await?;
    wait::until_async("the worker to be stopped", || async {
        for button in person
            .browser
            .driver
            .find_all(By::Css("cr-button[data-command=stop]"))
            .await
            .ok()?
        {
            button.click().await.ok();
        }
        hosts(person.lab)
            .iter()
            .all(|pid| !before.contains(pid))
            .then_some(())
    })
    .await
}

both!(
    /// [EX-05] Worker, host and daemon die, one after the other: the next application is signed in all the same, without a click.
    survives_the_death_of_each,
    async |lab: &mut Lab, kind, name: &str| {
        let app = App::start(lab);
        signed_on(lab, ADELE).await;
        let Some(browser) = dovetail_tests::Browser::start(lab, kind, Options::default()).await else {
            return Ok(());
        };
        let story = async |lab: &mut Lab| -> Outcome {
            is_signed_in_soon(&Person { browser: &browser, lab }, &app).await?;
            if kind == Kind::Chromium {
                let person = Person { browser: &browser, lab };
                stops_the_worker(&person).await?;
                forgets_the_session(&person).await?;
                is_signed_in(&person, &app).await?;
            }
            let before = hosts(lab);
            kill(&before);
            {
                let person = Person { browser: &browser, lab };
                another_host(lab, &before).await?;
                forgets_the_session(&person).await?;
                is_signed_in(&person, &app).await?;
            }
            lab.daemon.kill();
            {
                let person = Person { browser: &browser, lab };
                forgets_the_session(&person).await?;
                let begin = Instant::now();
                is_asked(&person, &app).await?;
                assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
            }
            lab.daemon.run();
            let person = Person { browser: &browser, lab };
            // The host finds the new daemon in its own time.
            is_signed_in_soon(&person, &app).await
        };
        let outcome = story(lab).await;
        if outcome.is_err() {
            browser.keep_evidence(name).await;
        }
        browser.quit().await;
        outcome
    }
);

both!(
    /// The tenant dies in mid-navigation: the browser's own error, no loop; when it is back, so is the sign-in.
    a_tenant_that_died_is_the_browsers_to_tell,
    async |lab: &mut Lab, kind, name: &str| {
        let app = App::start(lab);
        signed_on(lab, ADELE).await;
        let Some(browser) = dovetail_tests::Browser::start(lab, kind, Options::default()).await else {
            return Ok(());
        };
        is_signed_in_soon(&Person { browser: &browser, lab }, &app).await?;
        lab.tenant.process.kill();
        let before = app.site.asked().len();
        let outcome = Person { browser: &browser, lab }.goes_to(&app.url).await;
        assert!(outcome.is_err(), "there was nobody to answer");
        // Nobody goes round in circles; Chromium loads its own error page anew a few times, ever more seldom.
        let asked = app.site.asked().len() - before;
        assert!((1..=6).contains(&asked), "{name}: {asked}");
        browser.quit().await;
        Ok(())
    }
);
