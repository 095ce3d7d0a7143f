//! Pictures of every page, in both themes.

use std::path::Path;

use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::{Browser, Kind, Lab, Setup};

/// A picture in each theme.
pub(crate) async fn take(browser: &Browser, out: &Path, name: &str) {
    for (dark, theme) in [(true, "dark"), (false, "light")] {
        browser.theme(dark).await;
        browser
            .picture(&out.join("pictures").join(format!("{name}-{theme}.png")))
            .await;
    }
}

/// The pages that nobody hopes to see.
pub(crate) async fn trouble(lab: &Lab, out: &Path) -> Outcome {
    let nothing = Options {
        extension: false,
        ..Options::default()
    };
    let half = Options {
        host: false,
        ..Options::default()
    };
    missing(
        lab,
        out,
        nothing,
        "20-extension-missing",
        "Install the Dovetail extension",
    )
    .await?;
    missing(
        lab,
        out,
        half,
        "21-host-missing",
        "Install Dovetail on this device",
    )
    .await?;
    refusals(out).await
}

async fn missing(lab: &Lab, out: &Path, options: Options, name: &str, heading: &str) -> Outcome {
    let Some(browser) = Browser::start(lab, Kind::Chromium, options).await else {
        return Ok(());
    };
    let person = Person {
        browser: &browser,
        lab,
    };
    person.opens_the_portal().await?;
    person.sees(heading).await?;
    take(&browser, out, name).await;
    browser.quit().await;
    Ok(())
}

/// A lab in which nearly everything is refused once.
async fn refusals(out: &Path) -> Outcome {
    let setup = Setup {
        approval: "terminal",
        ..Setup::default()
    };
    let Some(mut lab) = Lab::with("demo_trouble", setup) else {
        return Ok(());
    };
    lab.tenant.run(&["policy", "set", "--device-limit", "0"]);
    let Some(browser) = Browser::start(&lab, Kind::Chromium, Options::default()).await else {
        return Ok(());
    };
    let seen = refused(&lab, &browser, out).await;
    lab.daemon.kill();
    let seen = match seen {
        Ok(()) => without_the_daemon(&lab, &browser, out).await,
        failed => failed,
    };
    if seen.is_err() {
        browser.keep_evidence("demo_trouble").await;
    }
    browser.quit().await;
    seen
}

async fn refused(lab: &Lab, browser: &Browser, out: &Path) -> Outcome {
    let person = Person { browser, lab };
    wrong_password(&person, out).await?;
    person.confirms("One too many").await?;
    person.sees("Approve on this device").await?;
    take(browser, out, "23-approve").await;
    let (code, _, complaint) = lab.daemon.cli(&["approve", "--yes"]);
    if code != 0 {
        return Err(complaint);
    }
    person.sees("That did not work").await?;
    take(browser, out, "24-failed").await;
    declined(&person, out).await
}

async fn without_the_daemon(lab: &Lab, browser: &Browser, out: &Path) -> Outcome {
    let person = Person { browser, lab };
    person.opens_the_portal().await?;
    person.sees("Start the Dovetail service").await?;
    take(browser, out, "26-daemon-not-running").await;
    Ok(())
}

async fn wrong_password(person: &Person<'_>, out: &Path) -> Outcome {
    person.opens_the_portal().await?;
    person
        .chooses_work_device_and_account("adele@contoso.com")
        .await?;
    person.enters_password("not this").await?;
    person.reads("[role=alert]").await?;
    take(person.browser, out, "22-wrong-password").await;
    let (password, _) = person.lab.tenant.person("adele@contoso.com");
    person.enters_password(&password).await?;
    person.does_not_stay_signed_in().await
}

/// Terms that are not accepted.
async fn declined(person: &Person<'_>, out: &Path) -> Outcome {
    person.clicks(".actions button:last-of-type").await?;
    person.signs_in("alex@contoso.com").await?;
    person.sees("Terms of use").await?;
    person.clicks("main .actions button.main").await?;
    // The browser is still signed in as the one before, too: who came last stands first.
    person.clicks("button[name=account]").await?;
    person.clicks("button[name=answer][value=decline]").await?;
    person.sees("You declined the terms of use").await?;
    take(person.browser, out, "25-terms-declined").await;
    Ok(())
}
