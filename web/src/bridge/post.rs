//! The connection: one offer by window message, then everything on a port of our own.
//!
//! The page never listens to window messages, so nobody can speak into it that way; what comes on the port counts only
//! after the peer has returned the nonce of this very offer.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use dovetail_shared::link::{JoinView, MAX_ID, PROTOCOL, Request};
use dovetail_shared::{Code, Report};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Promise};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent, MessagePort};
use yew::Callback;

use super::pending::Pending;
use super::wire;
use crate::value::{member, object, read};
use crate::{fault, place, random};

/// How long the content script may take to answer the offer.
const CONNECT_MS: u32 = 2_000;
/// So much longer than the host takes to say that it is late: its word has the correlation id.
const GRACE_MS: u32 = 1_000;

/// What is heard without being asked.
#[derive(Debug)]
pub(crate) enum Heard {
    /// `join.changed`
    Join(Box<JoinView>),
    /// Something that makes it worth asking again. `status.changed` is one: what all users are told knows nothing of the
    /// person's own join.
    Other,
}

type Exchange = Pin<Box<dyn Future<Output = Result<JsValue, Box<Report>>>>>;

/// Settles one promise; the clock stops when it is dropped.
struct Waiter {
    settle: Function,
    _clock: Timeout,
}

struct Port {
    port: MessagePort,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// The way to the daemon. One per page.
#[derive(Clone)]
pub(crate) struct Bridge(Rc<Inner>);

struct Inner {
    port: RefCell<Option<Port>>,
    pending: RefCell<Pending<Waiter>>,
    open: Cell<bool>,
    /// How often a connection was let go of.
    age: Cell<u32>,
    heard: Callback<Heard>,
}

impl Bridge {
    /// Not connected yet. Events go to `heard`.
    pub(crate) fn new(heard: Callback<Heard>) -> Self {
        Self(Rc::new(Inner {
            port: RefCell::new(None),
            pending: RefCell::new(Pending::new(String::new())),
            open: Cell::new(false),
            age: Cell::new(0),
            heard,
        }))
    }

    /// Whether the content script has answered.
    pub(crate) fn is_open(&self) -> bool {
        self.0.open.get()
    }

    /// Tells one connection from the next.
    pub(crate) fn age(&self) -> u32 {
        self.0.age.get()
    }

    /// Lets go of the port; whoever waits is told that the connection is cut.
    pub(crate) fn close(&self) {
        self.0.open.set(false);
        self.0.age.set(self.age().wrapping_add(1));
        self.0.port.borrow_mut().take();
        let waiting = self.0.pending.borrow_mut().drain();
        for waiter in waiting {
            call(&waiter.settle, &JsValue::NULL);
        }
    }

    /// Offers a port to the content script and waits for its answer.
    pub(crate) async fn connect(&self) -> Result<(), Box<Report>> {
        self.close();
        let missing = || fault::report(Code::EXTENSION_MISSING, None);
        let nonce = random::token().ok_or_else(missing)?;
        *self.0.pending.borrow_mut() = Pending::new(nonce.clone());
        let connected = self.offer(nonce).ok_or_else(missing)?;
        let answer = JsFuture::from(connected).await.unwrap_or(JsValue::NULL);
        if answer.is_truthy() {
            self.0.open.set(true);
            Ok(())
        } else {
            self.close();
            Err(missing())
        }
    }

