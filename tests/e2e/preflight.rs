//! What would stop a join is said before anybody signs in for it.

use dovetail_tests::Lab;
use dovetail_tests::browser::{Browser, Options};
use dovetail_tests::page::{Outcome, Person};

use crate::accessible::is_open_to_all;
use crate::story::both;

/// The registration service cannot be reached from this machine.
fn unreachable(lab: &mut Lab) -> String {
    let mut before = String::new();
    let there = lab.tenant.value("drs").to_owned();
    lab.daemon.reconfigure(|text| {
        before.clone_from(&text);
        text.replace(
            &format!("drs = \"{there}\""),
            "drs = \"https://enterpriseregistration.dovetail.localhost:9\"",
        )
    });
    before
}

both!(
    /// A host does not answer: the page says so where the join begins, with what to do and a button to look again; once it is mended,
    /// nothing is said any more, and the device joins.
    a_host_that_does_not_answer,
    async |lab: &mut Lab, kind, name: &str| {
        let good = unreachable(lab);
        let Some(browser) = Browser::start(lab, kind, Options::default()).await else { return Ok(()) };
        let outcome = told_and_mended(lab, &browser, good).await;
        if outcome.is_err() {
            browser.keep_evidence(name).await;
        }
        browser.quit().await;
        outcome
    }
);

async fn told_and_mended(lab: &mut Lab, browser: &Browser, good: String) -> Outcome {
    {
        let person = Person { browser, lab };
        person.opens_the_portal().await?;
        person.sees("Join this device").await?;
        person.sees_text("This would stop the join").await?;
        person.sees_text("A server could not be reached.").await?;
        is_open_to_all(&person, "Join this device").await?;
        let file = dovetail_tests::place::root()
            .join(format!("target/pictures/preflight-{:?}.png", browser.kind));
        browser.picture(&file).await;
        let (code, text, _) = lab.daemon.cli(&["doctor"]);
        assert_ne!(code, 0);
        assert!(text.contains("FAIL registration"), "{text}");
    }
    lab.daemon.reconfigure(|_| good);
    let person = Person { browser, lab };
    person.clicks("main .report ~ .actions button").await?;
    dovetail_tests::wait::until_async("the obstacle to be gone", || async {
        let text = person.reads("main").await.ok()?;
        (!text.contains("This would stop the join")).then_some(())
    })
    .await?;
    person.joins("adele@contoso.com", "Adele’s laptop").await
}
