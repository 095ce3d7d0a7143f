//! Out to the sign-in: begin the join, find the endpoint, go there.

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Begin, Request};
use dovetail_shared::{Code, Report};

use super::driver::Driver;
use super::errand::leave;
use crate::api::config;
use crate::api::metadata::{self, Metadata};
use crate::oidc::ask::Ask;
use crate::oidc::authorize::{self, NoUrl, Prompt};
use crate::oidc::callback::Refused;
use crate::oidc::session::Asked;
use crate::state::{Action, Errand, Stage};
use crate::text::{Lang, id};
use crate::{fault, place, random};

/// Begins the join and leaves the page. On any failure the page stays and says why.
pub(super) async fn begin(driver: &Driver, begin: Begin, hint: &str) -> Result<(), Box<Report>> {
    driver.tell(Action::Stage(Stage::Redirecting));
    let mut ask: Ask = driver.bridge.ask(&Request::JoinBegin(begin)).await?;
    let Some(join) = ask.join.clone() else {
        return Err(fault::report(Code::UNSUPPORTED, None));
    };
    let join_id = join.join_id;
    driver.tell(Action::Join(Box::new(join)));
    ask.login_hint = Some(hint.to_owned()).filter(|hint| !hint.is_empty());
    let errand = match ask.code_challenge {
        Some(_) => Errand::SignInCode,
        None => Errand::SignIn,
    };
    go(&ask, errand, join_id, Prompt::Login).await
}

/// Finds the endpoint, writes the question down, and goes there.
pub(super) async fn go(
    ask: &Ask,
    errand: Errand,
    join_id: JoinId,
    prompt: Prompt,
) -> Result<(), Box<Report>> {
    let metadata = metadata(&ask.authority).await?;
    let state = random::token().ok_or_else(|| fault::report(Code::INTERNAL, None))?;
    let url = authorize::url(ask, &metadata, &state, &place::page(), prompt).map_err(no_url)?;
    let asked = Asked {
        errand,
        state,
        issuer: metadata.issuer,
        join_id,
    };
    leave(&asked, &url)
}

/// The metadata of the device's sign-in service, if the page is set up for the same.
async fn metadata(authority: &str) -> Result<Metadata, Box<Report>> {
    let config = config::get().await.map_err(|error| {
        let detail = super::use_lang::current().text(id::CONFIG_UNREADABLE);
        fault::report(error.code(), Some(detail.to_owned()))
    })?;
    authorize::agree(&config.authority, authority).map_err(no_url)?;
    metadata::get(authority)
        .await
        .map_err(|error| fault::report(error.code(), None))
}

#[allow(
    clippy::unnecessary_box_returns,
    reason = "as `fault::report`, which it calls"
)]
fn no_url(why: NoUrl) -> Box<Report> {
    let lang = super::use_lang::current();
    let (code, detail) = match why {
        NoUrl::ForeignAuthority => (Code::WRONG_TENANT, id::AUTHORITY_FOREIGN),
        NoUrl::ForeignEndpoint => (Code::NONSENSE, id::ENDPOINT_FOREIGN),
    };
    fault::report(code, Some(lang.text(detail).to_owned()))
}

/// What the person is told about an answer that is not taken.
#[allow(
    clippy::unnecessary_box_returns,
    reason = "as `fault::report`, which it calls"
)]
pub(super) fn refusal(refused: Refused, lang: Lang) -> Box<Report> {
    match refused {
        Refused::Foreign => {
            let detail = lang.text(id::STATE_FOREIGN).to_owned();
            fault::report(Code::NONCE_UNKNOWN, Some(detail))
        }
        Refused::Nonsense => fault::report(Code::NONSENSE, None),
        Refused::Provider(code, said) => {
            let mut report = fault::report(code, None);
            report.server = Some(said);
            report
        }
    }
}
