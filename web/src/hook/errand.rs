//! Out to other sites, and what is brought back: the terms of use and the management service's code.

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{CodeAnswer, JoinRef, JoinView, Managing, Request, Token};
use dovetail_shared::{Code, Report};

use super::driver::Driver;
use super::sign_in;
use crate::oidc::authorize::{self, Prompt};
use crate::oidc::callback::{self, Brought};
use crate::oidc::session::Asked;
use crate::oidc::terms;
use crate::place::{self, Carried};
use crate::state::{Action, Errand, Stage};
use crate::text::{Lang, id};
use crate::{fault, random};

/// What came back with the page's address, made ready for the way down.
#[derive(Debug)]
pub(crate) enum Back {
    /// Nothing: an ordinary page load.
    Empty,
    /// An answer for the daemon.
    Hand(Request),
    /// No code without the person: they are asked to sign in.
    SignIn(JoinId),
    /// An answer that is not taken.
    Refused(Box<Report>),
}

/// Reads what came with the address, and what was asked. A question is answered once.
pub(super) fn back(carried: &Carried, lang: Lang) -> Back {
    if let Some(answer) = terms::parse(&carried.query) {
        return match answer.check(Asked::take().as_ref()) {
            Some(answer) => Back::Hand(Request::JoinTerms(answer)),
            None => Back::Refused(fault::report(Code::TERMS_FOREIGN, None)),
        };
    }
    let Some(answer) = callback::parse(&carried.fragment) else {
        return Back::Empty;
    };
    let asked = Asked::take();
    let join_id = asked.as_ref().map(|asked| asked.join_id);
    match (answer.check(asked.as_ref()), join_id) {
        (Err(refused), _) => Back::Refused(sign_in::refusal(refused, lang)),
        (Ok(brought), Some(join_id)) => hand(brought, join_id),
        (Ok(_), None) => Back::Refused(fault::report(Code::NONCE_UNKNOWN, None)),
    }
}

fn hand(brought: Brought, join_id: JoinId) -> Back {
    let mut answer = CodeAnswer {
        join_id,
        code: None,
        error: None,
        error_description: None,
    };
    match brought {
        Brought::Token(id_token) => {
            return Back::Hand(Request::JoinToken(Token { join_id, id_token }));
        }
        Brought::SignInNeeded => return Back::SignIn(join_id),
        Brought::Code(code) => answer.code = Some(code),
        Brought::NoCode(error) => {
            answer.error = Some(error.error);
            answer.error_description = Some(error.error_description);
        }
    }
    Back::Hand(Request::JoinCode(answer))
}

/// Leaves for the terms of use.
pub(super) fn read_terms(driver: &Driver, join: &JoinView) -> Result<(), Box<Report>> {
    let asked = Asked {
        errand: Errand::Terms,
        state: random::correlation_id().to_string(),
        issuer: String::new(),
        join_id: join.join_id,
    };
    let url = join
        .terms_url
        .as_deref()
        .and_then(|url| terms::url(url, &place::page(), &asked.state, join.join_type))
        .ok_or_else(|| {
            let detail = super::use_lang::current().text(id::TERMS_ADDRESS);
            fault::report(Code::TERMS_FAILED, Some(detail.to_owned()))
        })?;
    driver.tell(Action::Stage(Stage::Redirecting));
    leave(&asked, &url)
}

/// Leaves for the management service's code: first without the person, and with them where that does not do.
pub(super) async fn fetch_code(
    driver: &Driver,
    join_id: JoinId,
    prompt: Prompt,
) -> Result<(), Box<Report>> {
    driver.tell(Action::Stage(Stage::Redirecting));
    let ask = Request::JoinManage(JoinRef { join_id });
    let managing: Managing = driver.bridge.ask(&ask).await?;
    let metadata = sign_in::metadata(&managing.authority).await?;
    let state = random::token().ok_or_else(|| fault::report(Code::INTERNAL, None))?;
    let url = authorize::code_url(&managing, &metadata, &state, &place::page(), prompt)
        .map_err(sign_in::no_url)?;
    let asked = Asked {
        errand: match prompt {
            Prompt::None => Errand::SilentCode,
            Prompt::Free => Errand::Code,
        },
        state,
        issuer: metadata.issuer,
        join_id,
    };
    leave(&asked, &url)
}

/// Writes the question down, and goes.
pub(super) fn leave(asked: &Asked, url: &str) -> Result<(), Box<Report>> {
    if asked.keep() && place::leave_for(url) {
        Ok(())
    } else {
        Err(fault::report(Code::INTERNAL, None))
    }
}
