//! The root: language, model, screen.

use std::cell::Cell;
use std::rc::Rc;

use dovetail_shared::link::JoinState;
use yew::prelude::*;

use crate::hook::{use_app, use_lang, use_screen};
use crate::page::{
    Account, Confirm, Greeting, PageProps, approve, cancelled, choose, done, failed, home, manage,
    missing, progress, terms, waiting,
};
use crate::part::layout;
use crate::place::Carried;
use crate::state::{Model, Screen};
use crate::text::id;

/// What the page began with.
#[derive(Properties)]
pub(crate) struct RootProps {
    /// Out of the address; taken once, since it may hold secrets.
    pub(crate) carried: Rc<Cell<Carried>>,
}

/// There is one root, and nothing gives it other properties.
impl PartialEq for RootProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.carried, &other.carried)
    }
}

/// The page.
#[component]
pub(crate) fn Root(props: &RootProps) -> Html {
    let (lang, switch) = use_lang();
    let app = use_app(&props.carried);
    let model: &Model = &app.model;
    let screen = model.screen();
    let heading = lang.text(model.heading());
    use_screen(screen, &lang.fill(id::TITLE, &[("screen", heading)]));
    let props = PageProps {
        lang,
        model: Rc::new(model.clone()),
        act: app.act.clone(),
    };
    layout(lang, model, &switch, body(screen, props))
}

fn body(screen: Screen, props: PageProps) -> Html {
    let at_terms = props.model.is_at(JoinState::WaitingForTerms);
    match screen {
        Screen::Connecting => waiting(&props, id::CONNECTING_BODY),
        Screen::Redirecting if at_terms => waiting(&props, id::LEAVING_BODY),
        Screen::Redirecting => waiting(&props, id::REDIRECTING_BODY),
        Screen::Returned if at_terms => waiting(&props, id::RETURNED_TERMS_BODY),
        Screen::Returned => waiting(&props, id::RETURNED_BODY),
        Screen::Terms => terms(&props),
        Screen::Manage => manage(&props),
        Screen::Cancelled => cancelled(&props),
        Screen::Greeting => html! { <Greeting ..props /> },
        Screen::Choose => choose(&props),
        Screen::Account => html! { <Account ..props /> },
        Screen::Confirm => html! { <Confirm ..props /> },
        Screen::Approve => approve(&props),
        Screen::Progress => progress(&props),
        Screen::Done => done(&props),
        Screen::Home => home(&props),
        Screen::Failed => failed(&props),
        Screen::Missing(_) => missing(&props),
    }
}
