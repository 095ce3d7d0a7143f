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

both!(
    /// [EX-10] The extension is updated while the person reads what will be done: the page that lost it says so; opened anew, it
    /// goes on where it was, and there is one device.
    updated_in_the_middle,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("adele@contoso.com").await?;
            person.sees("Is this right?").await?;
            person.browser.extension(Change::Reload).await.map_err(|error| error.to_string())?;
            says_that_it_is_gone(person).await?;
            waits_for_the_extension(person).await?;
            person.confirms("Adele’s laptop").await?;
            person.sees("This device has joined").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            Ok(())
        })
        .await
    }
);

both!(
    /// [EX-10] Switched off in the middle: the page says what is missing, no device comes of it; switched on again, the join goes on.
    switched_off_in_the_middle,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("adele@contoso.com").await?;
            person.sees("Is this right?").await?;
            person.browser.extension(Change::Disable).await.map_err(|error| error.to_string())?;
            says_that_it_is_gone(person).await?;
            person.opens_the_portal().await?;
            person.sees("Install the Dovetail extension").await?;
            assert!(lab.tenant.devices().is_empty());
            person.browser.extension(Change::Enable).await.map_err(|error| error.to_string())?;
            waits_for_the_extension(person).await?;
            person.confirms("Adele’s laptop").await?;
            person.sees("This device has joined").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            Ok(())
        })
        .await
    }
);
