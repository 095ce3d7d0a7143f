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
                    None => self.join = self.join.take().filter(is_over),
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
                self.unanswered = None;
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
            Action::Unanswered(join_id, errand) => {
                let known = self.join.as_ref();
                if errand.is_sign_on() || known.is_some_and(|join| join.join_id == join_id) {
                    self.unanswered = Some(errand);
                }
            }
            Action::Obstacle(report) => self.obstacle = report,
            Action::Busy(busy) => self.busy = busy,
            Action::StartOver => {
                self.failure = None;
                self.left = self.join.take().map(|join| join.join_id);
                self.stage = Self::first_stage(self.mode);
            }
        }
    }

    /// The daemon's word replaces what the page thought; only news moves the person.
    fn join_told(&mut self, join: JoinView) {
        // The end of a join that was left behind: its event may come after the person has started over.
        if is_over(&join) && self.left == Some(join.join_id) {
            return;
        }
        self.left = None;
        let news = self
            .join
            .as_ref()
            .is_none_or(|known| known.join_id != join.join_id || known.state != join.state);
        let leaving = matches!(self.stage, Stage::Redirecting | Stage::Returned);
        if self.join.is_none() {
            // Whoever comes back from elsewhere comes back to the same place.
            self.mode = join.mode;
        }
        if news && join.state == JoinState::WaitingForSignIn && !leaving {
            self.stage = Stage::Account;
            self.join_type = join.join_type;
            self.mode = join.mode;
        }
        if news {
            self.unanswered = None;
        }
        if news && join.state != JoinState::WaitingForSignIn {
            // Whatever was tried before is over: the join stands elsewhere now.
            self.failure = None;
            if self.join.is_some() || self.stage != Stage::Returned {
                self.come_to_rest();
            }
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
fn is_over(join: &JoinView) -> bool {
    matches!(join.state, JoinState::Joined | JoinState::Cancelled)
}

#[cfg(test)]
mod tests {
    use dovetail_shared::drs::JoinType;
    use dovetail_shared::link::{Mode, StepState, StepView};
    use dovetail_shared::status::SsoState;
    use dovetail_shared::{Code, Step};

    use super::*;
    use crate::state::sample::{device, join, report, status};
    use crate::state::status::Sso;
    use crate::state::{Errand, Missing, Screen};
    use crate::text::id;

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
            (JoinState::WaitingForTerms, Screen::Terms),
            (JoinState::WaitingForConfirmation, Screen::Confirm),
            (JoinState::WaitingForApproval, Screen::Approve),
            (JoinState::Running, Screen::Progress),
            (JoinState::WaitingForManagement, Screen::Manage),
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

    fn told(state: JoinState) -> Action {
        Action::Status(Box::new(status(Some(join(state)))))
    }

    fn heard(state: JoinState) -> Action {
        Action::Join(Box::new(join(state)))
    }

    fn unanswered(errand: Errand) -> Action {
        Action::Unanswered(join(JoinState::Running).join_id, errand)
    }

    /// The answer to the terms is on its way down; what the daemon makes of it is shown, and nothing before.
    #[test]
    fn terms_are_answered_and_the_join_goes_on() {
        for (outcome, screen) in [
            (JoinState::WaitingForConfirmation, Screen::Confirm),
            (JoinState::Failed, Screen::Failed),
            (JoinState::Cancelled, Screen::Cancelled),
        ] {
            let mut model = Model::new(Mode::Settings, Some(Stage::Returned));
            model.apply(told(JoinState::WaitingForTerms));
            assert_eq!(model.screen(), Screen::Returned);
            model.apply(heard(outcome));
            assert_eq!(model.screen(), screen);
        }
    }

    #[test]
    fn declined_terms_end_with_a_word_of_their_own() {
        let mut declined = join(JoinState::Cancelled);
        declined.report = Some(report(Code::TERMS_DECLINED));
        let mut model = model(vec![told(JoinState::WaitingForTerms)]);
        assert_eq!(model.heading(), id::TERMS_TITLE);
        model.apply(Action::Join(Box::new(declined)));
        assert_eq!(model.heading(), id::DECLINED_TITLE);
        model.apply(Action::StartOver);
        assert_eq!(model.screen(), Screen::Choose);
        model.apply(told(JoinState::WaitingForTerms));
        model.apply(heard(JoinState::Cancelled));
        assert_eq!(model.heading(), id::CANCELLED_TITLE);
    }

    /// [PG-08] A stranger's answer is told; the terms can be opened again from there.
    #[test]
    fn a_strangers_answer_to_the_terms_leads_back_to_them() {
        let mut model = Model::new(Mode::Settings, Some(Stage::Returned));
        model.apply(told(JoinState::WaitingForTerms));
        model.apply(Action::Failed(Box::new(report(Code::TERMS_FOREIGN))));
        assert_eq!(model.screen(), Screen::Failed);
        assert_eq!(model.heading(), id::FAILED_TITLE);
        model.apply(Action::Settled);
        assert_eq!(model.screen(), Screen::Terms);
    }

    /// The browser's back button at the terms: the same screen, which says so, and no going there by itself.
    #[test]
    fn who_comes_back_without_an_answer_is_told_so() {
        let mut model = model(vec![
            told(JoinState::WaitingForTerms),
            Action::Stage(Stage::Redirecting),
        ]);
        assert_eq!(model.screen(), Screen::Redirecting);
        assert_eq!(model.heading(), id::LEAVING_TITLE);
        model.apply(unanswered(Errand::Terms));
        model.apply(Action::Settled);
        assert_eq!(model.screen(), Screen::Terms);
        assert_eq!(model.unanswered, Some(Errand::Terms));
        let other = "11111111-081e-4bc4-b2f2-468326ef9428".parse().unwrap();
        model.apply(heard(JoinState::WaitingForManagement));
        assert_eq!(model.unanswered, None);
        model.apply(Action::Unanswered(other, Errand::Code));
        assert_eq!(model.unanswered, None);
    }

    /// The code for the management service is fetched without a click, but only when nothing else is under way.
    #[test]
    fn the_code_is_fetched_by_itself_and_once() {
        let waiting = || model(vec![told(JoinState::WaitingForManagement)]);
        assert_eq!(
            waiting().wants_code(),
            Some((join(JoinState::Running).join_id, Errand::SilentCode))
        );
        for (action, screen) in [
            (Action::Busy(true), Screen::Manage),
            (Action::Stage(Stage::Redirecting), Screen::Manage),
            (Action::Stage(Stage::Returned), Screen::Manage),
            (unanswered(Errand::SilentCode), Screen::Manage),
            (unanswered(Errand::Code), Screen::Manage),
            (
                Action::Failed(Box::new(report(Code::UNREACHABLE))),
                Screen::Failed,
            ),
            (heard(JoinState::Running), Screen::Progress),
            (heard(JoinState::Joined), Screen::Done),
        ] {
            let mut model = waiting();
            let what = format!("{action:?}");
            model.apply(action);
            assert_eq!(
                (model.wants_code(), model.screen()),
                (None, screen),
                "{what}"
            );
        }
        let mut left = waiting();
        assert_eq!(left.heading(), id::MANAGE_TITLE);
        left.apply(unanswered(Errand::Code));
        assert_eq!(left.heading(), id::MANAGE_FINISH);
        let mut model = waiting();
        model.apply(unanswered(Errand::Terms));
        assert!(model.wants_code().is_some());
        // A failure that was looked at and a retry that leads here again.
        model.apply(heard(JoinState::Failed));
        model.apply(heard(JoinState::WaitingForManagement));
        assert!(model.wants_code().is_some());
    }

    /// After a first run the person is signed in on the device without a click, once, and only where nobody is yet; from the
    /// settings that is theirs to say.
    #[test]
    fn a_first_run_signs_the_person_in_by_itself() {
        let ended = |mode, sso: Option<SsoState>, failed| {
            let mut join = join(JoinState::Joined);
            join.mode = mode;
            let mut told = status(Some(join));
            told.device.azure_ad_joined = true;
            told.sso = sso.map(|state| Sso {
                state,
                upn: None,
                expires: None,
                report: Some(report(Code::SSO_SIGN_IN)).filter(|_| failed),
            });
            model(vec![Action::Status(Box::new(told))])
        };
        let wants = Some((join(JoinState::Joined).join_id, Errand::SilentSignOn));
        let mut first = ended(Mode::Oobe, Some(SsoState::None), false);
        assert_eq!((first.wants_code(), first.screen()), (wants, Screen::Done));
        // Back without an answer: the button is theirs.
        first.apply(unanswered(Errand::SilentSignOn));
        assert_eq!(first.wants_code(), None);
        for other in [
            ended(Mode::Settings, Some(SsoState::None), false),
            ended(Mode::Oobe, Some(SsoState::None), true),
            ended(Mode::Oobe, Some(SsoState::Active), false),
            ended(Mode::Oobe, Some(SsoState::SignInAgain), false),
            ended(Mode::Oobe, None, false),
        ] {
            assert_eq!(other.wants_code(), None);
        }
        // On the way there and back, and when it went wrong, the join stays what it is.
        let mut away = ended(Mode::Settings, Some(SsoState::None), false);
        away.apply(Action::Stage(Stage::Redirecting));
        assert_eq!(away.screen(), Screen::Redirecting);
        away.apply(Action::Failed(Box::new(report(Code::UNREACHABLE))));
        assert_eq!(away.screen(), Screen::Failed);
        away.apply(Action::StartOver);
        assert_eq!(away.screen(), Screen::Home);
    }

    #[test]
    fn a_device_that_joined_is_said_to_have_joined_when_its_management_fails() {
        let mut model = model(vec![told(JoinState::Failed)]);
        assert_eq!(model.heading(), id::FAILED_TITLE);
        let mut failed = join(JoinState::Failed);
        failed.device = Some(device());
        model.apply(Action::Join(Box::new(failed)));
        assert_eq!(model.heading(), id::FAILED_JOINED_TITLE);
        let mut joined = join(JoinState::Joined);
        joined.device = Some(device());
        model.apply(Action::Join(Box::new(joined)));
        assert_eq!(model.heading(), id::DONE_TITLE);
        model.apply(Action::Failed(Box::new(report(Code::UNREACHABLE))));
        assert_eq!(model.heading(), id::FAILED_TITLE);
    }

    #[test]
    fn the_last_two_steps_are_shown_as_management() {
        for (step, screen) in [
            (Step::Install, Screen::Progress),
            (Step::Enroll, Screen::Manage),
            (Step::Sync, Screen::Manage),
        ] {
            let mut running = join(JoinState::Running);
            running.steps = vec![StepView {
                step,
                state: StepState::Running,
                ms: None,
            }];
            assert_eq!(
                model(vec![Action::Status(Box::new(status(Some(running))))]).screen(),
                screen
            );
        }
    }

    /// An end that was left behind does not come back when the daemon tells of it again.
    #[test]
    fn an_end_that_was_left_stays_left() {
        let joined = || {
            let mut told = status(Some(join(JoinState::Joined)));
            told.device.azure_ad_joined = true;
            Action::Status(Box::new(told))
        };
        let mut model = model(vec![joined()]);
        assert_eq!(model.screen(), Screen::Done);
        model.apply(Action::StartOver);
        model.apply(joined());
        assert_eq!(model.screen(), Screen::Home);
    }

    /// First run or settings is the join's, whatever the address says after the way through other sites.
    #[test]
    fn who_comes_back_comes_back_to_the_same_place() {
        let mut waiting = join(JoinState::WaitingForTerms);
        waiting.mode = Mode::Oobe;
        let model = model(vec![Action::Status(Box::new(status(Some(waiting))))]);
        assert_eq!(model.mode, Mode::Oobe);
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
        // The event of the cancellation is late.
        model.apply(Action::Join(Box::new(join(JoinState::Cancelled))));
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
