//! The code source (design §5): a tenant that knows no page of ours answers at an address of its own, and the extension brings the
//! tab back.

use dovetail_shared::link::JoinState;
use dovetail_tests::browser::Options;
use dovetail_tests::{Lab, talk};

use crate::story::{both, person};

/// The lab's tenant, taken for the real one.
fn as_entra(lab: &mut Lab) {
    lab.daemon
        .reconfigure(|text| text.replace("[tenant]\n", "[tenant]\nprofile = \"entra\"\n"));
}

both!(
    /// The person signs in, lands on the tenant's own page, and is back at the portal at once; the device joins and comes under
    /// management, and no code is left in the address.
    join_by_code,
    async |lab: &mut Lab, kind, name: &str| {
        as_entra(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.confirms("Diego’s laptop").await?;
            person.is_managed().await?;
            let address = person.browser.driver.current_url().await.map_err(|error| error.to_string())?;
            assert_eq!(address.as_str(), lab.tenant.value("page"));
            assert_eq!(lab.tenant.devices().len(), 1);
            let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
            assert_eq!(view.account.unwrap().upn, "diego@contoso.com");
            Ok(())
        })
        .await
    }
);

both!(
    /// [PG-08] Somebody leads the tab to the tenant's page with a code of their own while the person is away to sign in: the portal
    /// takes no answer to a question that it did not ask, and the person can start again. Where nobody began anything, that page is
    /// just a page.
    a_strangers_code_joins_nothing,
    async |lab: &mut Lab, kind, name: &str| {
        as_entra(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            let forged = format!(
                "{}/common/oauth2/nativeclient?code=0.stranger&state=stranger",
                lab.tenant.value("login")
            );
            person.goes_to(&forged).await?;
            person.sees("You have signed in").await?;
            person.opens_the_portal().await?;
            person.chooses_work_device_and_account("adele@contoso.com").await?;
            person.sees("Enter password").await?;
            person.goes_to(&forged).await?;
            person.sees("That did not work").await?;
            person.sees_text("JOIN-413").await?;
            assert!(lab.tenant.devices().is_empty());
            let view = talk::standing(&lab.daemon, &[JoinState::WaitingForSignIn]).await;
            assert!(view.account.is_none());
            person.clicks("main .actions button.main").await?;
            person.fills("#account", "adele@contoso.com").await?;
            person.clicks("button[type=submit]").await?;
            let (password, _) = lab.tenant.person("adele@contoso.com");
            person.enters_password(&password).await?;
            person.does_not_stay_signed_in().await?;
            person.confirms("Adele’s laptop").await?;
            person.sees("This device has joined").await
        })
        .await
    }
);
