//! Stories that go wrong, and what the person is told.

use dovetail_tests::browser::Options;

use crate::story::{both, person};

both!(
    /// A wrong password is told with its code; the right one goes on.
    wrong_password,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.chooses_work_device_and_account("adele@contoso.com").await?;
            person.enters_password("not this").await?;
            let complaint = person.reads("[role=alert]").await?;
            assert!(complaint.contains("AADSTS50126"), "{complaint}");
            let (password, _) = lab.tenant.person("adele@contoso.com");
            person.enters_password(&password).await?;
            person.does_not_stay_signed_in().await?;
            person.sees("Is this right?").await
        })
        .await
    }
);

both!(
    /// The account has as many devices as are allowed: the page says so, with the code; when the limit is raised, trying again joins.
    device_limit_reached,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        lab.tenant.run(&["policy", "set", "--device-limit", "0"]);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("adele@contoso.com").await?;
            person.confirms("One too many").await?;
            person.sees("That did not work").await?;
            let code = person.reads(".number code").await?;
            assert!(code.contains("0x801c000e"), "{code}");
            lab.tenant.run(&["policy", "set", "--device-limit", "1"]);
            person.clicks(".actions button").await?;
            person.sees("This device has joined").await
        })
        .await
    }
);

both!(
    /// [PG-13] Without the extension the page says how to get it.
    extension_missing,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let options = Options { extension: false, ..Options::default() };
        person(lab, kind, options, name, async |person| {
            person.opens_the_portal().await?;
            person.sees("Install the Dovetail extension").await
        })
        .await
    }
);

both!(
    /// [PG-13] The extension finds no host: the page says what to install.
    host_missing,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let options = Options { host: false, ..Options::default() };
        person(lab, kind, options, name, async |person| {
            person.opens_the_portal().await?;
            person.sees("Install Dovetail on this device").await
        })
        .await
    }
);

both!(
    /// [PG-13] The daemon does not run: the page says how to start it, and goes on when it does.
    daemon_not_running,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        lab.daemon.stop();
        let Some(browser) = dovetail_tests::Browser::start(lab, kind, Options::default()).await else { return Ok(()) };
        let outcome = not_running(lab, &browser).await;
        if outcome.is_err() {
            browser.keep_evidence(name).await;
        }
        browser.quit().await;
        outcome
    }
);

async fn not_running(
    lab: &mut dovetail_tests::Lab,
    browser: &dovetail_tests::Browser,
) -> dovetail_tests::page::Outcome {
    use dovetail_tests::page::Person;
    {
        let person = Person { browser, lab };
        person.opens_the_portal().await?;
        person.sees("Start the Dovetail service").await?;
    }
    lab.daemon.run();
    let person = Person { browser, lab };
    person.clicks(".actions button").await?;
    person.sees("Join this device").await
}
