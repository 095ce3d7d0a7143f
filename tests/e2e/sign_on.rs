//! Phase 6 on the page: the person signs in on the device, by itself after a first run, on a click from the settings.

use dovetail_shared::Secret;
use dovetail_shared::link::{Pin, PinView, Request};
use dovetail_shared::status::SsoState;
use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::{Lab, place, talk, wait};

use crate::story::{both, person};

/// Opens the portal as at the machine's first run, and joins.
async fn first_run(person: &Person<'_>, upn: &str, name: &str) -> Outcome {
    let page = format!("{}?mode=oobe", person.lab.tenant.value("page"));
    person.goes_to(&page).await?;
    person.sees("Welcome. Let’s set up this device.").await?;
    person.fills("#device-name", name).await?;
    person.clicks("button[type=submit]").await?;
    person.sees("Who does this device belong to?").await?;
    person.clicks("button[type=submit]").await?;
    person.fills("#account", upn).await?;
    person.clicks("button[type=submit]").await?;
    let (password, totp) = person.lab.tenant.person(upn);
    person.enters_password(&password).await?;
    if let Some(secret) = totp {
        person.enters_code(&secret).await?;
    }
    person.does_not_stay_signed_in().await?;
    person.confirms(name).await
}

/// How the daemon says that the person's sign-in stands.
async fn stands(lab: &Lab, state: SsoState) -> Outcome {
    let what = format!("the sign-in to be {state:?}");
    wait::until_async(&what, || async {
        let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
        (status.sso?.state == state).then_some(())
    })
    .await
}

async fn picture(person: &Person<'_>, name: &str) {
    let folder = place::root().join("target/pictures");
    let file = folder.join(format!("sign_on-{name}-{:?}.png", person.browser.kind));
    person.browser.picture(&file).await;
}

/// From the settings: the person's own button, and the way there and back without another question, since the browser's session holds.
pub(crate) async fn signs_in_from_the_page(person: &Person<'_>) -> Outcome {
    person.sees_text("You are not signed in yet").await?;
    person.clicks("main section .button.main").await?;
    person.sees_text("You are signed in").await
}

both!(
    /// After a first run nobody clicks: the page goes for the code and comes back, and the person is signed in.
    signed_in_after_a_first_run,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            first_run(person, "adele@contoso.com", "Adele’s laptop").await?;
            person.sees("This device has joined").await?;
            person.sees_text("You are signed in").await?;
            person.sees_text("adele@contoso.com").await?;
            stands(lab, SsoState::Active).await?;
            let address = person.browser.driver.current_url().await.map_err(|error| error.to_string())?;
            assert_eq!(address.fragment().unwrap_or_default(), "");
            picture(person, "first-run").await;
            Ok(())
        })
        .await
    }
);

both!(
    /// From the settings it is a click; the page shows as whom and until when, and so does the device's own page.
    signed_in_from_the_settings,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.joins("adele@contoso.com", "Adele’s laptop").await?;
            picture(person, "not-yet").await;
            signs_in_from_the_page(person).await?;
            stands(lab, SsoState::Active).await?;
            crate::accessible::is_open_to_all(person, "This device has joined").await?;
            person.clicks("main > .actions button").await?;
            person.sees("This device").await?;
            person.sees_text("Signed in as").await?;
            person.sees_text("Until").await?;
            picture(person, "home").await;
            crate::accessible::is_open_to_all(person, "This device").await
        })
        .await
    }
);

both!(
    /// The browser's session has ended: the silent request says so, and the person is asked once.
    asked_once_where_the_session_has_ended,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.joins("adele@contoso.com", "Adele’s laptop").await?;
            let login = lab.tenant.value("login");
            person.goes_to(&format!("{login}/common/discovery/keys")).await?;
            person.browser.driver.delete_all_cookies().await.map_err(|error| error.to_string())?;
            person.opens_the_portal().await?;
            person.sees_text("You are not signed in yet").await?;
            person.clicks("main section .button.main").await?;
            person.fills("input[type=email], input[name=username]", "adele@contoso.com").await.ok();
            person.clicks("main form button[type=submit]").await.ok();
            person.enters_password(&lab.tenant.person("adele@contoso.com").0).await?;
            person.does_not_stay_signed_in().await?;
            person.sees_text("You are signed in").await?;
            stands(lab, SsoState::Active).await
        })
        .await
    }
);

both!(
    /// The organisation disables the device: the sign-in on it ends, and the page says what is to be done; enabled again, the
    /// person signs in once more.
    a_disabled_device_says_what_to_do,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.joins("adele@contoso.com", "Adele’s laptop").await?;
            signs_in_from_the_page(person).await?;
            let id = lab.tenant.devices()[0]["DeviceId"].as_str().unwrap().to_owned();
            lab.tenant.run(&["device", "disable", &id]);
            // Whoever asks for something finds out.
            let (code, _, _) = lab.daemon.cli(&["token", "--resource", "https://graph.microsoft.com"]);
            assert_ne!(code, 0);
            stands(lab, SsoState::DeviceDisabled).await?;
            person.opens_the_portal().await?;
            person.sees_text("ask your administrator to enable it").await?;
            picture(person, "disabled").await;
            crate::accessible::is_open_to_all(person, "This device has joined").await
        })
        .await
    }
);

/// Sets a PIN up as a program of the person's would; the code of a refusal.
async fn pin_set_up(lab: &Lab) -> Result<PinView, String> {
    let mut client = talk::connect(&lab.daemon).await;
    let request = Request::PinSetUp(Pin {
        pin: Secret::new("482916".into()),
        account: None,
    });
    let made = client.call(&request, wait::PATIENCE).await;
    made.map_err(|error| error.code().to_string())
}

both!(
    /// A PIN wants the second factor of just now. An hour after the sign-in the device says so, the portal offers a new sign-in, which asks
    /// for it and nothing else, and then the PIN can be set up.
    a_new_sign_in_for_a_pin,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            let upn = "megan@contoso.com";
            person.joins(upn, "Megan’s laptop").await?;
            signs_in_from_the_page(person).await?;
            lab.tenant.an_hour_later().await;
            assert_eq!(pin_set_up(lab).await.unwrap_err(), "JOIN-488");
            person.opens_the_portal().await?;
            person.sees_text("You are signed in").await?;
            picture(person, "again").await;
            person.clicks("main section .actions .button").await?;
            person.enters_code(&lab.tenant.person(upn).1.unwrap_or_default()).await?;
            person.sees_text("You are signed in").await?;
            let view = pin_set_up(lab).await?;
            assert_eq!(view.username, upn);
            Ok(())
        })
        .await
    }
);
