//! Everything an application root needs: the model, and a way to act.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;
use yew::prelude::*;

use super::Intent;
use super::driver::Driver;
use super::errand::{Back, back};
use super::use_lang::current;
use crate::place::{self, Carried};
use crate::state::{Action, Link, Model, Screen, Stage};

/// Events can be lost with the browser's worker; asking this often finds out. Milliseconds.
const LOOK_MS: u32 = 5_000;

/// What the root component works with.
pub(crate) struct App {
    pub(crate) model: UseReducerHandle<Model>,
    pub(crate) act: Callback<Intent>,
}

struct Start {
    back: Cell<Back>,
    stage: Option<Stage>,
}

/// Takes in what came with the address, connects, and keeps listening.
#[hook]
pub(crate) fn use_app(carried: &Cell<Carried>) -> App {
    let start = use_memo((), |()| {
        let back = back(&carried.take(), current());
        let stage = (!matches!(back, Back::Empty)).then_some(Stage::Returned);
        Start {
            back: Cell::new(back),
            stage,
        }
    });
    let model = use_reducer(|| Model::new(place::mode(), start.stage));
    let driver = use_memo((), |()| {
        Driver::new(model.dispatcher(), start.back.replace(Back::Empty))
    });
    let seen = use_state(is_seen);
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
        let (driver, seen) = (Rc::clone(&driver), seen.setter());
        move |down| {
            let listeners = listen(&driver, seen, *down);
            move || drop(listeners)
        }
    });
    // Of two tabs, the one that is looked at.
    use_effect_with(model.wants_code().filter(|_| *seen), {
        let driver = Rc::clone(&driver);
        move |wanted| {
            if let Some((join_id, errand)) = wanted {
                driver.act(Intent::Fetch(*errand, *join_id));
            }
        }
    });
    let looks = match model.screen() {
        // What the device is now, and who manages it, was another thing before the join.
        Screen::Done => Some(true),
        // What stands in the way is told before anybody signs in, and again whenever they come back or ask.
        Screen::Greeting | Screen::Choose | Screen::Account if *seen && !model.busy => Some(false),
        _ => None,
    };
    use_effect_with(looks, {
        let driver = Rc::clone(&driver);
        move |looks| match looks {
            Some(true) => driver.look(),
            Some(false) => driver.preflight(),
            None => {}
        }
    });
    let act = use_callback((), move |intent, ()| driver.act(intent));
    App { model, act }
}

/// Whether the page's tab is in front.
fn is_seen() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| !document.hidden())
}

/// Looks again when the person comes back to the tab, or by the browser's back button to a page kept in memory.
fn listen(
    driver: &Rc<Driver>,
    seen: UseStateSetter<bool>,
    down: bool,
) -> Option<[EventListener; 2]> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let seen = {
        let driver = Rc::clone(driver);
        EventListener::new(&document, "visibilitychange", move |_| {
            seen.set(is_seen());
            if !is_seen() {
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
