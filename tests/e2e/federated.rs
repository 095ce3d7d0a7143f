//! Accounts whose organisation signs in at its own service: another project's, unchanged (`tests/sts`).

use dovetail_tests::Lab;
use dovetail_tests::axe;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::place::evidence;
use dovetail_tests::sts::{Mfa, Sts};

use crate::story::{both, person};

const NESTOR: &str = "nestor@fabrikam.com";

/// The form of the organisation's own service.
async fn signs_in_there(person: &Person<'_>) -> Outcome {
    person.sees("Fabrikam sign-in").await?;
    let (password, _) = person.lab.tenant.person(NESTOR);
    person.fills("#password", &password).await?;
    person.clicks("button[type=submit]").await
}

/// From the portal through the other service to a joined device.
async fn joins(person: &Person<'_>, name: &str) -> Outcome {
    person.opens_the_portal().await?;
    person.chooses_work_device_and_account(NESTOR).await?;
    signs_in_there(person).await?;
    person.does_not_stay_signed_in().await?;
    person.confirms(name).await?;
    person.sees("This device has joined").await
}

both!(
    /// The page leads to the organisation's own sign-in service and comes back to the same place; the device is joined.
    federated_join,
    async |lab: &mut Lab, kind, name: &str| {
        let Some(_sts) = Sts::start(lab) else { return Ok(()) };
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            joins(person, "Nestor’s laptop").await?;
            let devices = lab.tenant.devices();
            assert_eq!(devices.len(), 1);
            assert_eq!(devices[0]["DisplayName"], "Nestor’s laptop");
            Ok(())
        })
        .await
    }
);

both!(
    /// The tenant wants a second factor of whoever joins: the one that the organisation's service asked for is it.
    federated_join_with_mfa,
    async |lab: &mut Lab, kind, name: &str| {
        lab.tenant.run(&["policy", "set", "--require-mfa-to-join", "true"]);
        let Some(_sts) = Sts::beside(&lab.tenant, lab.dir(), Mfa::Always) else { return Ok(()) };
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            joins(person, "Nestor’s laptop").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            Ok(())
        })
        .await
    }
);

both!(
    /// The service's word is refused: a page says so with the code, and leads back there or to another account.
    federated_refused,
    async |lab: &mut Lab, kind, name: &str| {
        let Some(_sts) = Sts::start(lab) else { return Ok(()) };
        let lab = &*lab;
        lab.tenant.run(&["user", "disable", NESTOR]);
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.chooses_work_device_and_account(NESTOR).await?;
            signs_in_there(person).await?;
            person.sees("The sign-in at Fabrikam did not work").await?;
            let complaint = person.reads("[role=alert]").await?;
            assert!(complaint.contains("AADSTS50057"), "{complaint}");
            pictures(person, name, "refused").await?;
            person.clicks("button[value=back]").await?;
            person.fills("#i0116", NESTOR).await?;
            person.clicks("button[type=submit]").await?;
            person.sees("You are going to the sign-in service of Fabrikam").await?;
            pictures(person, name, "going").await?;
            lab.tenant.run(&["user", "enable", NESTOR]);
            person.clicks("a.button").await?;
            signs_in_there(person).await?;
            person.does_not_stay_signed_in().await?;
            person.sees("Is this right?").await
        })
        .await
    }
);

/// The page as it looks in light and dark, judged by axe-core in both.
async fn pictures(person: &Person<'_>, story: &str, page: &str) -> Outcome {
    for (dark, shade) in [(false, "light"), (true, "dark")] {
        person.browser.theme(dark).await;
        let file = evidence(story).join(format!("{page}-{shade}.png"));
        person.browser.picture(&file).await;
        let found = axe::violations(&person.browser.driver).await;
        let found = found.unwrap_or_default();
        if !found.is_empty() {
            return Err(format!("{page}, {shade}: {}", found.join("\n")));
        }
    }
    person.browser.theme(false).await;
    Ok(())
}
