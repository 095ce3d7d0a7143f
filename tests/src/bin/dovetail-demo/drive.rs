//! The join, phase by phase, as the article counts them.

use std::path::Path;

use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::wait::until_async;

use crate::phases::Phases;
use crate::pictures::take;
use crate::who::Who;

/// From the first page to a device that is joined and managed.
pub(crate) async fn join(
    person: &Person<'_>,
    who: &Who,
    out: &Path,
    phases: &mut Phases,
) -> Outcome {
    chooses(person, who, out).await?;
    phases.over("phase 1: the person chooses to join");
    if who.federated {
        signs_in_there(person, who, out).await?;
        phases.over("phase 2: signed in at the organisation's own service");
    } else {
        signs_in(person, who, out).await?;
        phases.over("phase 2: password and second factor");
    }
    person.sees("Terms of use").await?;
    take(person.browser, out, "07-terms-ahead").await;
    person.opens_the_terms().await?;
    take(person.browser, out, "08-terms").await;
    person.clicks("button[name=answer][value=accept]").await?;
    person.sees("Is this right?").await?;
    phases.over("phase 3: terms of use accepted");
    take(person.browser, out, "09-confirm").await;
    person.confirms("Demo laptop").await?;
    let certificate = person.lab.daemon.state().join("device.pem");
    until_async("the device's certificate", async || {
        certificate.exists().then_some(())
    })
    .await?;
    phases.over("phase 4: keys, proof, registration, certificate");
    person.is_managed().await?;
    phases.over("phase 5: management certificate, first session, policies");
    take(person.browser, out, "10-done").await;
    person.clicks(":not(section) > .actions button").await?;
    person.sees("This device").await?;
    take(person.browser, out, "11-home").await;
    Ok(())
}

async fn chooses(person: &Person<'_>, who: &Who, out: &Path) -> Outcome {
    let browser = person.browser;
    person
        .goes_to(&format!("{}?mode=oobe", person.lab.tenant.value("page")))
        .await?;
    person.sees("Welcome. Let’s set up this device.").await?;
    take(browser, out, "01-first-run").await;
    person.opens_the_portal().await?;
    person.sees("Join this device").await?;
    take(browser, out, "02-choose").await;
    person.clicks("button[type=submit]").await?;
    person.fills("#account", &who.upn).await?;
    // Where the account signs in has been looked up.
    person.sees_text("You will sign in at").await?;
    take(browser, out, "03-account").await;
    person.clicks("button[type=submit]").await
}

async fn signs_in(person: &Person<'_>, who: &Who, out: &Path) -> Outcome {
    let browser = person.browser;
    person.sees("Enter password").await?;
    take(browser, out, "04-password").await;
    person.enters_password(&who.password).await?;
    if let Some(secret) = &who.totp {
        person.sees("Enter code").await?;
        take(browser, out, "05-second-factor").await;
        person.enters_code(secret).await?;
    }
    person.sees("Stay signed in?").await?;
    take(browser, out, "06-stay-signed-in").await;
    person.does_not_stay_signed_in().await
}

/// The form of the other service.
async fn signs_in_there(person: &Person<'_>, who: &Who, out: &Path) -> Outcome {
    person.sees("Fabrikam sign-in").await?;
    take(person.browser, out, "04-other-service").await;
    person.fills("#i0118", &who.password).await?;
    person.clicks("button[type=submit]").await?;
    person.does_not_stay_signed_in().await
}
