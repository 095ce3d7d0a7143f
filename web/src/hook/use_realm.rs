//! The look-up of an account while its name is being typed.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::{FetchError, Stop, config, realm};
use crate::state::{Lookup, looks_whole};

/// A person who pauses this long has come to the end of a word. Milliseconds.
const REST_MS: u32 = 300;

/// What is known about `name`. A new name stops the question about the old one and drops its answer.
#[hook]
pub(crate) fn use_realm(name: &str) -> Lookup {
    let lookup = use_state(Lookup::default);
    use_effect_with(name.trim().to_owned(), {
        let lookup = lookup.setter();
        move |name| {
            let (stop, live) = (Stop::new(), Rc::new(Cell::new(true)));
            let rest = if looks_whole(name) {
                lookup.set(Lookup::Looking);
                Some(ask_later(
                    name.clone(),
                    lookup,
                    stop.clone(),
                    Rc::clone(&live),
                ))
            } else {
                lookup.set(Lookup::Idle);
                None
            };
            move || {
                live.set(false);
                stop.now();
                drop(rest);
            }
        }
    });
    (*lookup).clone()
}

fn ask_later(
    name: String,
    lookup: UseStateSetter<Lookup>,
    stop: Stop,
    live: Rc<Cell<bool>>,
) -> Timeout {
    Timeout::new(REST_MS, move || {
        spawn_local(async move {
            let found = ask(&name, &stop).await;
            if live.get() {
                lookup.set(found.unwrap_or(Lookup::Failed));
            }
        });
    })
}

async fn ask(name: &str, stop: &Stop) -> Result<Lookup, FetchError> {
    let config = config::get().await?;
    realm::get(&config.authority, name, stop)
        .await
        .map(Lookup::from)
}
