//! Carries intents down and tells the reducer what came of them.

use std::cell::Cell;
use std::rc::Rc;

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Empty, Hello, JoinRef, JoinState, JoinView, PROTOCOL, Request};
use dovetail_shared::{Code, Report};
use serde::Deserialize;
use yew::UseReducerDispatcher;
use yew::platform::spawn_local;

use super::errand::Back;
use super::{Intent, errand, sign_in, use_lang};
use crate::bridge::{Bridge, Heard};
use crate::fault;
use crate::oidc::session::Asked;
use crate::state::{Action, Errand, Missing, Model, Status};
use crate::text::fetch_late;

/// Of [`dovetail_shared::link::Welcome`] and [`dovetail_shared::link::Preflight`], and of replies that say nothing.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    obstacle: Option<Box<Report>>,
    #[serde(default)]
    protocol: Option<u16>,
}

/// One per page. Knows the way down, keeps no truth.
pub(crate) struct Driver {
    pub(super) bridge: Bridge,
    dispatch: UseReducerDispatcher<Model>,
    /// Set and read at once, so that a second click finds it whatever has been drawn since the first.
    busy: Cell<bool>,
    /// Waits for the way down.
    back: Cell<Back>,
}

impl Driver {
    pub(crate) fn new(dispatch: UseReducerDispatcher<Model>, back: Back) -> Rc<Self> {
        let events = dispatch.clone();
        Rc::new_cyclic(|me: &std::rc::Weak<Self>| {
            let me = me.clone();
            let heard = yew::Callback::from(move |heard| match heard {
                Heard::Join(join) => events.dispatch(Action::Join(join)),
                Heard::Other => {
                    if let Some(driver) = me.upgrade() {
                        driver.look();
                    }
                }
            });
            Self {
                bridge: Bridge::new(heard),
                dispatch,
                busy: Cell::new(false),
                back: Cell::new(back),
            }
        })
    }

    /// Tells the reducer.
    pub(super) fn tell(&self, action: Action) {
        self.dispatch.dispatch(action);
    }

    /// Acts on an intent. While one is under way, others are dropped: a double click is one request.
    pub(crate) fn act(self: &Rc<Self>, intent: Intent) {
        match intent {
            Intent::Go(stage) => return self.tell(Action::Stage(stage)),
            Intent::Choose(join_type) => return self.tell(Action::Choose(join_type)),
            Intent::Name(name) => return self.tell(Action::Name(name)),
            _ => {}
        }
        if self.busy.replace(true) {
            return;
        }
        self.tell(Action::Busy(true));
        let me = Rc::clone(self);
        spawn_local(async move {
            let done = me.carry_out(intent).await;
            me.busy.set(false);
            me.tell(Action::Busy(false));
            if let Err(report) = done {
                me.refused(report).await;
            }
        });
    }

    /// Asks how things stand, silently: no button goes off, nothing is announced unless it changed.
    pub(crate) fn look(self: &Rc<Self>) {
        if self.busy.get() {
            return;
        }
        let me = Rc::clone(self);
        spawn_local(async move {
            let age = me.bridge.age();
            match me.bridge.ask::<Status>(&Request::Status(Empty {})).await {
                Ok(status) if !me.busy.get() => me.tell(Action::Status(Box::new(status))),
                // The end of a connection that was let go of says nothing about the next.
                Err(report) if me.bridge.age() == age => me.refused(report).await,
                Ok(_) | Err(_) => {}
            }
        });
    }

    /// Asks what would stop a join. Where there is no answer, nothing is said: the join will tell.
    pub(crate) fn preflight(self: &Rc<Self>) {
        let me = Rc::clone(self);
        spawn_local(async move {
            if let Ok(told) = me.bridge.ask::<Told>(&Request::Preflight(Empty {})).await {
                me.tell(Action::Obstacle(told.obstacle));
            }
        });
    }

