//! Nobody is kept out: every page that a person meets on the way is judged by axe-core, in both themes.

use dovetail_tests::axe;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};

use crate::story::{both, person};

/// Waits for the page and has it judged.
pub(crate) async fn is_open_to_all(person: &Person<'_>, heading: &str) -> Outcome {
    person.sees(heading).await?;
    let found = axe::violations(&person.browser.driver)
        .await
        .unwrap_or_default();
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{heading:?} keeps people out:\n{}",
            found.join("\n")
        ))
    }
}

async fn on_the_way(person: &Person<'_>) -> Outcome {
    let (password, totp) = person.lab.tenant.person("megan@contoso.com");
    let page = person.lab.tenant.value("page");
    person.goes_to(&format!("{page}?mode=oobe")).await?;
    is_open_to_all(person, "Welcome. Let’s set up this device.").await?;
    person.opens_the_portal().await?;
    is_open_to_all(person, "Join this device").await?;
    person.clicks("button[type=submit]").await?;
    is_open_to_all(person, "Your work or school account").await?;
    person.fills("#account", "megan@contoso.com").await?;
    person.clicks("button[type=submit]").await?;
    is_open_to_all(person, "Enter password").await?;
    person.enters_password("not this").await?;
    person.reads("[role=alert]").await?;
    is_open_to_all(person, "Enter password").await?;
    person.enters_password(&password).await?;
    is_open_to_all(person, "Enter code").await?;
    person.enters_code(&totp.unwrap_or_default()).await?;
    is_open_to_all(person, "Stay signed in?").await?;
    person.does_not_stay_signed_in().await?;
    is_open_to_all(person, "Is this right?").await?;
    person
        .lab
        .tenant
        .run(&["policy", "set", "--device-limit", "0"]);
    person.clicks("button[type=submit]").await?;
    is_open_to_all(person, "That did not work").await?;
    person
        .lab
        .tenant
        .run(&["policy", "set", "--device-limit", "1"]);
    person.clicks(".actions button").await?;
    is_open_to_all(person, "This device has joined").await?;
    person.clicks(":not(section) > .actions button").await?;
    is_open_to_all(person, "This device").await
}

async fn with_terms_and_management(person: &Person<'_>) -> Outcome {
    person.opens_the_portal().await?;
    person.signs_in("alex@contoso.com").await?;
    is_open_to_all(person, "Terms of use").await?;
    person.opens_the_terms().await?;
    let heading = person.reads("h1").await?;
    is_open_to_all(person, &heading).await?;
    person.goes_back().await?;
    person.sees_text("You came back without an answer").await?;
    is_open_to_all(person, "Terms of use").await?;
    person.reads_and_accepts_the_terms().await?;
    person.confirms("Alex’s laptop").await?;
    person.is_managed().await?;
    is_open_to_all(person, "This device has joined").await?;
    person.clicks(":not(section) > .actions button").await?;
    is_open_to_all(person, "This device").await
}

both!(
    /// The way with terms of use and management.
    with_terms_light,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, with_terms_and_management).await
    }
);

both!(
    /// The same in the dark.
    with_terms_dark,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let options = Options { dark: true, ..Options::default() };
        person(lab, kind, options, name, with_terms_and_management).await
    }
);

both!(
    /// The whole way, a refusal on it included.
    on_the_way_light,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        person(lab, kind, Options::default(), name, on_the_way).await
    }
);

both!(
    /// The same in the dark.
    on_the_way_dark,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let options = Options { dark: true, ..Options::default() };
        person(lab, kind, options, name, on_the_way).await
    }
);

both!(
    /// Where something is missing. The judge himself is put to the test here: a picture without words must be found.
    without_the_extension,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let options = Options { extension: false, ..Options::default() };
        person(lab, kind, options, name, async |person| {
            person.opens_the_portal().await?;
            is_open_to_all(person, "Install the Dovetail extension").await?;
            let driver = &person.browser.driver;
            let spoil = "document.querySelector('main').append(document.createElement('img'))";
            driver.execute(spoil, vec![]).await.map_err(|error| error.to_string())?;
            let found = axe::violations(driver).await;
            if found.is_none_or(|found| found.iter().any(|line| line.starts_with("image-alt"))) {
                Ok(())
            } else {
                Err("axe-core finds nothing wrong with a picture without words".to_owned())
            }
        })
        .await
    }
);
