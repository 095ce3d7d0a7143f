//! The last thing: a web application on another host, opened in the browser, knows who came.

use std::path::Path;

use dovetail_tests::app::{App, NAME};
use dovetail_tests::page::Person;
use serde_json::{Value, json};

use crate::phases::Phases;
use crate::pictures::take;
use crate::who::Who;

/// What the tenant writes down when a device vouches for somebody.
const VOUCHED: &str = "signed in by a primary refresh token";

/// Opens it without a session of the tenant's, so that only the device can vouch. Gives what the report says of it.
pub(crate) async fn opens(
    person: &Person<'_>,
    who: &Who,
    out: &Path,
    phases: &mut Phases,
) -> Result<Value, String> {
    let tenant = &person.lab.tenant;
    let app = App::start(person.lab);
    person
        .goes_to(&format!("{}/common/discovery/keys", tenant.value("login")))
        .await?;
    let forgot = person.browser.driver.delete_all_cookies().await;
    forgot.map_err(|error| error.to_string())?;
    let vouched = || tenant.process.output().matches(VOUCHED).count();
    let before = vouched();
    person.goes_to(&app.url).await?;
    person.sees("Signed in").await?;
    person.sees_text(&who.upn).await?;
    take(person.browser, out, "12-web-app").await;
    if vouched() == before {
        return Err("the tenant does not say that the device vouched".to_owned());
    }
    if app.saw_a_credential() {
        return Err("the application was shown the device's credential".to_owned());
    }
    phases.over("a web application signed in by itself, nothing typed");
    Ok(json!({ "application": NAME, "signed_in_as": who.upn, "by": "header SSO", "typed": 0 }))
}