    /// A promise of `true` once the nonce came back, `undefined` when it did not in time.
    fn offer(&self, nonce: String) -> Option<Promise> {
        let channel = MessageChannel::new().ok()?;
        let (ours, theirs) = (channel.port1(), channel.port2());
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, _| settle = Some(resolve));
        let settle = settle?;
        // Runs whatever becomes of the port: nobody waits for an offer without an end.
        Timeout::new(CONNECT_MS, {
            let settle = settle.clone();
            move || call(&settle, &JsValue::UNDEFINED)
        })
        .forget();
        let mut offered = Some((nonce.clone(), settle));
        let inner = Rc::downgrade(&self.0);
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            if let Some((nonce, settle)) = offered.take() {
                if is_answer(&data, &nonce) {
                    call(&settle, &JsValue::TRUE);
                } else {
                    offered = Some((nonce, settle));
                }
            } else if let Some(inner) = inner.upgrade() {
                inner.hear(&data);
            }
        });
        ours.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        *self.0.port.borrow_mut() = Some(Port {
            port: ours,
            _listener: listener,
        });
        let message = object(&[
            ("channel", "dovetail".into()),
            ("v", PROTOCOL.into()),
            ("type", "connect".into()),
            ("nonce", nonce.into()),
        ])?;
        web_sys::window()?
            .post_message_with_transfer(&message, &place::origin(), &Array::of1(&theirs))
            .ok()?;
        Some(promise)
    }

    /// Asks the daemon. Exactly one answer, or the reason why there is none.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        request: &Request,
    ) -> Result<T, Box<Report>> {
        wire::reply(self.exchange(request).await?)
    }

    /// The part of [`Self::ask`] that is the same for every answer: there once, not once per type.
    fn exchange(&self, request: &Request) -> Exchange {
        let sent = self.send(request);
        Box::pin(async move {
            let answer = JsFuture::from(sent?).await.unwrap_or(JsValue::NULL);
            if answer.is_undefined() {
                return Err(fault::report(Code::TIMED_OUT, None));
            }
            if answer.is_null() {
                return Err(fault::report(Code::CLOSED, None));
            }
            wire::body(&answer)
        })
    }

    fn send(&self, request: &Request) -> Result<Promise, Box<Report>> {
        let closed = || fault::report(Code::CLOSED, None);
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, _| settle = Some(resolve));
        let settle = settle.ok_or_else(closed)?;
        let id = self.0.pending.borrow_mut().open(|id| {
            let (inner, id) = (Rc::downgrade(&self.0), id.to_owned());
            let clock = Timeout::new(wire::deadline_ms(request) + GRACE_MS, move || {
                let waiter = inner
                    .upgrade()
                    .and_then(|inner| inner.pending.borrow_mut().take(&id));
                if let Some(waiter) = waiter {
                    call(&waiter.settle, &JsValue::UNDEFINED);
                }
            });
            Waiter {
                settle,
                _clock: clock,
            }
        });
        let sent = wire::envelope(&id, request).is_some_and(|envelope| {
            let port = self.0.port.borrow();
            port.as_ref()
                .is_some_and(|port| port.port.post_message(&envelope).is_ok())
        });
        if sent {
            Ok(promise)
        } else {
            drop(self.0.pending.borrow_mut().take(&id));
            Err(closed())
        }
    }
}

impl Inner {
    /// A message on the connected port: a reply or an event; anything else is dropped.
    fn hear(&self, data: &JsValue) {
        if let Some(event) = member(data, "event").as_string() {
            let body = member(data, "body");
            let heard = match event.as_str() {
                "join.changed" => read(body).map_or(Heard::Other, Heard::Join),
                _ => Heard::Other,
            };
            self.heard.emit(heard);
        } else if let Some(id) = member(data, "id")
            .as_string()
            .filter(|id| id.len() <= MAX_ID)
        {
            let waiter = self.pending.borrow_mut().take(&id);
            if let Some(waiter) = waiter {
                call(&waiter.settle, data);
            }
        }
    }
}

/// Whether this is the content script's answer to our offer.
fn is_answer(data: &JsValue, nonce: &str) -> bool {
    let is = |name: &str, value: &str| member(data, name).as_string().is_some_and(|v| v == value);
    is("channel", "dovetail") && is("type", "connected") && is("nonce", nonce)
}

/// Settling a promise cannot fail; if it did, its clock would settle it.
fn call(settle: &Function, value: &JsValue) {
    drop(settle.call1(&JsValue::NULL, value));
}
