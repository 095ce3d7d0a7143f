//! What follows from what happened.

use std::rc::Rc;

use dovetail_shared::link::{JoinState, JoinView};
use yew::Reducible;

use super::{Action, Link, Model, Stage};

impl Reducible for Model {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        next.apply(action);
        Rc::new(next)
    }
}

impl Model {
    /// One step.
    pub(crate) fn apply(&mut self, action: Action) {
        match action {
            Action::Status(status) => {
                self.link = Link::Up;
                match status.join.clone() {
                    // An old join that was given up says nothing to a page that did not see it happen.
                    Some(join) if join.state == JoinState::Cancelled && self.join.is_none() => {}
                    Some(join) => self.join_told(join),
                    None => self.join = self.join.take().filter(is_seen_to_the_end),
                }
                self.status = Some(*status);
            }
            Action::Join(join) => self.join_told(*join),
            Action::Down(report) => {
                self.link = Link::Down(report);
                self.misses = self.misses.wrapping_add(1);
                self.come_to_rest();
            }
            Action::Failed(report) => {
                self.failure = Some(report);
                self.come_to_rest();
            }
            Action::Stage(stage) => {
                self.failure = None;
                self.stage = stage;
            }
            Action::Choose(join_type) => self.join_type = join_type,
            Action::Name(name) => {
                self.device_name = Some(name);
                self.stage = Stage::Choose;
            }
            Action::Settled => {
                self.failure = None;
                self.come_to_rest();
            }
            Action::Busy(busy) => self.busy = busy,
            Action::StartOver => {
                self.failure = None;
                self.join = None;
                self.stage = Self::first_stage(self.mode);
            }
        }
    }

    /// The daemon's word replaces what the page thought; only news moves the person.
    fn join_told(&mut self, join: JoinView) {
        let news = self
            .join
            .as_ref()
            .is_none_or(|known| known.join_id != join.join_id || known.state != join.state);
        let leaving = matches!(self.stage, Stage::Redirecting | Stage::Returned);
        if news && join.state == JoinState::WaitingForSignIn && !leaving {
            self.stage = Stage::Account;
            self.join_type = join.join_type;
            self.mode = join.mode;
        }
        if news && join.state != JoinState::WaitingForSignIn {
            // Whatever was tried before is over: the join stands elsewhere now.
            self.failure = None;
            self.come_to_rest();
        }
        self.join = Some(join);
    }

    /// Nothing is under way any more.
    fn come_to_rest(&mut self) {
        if matches!(self.stage, Stage::Redirecting | Stage::Returned) {
            self.stage = Stage::Account;
        }
    }
}

/// Ends that the person has in front of them stay there until they go on.
fn is_seen_to_the_end(join: &JoinView) -> bool {
    matches!(join.state, JoinState::Joined | JoinState::Cancelled)
}

#[cfg(test)]
mod tests {
    use dovetail_shared::Code;
    use dovetail_shared::drs::JoinType;
    use dovetail_shared::link::Mode;

    use super::*;
    use crate::state::sample::{join, report, status};
    use crate::state::{Missing, Screen};

    fn model(actions: Vec<Action>) -> Model {
        let mut model = Model::new(Mode::Settings, None);
        for action in actions {
            model.apply(action);
        }
        model
    }

    /// [PG-10] A reloaded page and a second tab show where the join stands, whatever that is.
    #[test]
    fn the_screen_follows_from_the_daemons_word_alone() {
        for (state, screen) in [
            (JoinState::WaitingForSignIn, Screen::Account),
            (JoinState::WaitingForConfirmation, Screen::Confirm),
            (JoinState::WaitingForApproval, Screen::Approve),
            (JoinState::Running, Screen::Progress),
            (JoinState::Failed, Screen::Failed),
            (JoinState::Joined, Screen::Done),
        ] {
            let told = status(Some(join(state)));
            assert_eq!(model(vec![Action::Status(Box::new(told))]).screen(), screen);
        }
        let fresh = |status| model(vec![Action::Status(Box::new(status))]).screen();
        assert_eq!(fresh(status(None)), Screen::Choose);
        assert_eq!(
            fresh(status(Some(join(JoinState::Cancelled)))),
            Screen::Choose
        );
        let mut joined = status(None);
        joined.device.azure_ad_joined = true;
        assert_eq!(fresh(joined), Screen::Home);
    }