    async fn carry_out(&self, intent: Intent) -> Result<(), Box<Report>> {
        match intent {
            Intent::Go(_) | Intent::Choose(_) | Intent::Name(_) => Ok(()),
            Intent::SignIn(begin, hint) => sign_in::begin(self, begin, &hint).await,
            Intent::ReadTerms(join) => errand::read_terms(self, &join),
            Intent::Fetch(errand, join_id) => errand::fetch_code(self, errand, join_id).await,
            Intent::Confirm(confirm) => self.join(Request::JoinConfirm(confirm)).await,
            Intent::Retry(join_id) => self.join(Request::JoinRetry(JoinRef { join_id })).await,
            Intent::Cancel(join_id) => self.cancel(join_id).await,
            Intent::StartOver(join) => {
                if let Some(join_id) = join {
                    self.cancel(join_id).await?;
                }
                self.tell(Action::StartOver);
                Ok(())
            }
            Intent::Check => self.check().await,
        }
    }

    async fn join(&self, request: Request) -> Result<(), Box<Report>> {
        let view = self.bridge.ask::<JoinView>(&request).await?;
        self.tell(Action::Join(Box::new(view)));
        Ok(())
    }

    async fn cancel(&self, join_id: JoinId) -> Result<(), Box<Report>> {
        match self.join(Request::JoinCancel(JoinRef { join_id })).await {
            // Gone already: that is what was wanted.
            Err(report) if report.code == Code::NO_SUCH_JOIN => {
                self.tell(Action::StartOver);
                Ok(())
            }
            other => other,
        }
    }

    /// Connects where needed, asks how things stand, and hands down an answer that waits.
    async fn check(&self) -> Result<(), Box<Report>> {
        if !self.bridge.is_open() {
            self.bridge.connect().await?;
        }
        let hello = Hello {
            protocol: vec![PROTOCOL],
            client: "page".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        };
        let welcome: Told = self.bridge.ask(&Request::Hello(hello)).await?;
        if welcome.protocol != Some(PROTOCOL) {
            return Err(fault::report(Code::UNSUPPORTED, None));
        }
        let _: Told = self.bridge.ask(&Request::Subscribe(Empty {})).await?;
        let status: Status = self.bridge.ask(&Request::Status(Empty {})).await?;
        self.tell(Action::Status(Box::new(status)));
        match self.back.replace(Back::Empty) {
            Back::Empty => {
                if let Some(asked) = Asked::peek() {
                    self.tell(Action::Unanswered(asked.join_id, asked.errand));
                }
                self.tell(Action::Settled);
                Ok(())
            }
            Back::Hand(answer) => self.hand(answer).await,
            Back::Again(errand, join_id) => errand::fetch_code(self, errand, join_id).await,
            Back::Refused(report) => Err(report),
        }
    }

    /// Hands an answer down. A daemon that was started anew still waits for a code that it can redeem: to fetch another
    /// is the person's to say, so that nothing goes round and round.
    async fn hand(&self, answer: Request) -> Result<(), Box<Report>> {
        if let Request::SignInCode(_) = answer {
            let status: Status = self.bridge.ask(&answer).await?;
            self.tell(Action::Status(Box::new(status)));
            self.tell(Action::Settled);
            return Ok(());
        }
        let view = self.bridge.ask::<JoinView>(&answer).await?;
        let join_id = view.join_id;
        let waits =
            view.state == JoinState::WaitingForManagement && matches!(answer, Request::JoinCode(_));
        self.tell(Action::Join(Box::new(view)));
        if waits {
            self.tell(Action::Unanswered(join_id, Errand::SilentCode));
        }
        self.tell(Action::Settled);
        Ok(())
    }

    /// A refusal is shown; one about the way down also makes the next attempt begin with a new connection.
    async fn refused(&self, report: Box<Report>) {
        if Missing::of(report.code).is_some() {
            fetch_late(use_lang::current()).await;
            self.bridge.close();
            self.tell(Action::Down(report));
        } else {
            self.tell(Action::Failed(report));
        }
    }
}
