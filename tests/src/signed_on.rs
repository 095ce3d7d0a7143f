//! A device that has joined, and its user signed on to it, without a browser.

use dovetail_shared::link::{Errand, JoinState, Request, SignIn, SignInCode};
use dovetail_shared::status::{SsoState, Status};

use crate::Lab;
use crate::sign_in::Visitor;
use crate::talk;

const DEADLINE: std::time::Duration = std::time::Duration::from_mins(1);

/// Joins as `upn`, somebody whose devices nobody manages, and signs them on. Gives back their browser, which has a session.
pub async fn signed_on(lab: &Lab, upn: &str) -> Visitor {
    let mut visitor = Visitor::new(&lab.tenant);
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = visitor.id_token(&lab.tenant, &began, upn).await;
    let view = talk::token(&mut client, &began, token).await.unwrap();
    talk::confirm(&mut client, &view).await;
    let stops = [JoinState::Joined, JoinState::Failed];
    let view = talk::standing(&lab.daemon, &stops).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let begin = Request::SignInBegin(SignIn::default());
    let errand: Errand = client.call(&begin, DEADLINE).await.unwrap();
    let fields = visitor.errand(&lab.tenant, &errand).await;
    let answer = Request::SignInCode(SignInCode {
        code: fields.get("code").cloned().map(Into::into),
        error: fields.get("error").cloned(),
        error_description: fields.get("error_description").cloned(),
    });
    let status: Status = client.call(&answer, DEADLINE).await.unwrap();
    assert_eq!(status.sso.unwrap().state, SsoState::Active);
    visitor
}
