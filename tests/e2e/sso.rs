//! Web applications sign in by themselves, once the device has joined and its user is signed on to it.

use dovetail_tests::app::App;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::signed_on::signed_on;
use dovetail_tests::{Kind, Lab, place, wait};

use crate::story::{both, person};

/// Somebody whose devices nobody manages.
pub(crate) const ADELE: &str = "adele@contoso.com";

/// The application is opened, and knows who came, without a keystroke.
pub(crate) async fn is_signed_in(person: &Person<'_>, app: &App) -> Outcome {
    person.goes_to(&app.url).await?;
    person.sees("Signed in").await?;
    person.sees_text(ADELE).await
}

/// The same in a browser that has only just started, whose extension may not have met the device yet.
pub(crate) async fn is_signed_in_soon(person: &Person<'_>, app: &App) -> Outcome {
    wait::until_async("the application to be signed in", || async {
        forgets_the_session(person).await.ok()?;
        person.goes_to(&app.url).await.ok()?;
        // Either the application or the tenant's sign-in page.
        let text = person.reads("h1").await.ok()?;
        (text == "Signed in").then_some(())
    })
    .await
}

/// The application is opened, and the tenant asks who that is.
pub(crate) async fn is_asked(person: &Person<'_>, app: &App) -> Outcome {
    person.goes_to(&app.url).await?;
    person.reads("main form button[type=submit]").await?;
    let address = person
        .browser
        .driver
        .current_url()
        .await
        .map_err(|error| error.to_string())?;
    let login = person.lab.tenant.value("login");
    if address.as_str().starts_with(login) {
        Ok(())
    } else {
        Err(format!("at {}", address.path()))
    }
}

/// The tenant's cookies are gone, as after a new start of the browser.
pub(crate) async fn forgets_the_session(person: &Person<'_>) -> Outcome {
    let login = person.lab.tenant.value("login");
    person
        .goes_to(&format!("{login}/common/discovery/keys"))
        .await?;
    person
        .browser
        .driver
        .delete_all_cookies()
        .await
        .map_err(|error| error.to_string())
}

/// In front of a fresh browser, on a device that Adele is signed on to, with a web application of her organisation's.
async fn signed_on_with_an_app(
    lab: &Lab,
    kind: Kind,
    name: &str,
    act: impl AsyncFnOnce(&Person<'_>, &App) -> Outcome,
) -> Outcome {
    let app = App::start(lab);
    signed_on(lab, ADELE).await;
    let act = async |person: &Person<'_>| {
        is_signed_in_soon(person, &app).await?;
        act(person, &app).await
    };
    person(lab, kind, Options::default(), name, act).await
}

async fn picture(person: &Person<'_>, name: &str) {
    let folder = place::root().join("target/pictures");
    let file = folder.join(format!("sso-{name}-{:?}.png", person.browser.kind));
    person.browser.picture(&file).await;
}

both!(
    /// The whole of it: opened, signed in, nothing typed; the application itself saw no credential; after the device has left, the
    /// person is asked again.
    a_web_app_signs_in_by_itself,
    async |lab: &mut Lab, kind, name: &str| {
        signed_on_with_an_app(lab, kind, name, async |person, app| {
            picture(person, "signed-in").await;
            // Each visit is a new sign-in; the session of the first serves as well.
            is_signed_in(person, app).await?;
            forgets_the_session(person).await?;
            is_signed_in(person, app).await?;
            assert!(!app.saw_a_credential());
            let (code, _, complaint) = person.lab.daemon.cli(&["leave", "--yes"]);
            assert_eq!(code, 0, "{complaint}");
            is_asked(person, app).await?;
            picture(person, "asked-again").await;
            Ok(())
        })
        .await
    }
);

both!(
    /// The session on the device ends with it; a person who wants to be somebody else, is; a name that is not theirs is asked for.
    others_are_asked,
    async |lab: &mut Lab, kind, name: &str| {
        signed_on_with_an_app(lab, kind, name, async |person, app| {
            forgets_the_session(person).await?;
            for query in ["?login_hint=alex@contoso.com", "?prompt=select_account", "?prompt=login"] {
                person.goes_to(&format!("{}/{query}", app.url)).await?;
                person.reads("main form button[type=submit]").await?;
                forgets_the_session(person).await?;
            }
            person.goes_to(&format!("{}/?login_hint={ADELE}&prompt=none", app.url)).await?;
            person.sees("Signed in").await
        })
        .await
    }
);

both!(
    /// The first run ends signed on, and from then on so does every application: in the very browser that joined.
    signed_in_right_after_the_join,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        let app = App::start(lab);
        person(lab, kind, Options::default(), name, async |person| {
            person.joins(ADELE, "Adele’s laptop").await?;
            person.sees_text("You are not signed in yet").await?;
            person.clicks("main section .button.main").await?;
            person.sees_text("You are signed in").await?;
            forgets_the_session(person).await?;
            is_signed_in(person, &app).await
        })
        .await
    }
);
