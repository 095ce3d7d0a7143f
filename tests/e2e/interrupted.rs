//! The extension is updated or switched off while a person joins.

use dovetail_tests::browser::{Change, Options};
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::wait::until_async;
use dovetail_tests::{Kind, Lab};

use crate::story::{both, person};

/// Chromium leaves the old script on the page, which tells as soon as the page, looked at again, asks; Firefox takes the script
/// away, and a person who goes on hears nothing more.
async fn says_that_it_is_gone(person: &Person<'_>) -> Outcome {
    match person.browser.kind {
        Kind::Chromium => person.sees("Install the Dovetail extension").await,
        Kind::Firefox => {
            person.clicks("button[type=submit]").await?;
            person.sees("Your device does not answer").await
        }
    }
}

/// Opens the portal until the extension, which the browser fetches or loads meanwhile, is on it.
pub(crate) async fn waits_for_the_extension(person: &Person<'_>) -> Outcome {
    let driver = &person.browser.driver;
    until_async("the extension to be on the portal", || async {
        person.opens_the_portal().await.ok()?;
        let script = "return document.documentElement.dataset.dovetail ?? null;";
        let told = driver.execute(script, vec![]).await.ok()?;
        told.json().is_string().then_some(())
    })
    .await
}

/// A person signs in, and has read what will be done when the extension goes; the page says so.
async fn loses_it_before_confirming(person: &Person<'_>, change: Change) -> Outcome {
    person.opens_the_portal().await?;
    person.signs_in("adele@contoso.com").await?;
    person.sees("Is this right?").await?;
    let changed = person.browser.extension(change).await;
    changed.map_err(|error| error.to_string())?;
    says_that_it_is_gone(person).await
}

/// With the extension there again the join goes on where it was, and there is one device.
async fn goes_on_and_joins(person: &Person<'_>) -> Outcome {
    waits_for_the_extension(person).await?;
    person.confirms("Adele’s laptop").await?;
    person.sees("This device has joined").await?;
    assert_eq!(person.lab.tenant.devices().len(), 1);
    Ok(())
}

both!(
    /// [EX-10] The extension is updated while the person reads what will be done: the page that lost it says so; opened anew, it
    /// goes on where it was, and there is one device.
    updated_in_the_middle,
    async |lab: &mut Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, async |person| {
            loses_it_before_confirming(person, Change::Reload).await?;
            goes_on_and_joins(person).await
        })
        .await
    }
);

both!(
    /// [EX-10] Switched off in the middle: the page says what is missing, no device comes of it; switched on again, the join goes on.
    switched_off_in_the_middle,
    async |lab: &mut Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, async |person| {
            loses_it_before_confirming(person, Change::Disable).await?;
            person.opens_the_portal().await?;
            person.sees("Install the Dovetail extension").await?;
            assert!(person.lab.tenant.devices().is_empty());
            let changed = person.browser.extension(Change::Enable).await;
            changed.map_err(|error| error.to_string())?;
            goes_on_and_joins(person).await
        })
        .await
    }
);
