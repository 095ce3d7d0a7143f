//! Which screen follows from what the page knows.

use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{JoinState, StepState, StepView};
use dovetail_shared::{Code, Step};

use super::{Link, Model, Stage};
use crate::text::{Id, id};

/// One screen each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Connecting,
    Greeting,
    Choose,
    Account,
    Redirecting,
    Returned,
    Terms,
    Confirm,
    Approve,
    Progress,
    Manage,
    Done,
    Home,
    Failed,
    Cancelled,
    Missing(Missing),
}

/// Where the way to the daemon ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Extension,
    Host,
    Daemon,
    Origin,
    Version,
    Caller,
    Silent,
}

impl Missing {
    /// The screen for a report; `None` when the code says nothing about the way down.
    pub(crate) fn of(code: Code) -> Option<Self> {
        match code {
            Code::EXTENSION_MISSING => Some(Self::Extension),
            Code::HOST_MISSING => Some(Self::Host),
            Code::DAEMON_NOT_RUNNING => Some(Self::Daemon),
            Code::ORIGIN_REFUSED => Some(Self::Origin),
            Code::UNSUPPORTED => Some(Self::Version),
            Code::WRONG_CALLER => Some(Self::Caller),
            Code::TIMED_OUT | Code::CLOSED => Some(Self::Silent),
            _ => None,
        }
    }
}

impl Model {
    /// The screen.
    pub(crate) fn screen(&self) -> Screen {
        match &self.link {
            Link::Connecting => return Screen::Connecting,
            Link::Down(report) => {
                return Missing::of(report.code).map_or(Screen::Failed, Screen::Missing);
            }
            Link::Up => {}
        }
        if self.failure.is_some() {
            return Screen::Failed;
        }
        match self.stage {
            // No person has to do anything there, and so nothing is said about going and coming.
            _ if self.is_at(JoinState::WaitingForManagement) => return Screen::Manage,
            Stage::Redirecting => return Screen::Redirecting,
            Stage::Returned => return Screen::Returned,
            Stage::Greeting | Stage::Choose | Stage::Account => {}
        }
        match self.join.as_ref().map(|join| join.state) {
            Some(JoinState::WaitingForTerms) => Screen::Terms,
            Some(JoinState::WaitingForConfirmation) => Screen::Confirm,
            Some(JoinState::WaitingForApproval) => Screen::Approve,
            Some(JoinState::WaitingForManagement) => Screen::Manage,
            Some(JoinState::Running) if self.is_being_managed() => Screen::Manage,
            Some(JoinState::Running) => Screen::Progress,
            Some(JoinState::Failed) => Screen::Failed,
            Some(JoinState::Joined) => Screen::Done,
            Some(JoinState::Cancelled) => Screen::Cancelled,
            None if self.is_joined() => Screen::Home,
            None | Some(JoinState::WaitingForSignIn) => self.stage_screen(),
        }
    }

    fn stage_screen(&self) -> Screen {
        match self.stage {
            Stage::Greeting => Screen::Greeting,
            Stage::Choose => Screen::Choose,
            Stage::Account | Stage::Redirecting | Stage::Returned => Screen::Account,
        }
    }

    /// Whether the device belongs to an organisation.
    pub(crate) fn is_joined(&self) -> bool {
        self.status
            .as_ref()
            .is_some_and(|status| status.device.azure_ad_joined || status.device.workplace_joined)
    }

    /// Whether the join is at its last two steps: the device has joined.
    fn is_being_managed(&self) -> bool {
        let at_it = |step: &StepView| {
            matches!(step.step, Step::Enroll | Step::Sync) && step.state == StepState::Running
        };
        self.join
            .as_ref()
            .is_some_and(|join| join.steps.iter().any(at_it))
    }

    /// Whether the join was given up because of its terms.
    pub(crate) fn has_declined(&self) -> bool {
        let report = self.join.as_ref().and_then(|join| join.report.as_ref());
        report.is_some_and(|report| report.code == Code::TERMS_DECLINED)
    }

    /// Whether the device has joined although its join is not over: only its management is still to come.
    pub(crate) fn has_joined(&self) -> bool {
        self.join.as_ref().is_some_and(|join| {
            join.state == JoinState::WaitingForManagement
                || join.device.is_some() && join.state != JoinState::Joined
        })
    }

    /// The screen's heading, which is also the document's title.
    pub(crate) fn heading(&self) -> Id {
        let oobe = self.mode == dovetail_shared::link::Mode::Oobe;
        let registered = self
            .join
            .as_ref()
            .is_some_and(|join| join.join_type == JoinType::Registered);
        let at_terms = self.is_at(JoinState::WaitingForTerms);
        match self.screen() {
            Screen::Connecting => id::CONNECTING_TITLE,
            Screen::Greeting => id::GREETING_TITLE,
            Screen::Choose if oobe => id::CHOOSE_TITLE_OOBE,
            Screen::Choose => id::CHOOSE_TITLE,
            Screen::Account => id::ACCOUNT_TITLE,
            Screen::Redirecting if at_terms => id::LEAVING_TITLE,
            Screen::Redirecting => id::REDIRECTING_TITLE,
            Screen::Returned => id::RETURNED_TITLE,
            Screen::Terms => id::TERMS_TITLE,
            Screen::Confirm => id::CONFIRM_TITLE,
            Screen::Approve => id::APPROVE_TITLE,
            Screen::Progress => id::PROGRESS_TITLE,
            Screen::Manage if self.left_management() => id::MANAGE_FINISH,
            Screen::Manage => id::MANAGE_TITLE,
            Screen::Done if registered => id::DONE_TITLE_REGISTERED,
            Screen::Done => id::DONE_TITLE,
            Screen::Home => id::HOME_TITLE,
            Screen::Failed if self.has_joined() => id::FAILED_JOINED_TITLE,
            Screen::Failed => id::FAILED_TITLE,
            Screen::Cancelled if self.has_declined() => id::DECLINED_TITLE,
            Screen::Cancelled => id::CANCELLED_TITLE,
            Screen::Missing(missing) => match missing {
                Missing::Extension => id::MISSING_EXTENSION_TITLE,
                Missing::Host => id::MISSING_HOST_TITLE,
                Missing::Daemon => id::MISSING_DAEMON_TITLE,
                Missing::Origin => id::MISSING_ORIGIN_TITLE,
                Missing::Version => id::MISSING_VERSION_TITLE,
                Missing::Caller => id::MISSING_CALLER_TITLE,
                Missing::Silent => id::MISSING_SILENT_TITLE,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use dovetail_shared::link::Mode;

    use super::*;
    use crate::state::Action;
    use crate::state::sample::report;

    /// [PG-13] Whatever is absent or too old or too new has a screen of its own.
    #[test]
    fn what_is_missing_is_named() {
        for (code, missing) in [
            (Code::EXTENSION_MISSING, Missing::Extension),
            (Code::HOST_MISSING, Missing::Host),
            (Code::DAEMON_NOT_RUNNING, Missing::Daemon),
            (Code::ORIGIN_REFUSED, Missing::Origin),
            (Code::UNSUPPORTED, Missing::Version),
            (Code::WRONG_CALLER, Missing::Caller),
            (Code::TIMED_OUT, Missing::Silent),
            (Code::CLOSED, Missing::Silent),
        ] {
            let mut model = Model::new(Mode::Settings, None);
            model.apply(Action::Down(Box::new(report(code))));
            assert_eq!(model.screen(), Screen::Missing(missing));
        }
        assert_eq!(Missing::of(Code::QUOTA_REACHED), None);
    }
}
