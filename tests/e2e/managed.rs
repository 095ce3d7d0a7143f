//! Management: people whose organisation manages their devices.

use dovetail_shared::link::JoinState;
use dovetail_shared::status::ManagementState;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::talk;

use crate::story::{both, person};

both!(
    /// The page brings a joined device under management without another click; it asks for no terms where there are none.
    managed_without_terms,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.confirms("Diego’s laptop").await?;
            person.is_managed().await?;
            let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
            assert!(view.device.is_some() && view.report.is_none());
            let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
            let management = status.management.ok_or("nobody manages the device")?;
            assert_eq!(management.state, ManagementState::Enrolled);
            assert!(management.last_sync.is_some());
            // Whoever comes back later sees it, too.
            person.clicks(":not(section) > .actions button").await?;
            person.sees("This device").await?;
            person.sees_text("In force").await
        })
        .await
    }
);

/// The sign-in session is over when the join comes to its management.
async fn signs_out(person: &Person<'_>) -> Outcome {
    let login = person.lab.tenant.value("login");
    person
        .goes_to(&format!("{login}/common/discovery/keys"))
        .await?;
    let driver = &person.browser.driver;
    let gone = driver.delete_all_cookies().await;
    gone.map_err(|error| error.to_string())?;
    person.opens_the_portal().await
}

both!(
    /// [PG-10] The session has ended: the silent request says so, and the person is asked to sign in, once. Whoever goes back from
    /// there is not sent away again, but finds a button.
    signed_in_once_more_for_management,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.sees("Is this right?").await?;
            signs_out(person).await?;
            person.confirms("Diego’s laptop").await?;
            person.sees("Enter password").await?;
            person.goes_back().await?;
            person.sees("Finish setting up management").await?;
            person.clicks(".actions button.main").await?;
            person.enters_password(&lab.tenant.person("diego@contoso.com").0).await?;
            person.does_not_stay_signed_in().await?;
            person.is_managed().await
        })
        .await
    }
);

both!(
    /// Who goes on without management has a joined device, and the page says how it stands.
    joined_without_management,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.sees("Is this right?").await?;
            signs_out(person).await?;
            person.confirms("Diego’s laptop").await?;
            person.sees("Enter password").await?;
            person.opens_the_portal().await?;
            person.sees("Finish setting up management").await?;
            person.clicks(".actions button:not(.main)").await?;
            person.sees("This device has joined").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
            assert!(status.device.azure_ad_joined);
            assert!(status.management.is_none_or(|kept| kept.state != ManagementState::Enrolled));
            Ok(())
        })
        .await
    }
);

both!(
    /// The management service is down: the device has joined all the same, the page says so, and trying again brings it
    /// under management.
    management_down_then_up,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        lab.tenant.run(&["fault", "set", "status500", "--path", "/enrollmentserver/discovery.svc", "--count", "100"]);
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.confirms("Diego’s laptop").await?;
            person.sees("Joined, but not managed yet").await?;
            assert!(person.reads(".number code").await?.starts_with("0x8018"));
            assert_eq!(lab.tenant.devices().len(), 1);
            lab.tenant.run(&["fault", "clear"]);
            person.clicks(".actions button.main").await?;
            person.is_managed().await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            Ok(())
        })
        .await
    }
);

both!(
    /// The same, and nobody comes back to the page: `dovetail sync` brings the device under management, and the page that is
    /// still open shows it.
    management_down_then_synced,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        lab.tenant.run(&["fault", "set", "status500", "--path", "/enrollmentserver/discovery.svc", "--count", "100"]);
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.confirms("Diego’s laptop").await?;
            person.sees("Joined, but not managed yet").await?;
            lab.tenant.run(&["fault", "clear"]);
            let (code, _, complaint) = lab.daemon.cli(&["sync"]);
            assert_eq!(code, 0, "{complaint}");
            person.is_managed().await?;
            assert_eq!(lab.tenant.devices()[0]["IsManaged"], true);
            Ok(())
        })
        .await
    }
);
