//! Everything an application root needs: the model, and a way to act.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;
use yew::prelude::*;

use super::Intent;
use super::driver::{Carried, Driver, carried};
use super::use_lang::current;
use crate::place;
use crate::state::{Action, Link, Model, Stage};

/// Events can be lost with the browser's worker; asking this often finds out. Milliseconds.
const LOOK_MS: u32 = 5_000;

/// What the root component works with.
pub(crate) struct App {
    pub(crate) model: UseReducerHandle<Model>,
    pub(crate) act: Callback<Intent>,
}

struct Start {
    carried: RefCell<Carried>,
    stage: Option<Stage>,
}

/// Takes the sign-in's answer out of the address, connects, and keeps listening.
#[hook]
pub(crate) fn use_app() -> App {
    let start = use_memo((), |()| {
        let (carried, stage) = carried(&place::take_fragment(), current());
        Start {
            carried: RefCell::new(carried),
            stage,
        }
    });
    let model = use_reducer(|| Model::new(place::mode(), start.stage));
    let driver = use_memo((), |()| {
        Driver::new(model.dispatcher(), start.carried.borrow_mut().take())
    });
    use_effect_with((), {
        let driver = Rc::clone(&driver);
        move |()| driver.act(Intent::Check)
    });
    use_effect_with(model.moves_by_itself(), {
        let driver = Rc::clone(&driver);
        move |moves| {
            let look = moves.then(|| Interval::new(LOOK_MS, move || driver.look()));
            move || drop(look)
        }
    });
    use_effect_with(matches!(model.link, Link::Down(_)), {
        let driver = Rc::clone(&driver);
        move |down| {
            let listeners = listen(&driver, *down);
            move || drop(listeners)
        }
    });
    let act = use_callback((), move |intent, ()| driver.act(intent));
    App { model, act }
}

/// Looks again when the person comes back to the tab, or by the browser's back button to a page kept in memory.
fn listen(driver: &Rc<Driver>, down: bool) -> Option<[EventListener; 2]> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let seen = {
        let (driver, document) = (Rc::clone(driver), document.clone());
        EventListener::new(&document.clone(), "visibilitychange", move |_| {
            if document.hidden() {
            } else if down {
                driver.act(Intent::Check);
            } else {
                driver.look();
            }
        })
    };
    let shown = {
        let driver = Rc::clone(driver);
        EventListener::new(&window, "pageshow", move |event| {
            let event = event.dyn_ref::<PageTransitionEvent>();
            if event.is_some_and(PageTransitionEvent::persisted) {
                // The port did not survive; a sign-in that was left is over.
                driver.tell(Action::Settled);
                driver.bridge.close();
                driver.act(Intent::Check);
            }
        })
    };
    Some([seen, shown])
}
