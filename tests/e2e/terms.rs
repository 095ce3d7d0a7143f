//! Terms of use: read and accepted, declined, left, forged.

use dovetail_shared::link::JoinState;
use dovetail_shared::status::ManagementState;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::talk;

use crate::story::{both, person};

/// What stands in the address bar and in the history's newest entry: no answer of any site.
async fn has_a_clean_address(person: &Person<'_>) -> Outcome {
    let address = person.browser.driver.current_url().await;
    let address = address.map_err(|error| error.to_string())?;
    assert_eq!((address.query(), address.fragment()), (None, None));
    Ok(())
}

both!(
    /// [PG-07] Terms are read and accepted, the device joins, and the page brings it under management without another click.
    /// Neither the terms' answer nor the code stays in the address.
    terms_accepted_and_managed,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("alex@contoso.com").await?;
            person.sees("Terms of use").await?;
            let host = url::Url::parse(lab.tenant.value("manage_portal")).unwrap();
            person.sees_text(host.host_str().unwrap()).await?;
            person.reads_and_accepts_the_terms().await?;
            person.sees("Is this right?").await?;
            has_a_clean_address(person).await?;
            person.confirms("Alex’s laptop").await?;
            person.is_managed().await?;
            has_a_clean_address(person).await?;

            let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
            assert!(view.device.is_some() && view.report.is_none());
            let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
            let management = status.management.ok_or("nobody manages the device")?;
            assert_eq!(management.state, ManagementState::Enrolled);
            assert!(management.last_sync.is_some());
            let devices = lab.tenant.devices();
            assert_eq!(devices.len(), 1);
            assert_eq!(devices[0]["IsManaged"], true);
            Ok(())
        })
        .await
    }
);

both!(
    /// Terms are declined: the device has not joined, the page says so, and one can begin again.
    terms_declined,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("alex@contoso.com").await?;
            person.declines_the_terms().await?;
            person.sees("You declined the terms of use").await?;
            assert!(lab.tenant.devices().is_empty());
            let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
            assert!(!status.device.azure_ad_joined && status.management.is_none());
            person.clicks(".actions button").await?;
            person.sees("Join this device").await
        })
        .await
    }
);

both!(
    /// [PG-10] The browser's back button leads from the terms to the page and no further; the terms can be read again from there.
    back_from_the_terms,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("alex@contoso.com").await?;
            person.opens_the_terms().await?;
            person.goes_back().await?;
            person.sees("Terms of use").await?;
            person.sees_text("You came back without an answer").await?;
            person.reads_and_accepts_the_terms().await?;
            person.sees("Is this right?").await
        })
        .await
    }
);

both!(
    /// [PG-08] A link that says that the terms were accepted is nobody's answer, also while they are waited for.
    forged_acceptance_is_not_taken,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("alex@contoso.com").await?;
            person.opens_the_terms().await?;
            let forged = "IsAccepted=true&OpaqueBlob=x&client-request-id=11111111-0000-4000-8000-000000000001";
            person.goes_to(&format!("{}?{forged}", lab.tenant.value("page"))).await?;
            person.sees("That did not work").await?;
            assert!(person.reads(".number code").await?.contains("JOIN-424"));
            has_a_clean_address(person).await?;
            person.clicks(".actions button").await?;
            person.reads_and_accepts_the_terms().await?;
            person.sees("Is this right?").await
        })
        .await
    }
);

both!(
    /// The terms page is down, then it answers an error: each is told on our page with its code, and trying again leads on.
    terms_page_failing,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        let fail = |kind| lab.tenant.run(&["fault", "set", kind, "--path", "/termsofuse", "--count", "100"]);
        person(lab, kind, Options::default(), name, async |person| {
            fail("status500");
            person.opens_the_portal().await?;
            person.signs_in("alex@contoso.com").await?;
            person.sees("That did not work").await?;
            assert!(person.reads(".number code").await?.contains("JOIN-422"));
            lab.tenant.run(&["fault", "clear"]);
            person.clicks(".actions button.main").await?;
            person.sees("Terms of use").await?;

            fail("terms-server-error");
            person.clicks(".actions button.main").await?;
            person.sees("That did not work").await?;
            assert!(person.reads(".number code").await?.contains("JOIN-422"));
            person.clicks(".report summary").await?;
            person.sees_text("internal service error").await?;
            lab.tenant.run(&["fault", "clear"]);
            person.clicks(".actions button.main").await?;
            person.reads_and_accepts_the_terms().await?;
            person.sees("Is this right?").await
        })
        .await
    }
);