    #[test]
    fn a_first_run_greets_and_asks_for_the_name() {
        let mut model = Model::new(Mode::Oobe, None);
        assert_eq!(model.screen(), Screen::Connecting);
        model.apply(Action::Status(Box::new(status(None))));
        assert_eq!(model.screen(), Screen::Greeting);
        model.apply(Action::Name("LAPTOP-2".parse().unwrap()));
        assert_eq!(model.screen(), Screen::Choose);
        assert_eq!(model.proposed_name(), "LAPTOP-2");
    }

    /// A waiting join tells the page what the person had chosen before it was reloaded.
    #[test]
    fn a_waiting_join_brings_its_choices_back() {
        let mut waiting = join(JoinState::WaitingForSignIn);
        waiting.join_type = JoinType::Registered;
        waiting.mode = Mode::Oobe;
        let model = model(vec![Action::Status(Box::new(status(Some(waiting))))]);
        assert_eq!(
            (model.join_type, model.mode),
            (JoinType::Registered, Mode::Oobe)
        );
    }

    #[test]
    fn the_same_word_twice_does_not_move_the_person() {
        let told = || Action::Status(Box::new(status(Some(join(JoinState::WaitingForSignIn)))));
        let model = model(vec![told(), Action::Stage(Stage::Choose), told()]);
        assert_eq!(model.screen(), Screen::Choose);
    }

    #[test]
    fn a_token_on_its_way_shows_the_return_until_the_daemon_has_spoken() {
        let mut model = Model::new(Mode::Settings, Some(Stage::Returned));
        model.apply(Action::Status(Box::new(status(Some(join(
            JoinState::WaitingForSignIn,
        ))))));
        assert_eq!(model.screen(), Screen::Returned);
        model.apply(Action::Join(Box::new(join(
            JoinState::WaitingForConfirmation,
        ))));
        assert_eq!(model.screen(), Screen::Confirm);
    }

    #[test]
    fn a_refused_token_shows_the_report_and_the_way_back() {
        let mut model = Model::new(Mode::Settings, Some(Stage::Returned));
        model.apply(Action::Status(Box::new(status(Some(join(
            JoinState::WaitingForSignIn,
        ))))));
        model.apply(Action::Failed(Box::new(report(Code::NONCE_UNKNOWN))));
        assert_eq!(model.screen(), Screen::Failed);
        model.apply(Action::Stage(Stage::Account));
        assert_eq!(model.screen(), Screen::Account);
    }

    #[test]
    fn a_retry_that_needs_a_new_sign_in_leads_to_the_account() {
        let model = model(vec![
            Action::Status(Box::new(status(Some(join(JoinState::Failed))))),
            Action::Join(Box::new(join(JoinState::WaitingForSignIn))),
        ]);
        assert_eq!(model.screen(), Screen::Account);
    }

    /// [PG-09] The way down breaks and comes back: the page is where it was.
    #[test]
    fn a_lost_connection_is_shown_and_comes_back_to_the_same_place() {
        let told = || Action::Status(Box::new(status(Some(join(JoinState::Running)))));
        let mut model = model(vec![
            told(),
            Action::Down(Box::new(report(Code::DAEMON_NOT_RUNNING))),
        ]);
        assert_eq!(model.screen(), Screen::Missing(Missing::Daemon));
        assert!(!model.moves_by_itself());
        model.apply(told());
        assert_eq!(model.screen(), Screen::Progress);
        assert!(model.moves_by_itself());
    }

    #[test]
    fn a_cancelled_join_is_told_once() {
        let mut model = model(vec![
            Action::Status(Box::new(status(Some(join(
                JoinState::WaitingForConfirmation,
            ))))),
            Action::Join(Box::new(join(JoinState::Cancelled))),
        ]);
        assert_eq!(model.screen(), Screen::Cancelled);
        model.apply(Action::Status(Box::new(status(None))));
        assert_eq!(model.screen(), Screen::Cancelled);
        model.apply(Action::StartOver);
        assert_eq!(model.screen(), Screen::Choose);
    }

    #[test]
    fn a_join_that_the_daemon_forgot_is_forgotten_here() {
        let model = model(vec![
            Action::Status(Box::new(status(Some(join(JoinState::Failed))))),
            Action::Status(Box::new(status(None))),
        ]);
        assert_eq!(model.screen(), Screen::Choose);
    }
}
