//! Out to other sites, and what is brought back: the terms of use, the codes for management and for single sign-on.

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{CodeAnswer, JoinRef, JoinView, Request, SignIn, SignInCode, Token};
use dovetail_shared::{Code, Report};

use super::driver::Driver;
use super::sign_in;
use crate::oidc::ask::Ask;
use crate::oidc::authorize::Prompt;
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
    /// No code without the person: this follows.
    Again(Errand, JoinId),
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
    match (answer.check(asked.as_ref()), asked) {
        (Err(refused), _) => Back::Refused(sign_in::refusal(refused, lang)),
        (Ok(brought), Some(asked)) => hand(brought, &asked),
        (Ok(_), None) => Back::Refused(fault::report(Code::NONCE_UNKNOWN, None)),
    }
}

fn hand(brought: Brought, asked: &Asked) -> Back {
    let join_id = asked.join_id;
    let mut answer = SignInCode::default();
    match brought {
        Brought::Token(id_token) => {
            return Back::Hand(Request::JoinToken(Token { join_id, id_token }));
        }
        Brought::SignInNeeded => {
            let next = asked.errand.with_the_person();
            return next.map_or(Back::Empty, |next| Back::Again(next, join_id));
        }
        Brought::Code(code) => answer.code = Some(code),
        Brought::NoCode(error) => {
            answer.error = Some(error.error);
            answer.error_description = Some(error.error_description);
        }
    }
    Back::Hand(if asked.errand.is_sign_on() {
        Request::SignInCode(answer)
    } else {
        Request::JoinCode(CodeAnswer {
            join_id,
            code: answer.code,
            error: answer.error,
            error_description: answer.error_description,
        })
    })
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

/// Leaves for a code: the management service's, or the one for the person's single sign-on.
pub(super) async fn fetch_code(
    driver: &Driver,
    errand: Errand,
    join_id: JoinId,
) -> Result<(), Box<Report>> {
    driver.tell(Action::Stage(Stage::Redirecting));
    let request = if errand.is_sign_on() {
        Request::SignInBegin(SignIn::default())
    } else {
        Request::JoinManage(JoinRef { join_id })
    };
    let mut ask: Ask = driver.bridge.ask(&request).await?;
    if let Some(account) = ask.join.as_ref().and_then(|join| join.account.as_ref()) {
        ask.login_hint = Some(account.upn.clone());
    }
    let prompt = match errand.with_the_person() {
        Some(_) => Prompt::None,
        None => Prompt::Free,
    };
    sign_in::go(&ask, errand, join_id, prompt).await
}

/// Writes the question down, and goes.
pub(super) fn leave(asked: &Asked, url: &str) -> Result<(), Box<Report>> {
    if asked.keep() && place::leave_for(url) {
        Ok(())
    } else {
        Err(fault::report(Code::INTERNAL, None))
    }
}
