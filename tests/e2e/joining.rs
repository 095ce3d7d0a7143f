//! Stories that end well.

use dovetail_shared::link::JoinState;
use dovetail_tests::browser::Options;
use dovetail_tests::talk;

use crate::story::{both, person};

both!(
    /// A person opens the portal, signs in with a password, says yes, and the device is joined with keys from the TPM; then it leaves.
    join_with_password,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.joins("adele@contoso.com", "Adele’s laptop").await?;
            let devices = lab.tenant.devices();
            assert_eq!(devices.len(), 1);
            assert_eq!(devices[0]["DisplayName"], "Adele’s laptop");
            assert_eq!(devices[0]["Attested"], true);
            let text = person.reads("main").await?;
            assert!(text.contains(devices[0]["DeviceId"].as_str().unwrap()), "{text}");
            let address = person.browser.driver.current_url().await.map_err(|error| error.to_string())?;
            assert_eq!(address.fragment().unwrap_or_default(), "", "the token is out of the address");

            let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
            assert_eq!(code, 0, "{complaint}");
            assert!(lab.tenant.devices().is_empty());
            person.opens_the_portal().await?;
            person.sees("Join this device").await
        })
        .await
    }
);

both!(
    /// The same with a second factor.
    join_with_totp,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        lab.tenant.run(&["policy", "set", "--require-mfa-to-join", "true"]);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.joins("megan@contoso.com", "Megan’s laptop").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            Ok(())
        })
        .await
    }
);

both!(
    /// [PG-09] The daemon is killed while the person signs in: after its restart the page goes on, and there is one device.
    join_cut_off_and_resumed,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let Some(browser) = dovetail_tests::Browser::start(lab, kind, Options::default()).await else { return Ok(()) };
        let outcome = cut_off(lab, &browser).await;
        if outcome.is_err() {
            browser.keep_evidence(name).await;
        }
        browser.quit().await;
        outcome
    }
);

async fn cut_off(
    lab: &mut dovetail_tests::Lab,
    browser: &dovetail_tests::Browser,
) -> dovetail_tests::page::Outcome {
    use dovetail_tests::page::Person;
    {
        let person = Person { browser, lab };
        person.opens_the_portal().await?;
        person.signs_in("adele@contoso.com").await?;
        person.sees("Is this right?").await?;
    }
    lab.daemon.kill();
    lab.daemon.run();
    let person = Person { browser, lab };
    // The token was in the daemon's memory: the page knows where the join stands, and asks to sign in once more.
    person.opens_the_portal().await?;
    person.sees("Your work or school account").await?;
    person.fills("#account", "adele@contoso.com").await?;
    person.clicks("button[type=submit]").await?;
    let (password, _) = lab.tenant.person("adele@contoso.com");
    person.enters_password(&password).await?;
    person.does_not_stay_signed_in().await?;
    person.confirms("Second try").await?;
    person.sees("This device has joined").await?;
    let devices = lab.tenant.devices();
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0]["DisplayName"], "Second try");
    Ok(())
}

both!(
    /// [PG-10] Two tabs and impatient clicks: one join, one device.
    two_tabs_and_double_clicks_make_one_device,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            let words = |error: thirtyfour::error::WebDriverError| error.to_string();
            person.opens_the_portal().await?;
            person.signs_in("adele@contoso.com").await?;
            person.sees("Is this right?").await?;
            let driver = &person.browser.driver;
            let second = driver.new_tab().await.map_err(words)?;
            let first = driver.window().await.map_err(words)?;
            driver.switch_to_window(second).await.map_err(words)?;
            person.opens_the_portal().await?;
            person.sees("Is this right?").await?;
            driver.switch_to_window(first).await.map_err(words)?;
            let click = "const b = document.querySelector('button[type=submit]'); b.click(); b.click(); b.click();";
            driver.execute(click, vec![]).await.map_err(words)?;
            person.sees("This device has joined").await?;
            assert_eq!(lab.tenant.devices().len(), 1);
            let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
            assert!(view.device.is_some());
            Ok(())
        })
        .await
    }
);
