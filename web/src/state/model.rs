//! What the page knows.

use dovetail_shared::Report;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::JoinId;
use dovetail_shared::link::{JoinState, JoinView, Mode};
use dovetail_shared::name::DisplayName;

use super::Status;

/// How the page reaches the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// Asking for the first time.
    Connecting,
    /// It answered.
    Up,
    /// It did not; the report says where the way ends.
    Down(Box<Report>),
}

/// Where the person is while the daemon waits for a sign-in or for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// First run: the greeting and the device's name.
    Greeting,
    /// Whose device is it?
    Choose,
    /// Which account?
    Account,
    /// Leaving for the sign-in, the terms of use or the management service's code.
    Redirecting,
    /// Back from it, the answer on its way down.
    Returned,
}

/// What the page leaves for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// The sign-in of the join.
    SignIn,
    /// To have the terms of use answered.
    Terms,
    /// The management service's code, without the person.
    SilentCode,
    /// The same with the person, where it has to be.
    Code,
}

impl Errand {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::SignIn, Self::Terms, Self::SilentCode, Self::Code];

    /// Its name where it is written down.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Terms => "terms",
            Self::SilentCode => "silent_code",
            Self::Code => "code",
        }
    }
}

/// Everything. The truth about the join is the daemon's; the page keeps its last word only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) link: Link,
    pub(crate) status: Option<Status>,
    pub(crate) join: Option<JoinView>,
    pub(crate) mode: Mode,
    pub(crate) stage: Stage,
    pub(crate) join_type: JoinType,
    /// What the person wants the device to be called, from the greeting.
    pub(crate) device_name: Option<DisplayName>,
    /// What the page's last request ran into.
    pub(crate) failure: Option<Box<Report>>,
    /// A request is on its way: buttons are off.
    pub(crate) busy: bool,
    /// How many times the way down was found closed: each is announced anew.
    pub(crate) misses: u32,
    /// What the person left for, when they are here again without an answer.
    pub(crate) unanswered: Option<Errand>,
    /// An end that the person has seen and left behind.
    pub(crate) left: Option<JoinId>,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Action {
    /// The daemon told its state.
    Status(Box<Status>),
    /// The daemon told about the join: a reply or an event.
    Join(Box<JoinView>),
    /// The way to the daemon is closed.
    Down(Box<Report>),
    /// A request was refused, or the page itself could not go on.
    Failed(Box<Report>),
    /// The person moved on.
    Stage(Stage),
    /// The person chose whose device it is.
    Choose(JoinType),
    /// The person named the device.
    Name(DisplayName),
    /// Asked how things stand, and nothing else came of it: old failures are over.
    Settled,
    /// The person is here again from an errand of this join, without an answer.
    Unanswered(JoinId, Errand),
    /// A request began or ended.
    Busy(bool),
    /// Away with failures and with a join that is over.
    StartOver,
}

impl Model {
    /// At the page's load.
    pub(crate) fn new(mode: Mode, stage: Option<Stage>) -> Self {
        Self {
            link: Link::Connecting,
            status: None,
            join: None,
            mode,
            stage: stage.unwrap_or(Self::first_stage(mode)),
            join_type: JoinType::Joined,
            device_name: None,
            failure: None,
            busy: false,
            misses: 0,
            unanswered: None,
            left: None,
        }
    }

    /// Where a person begins.
    pub(crate) fn first_stage(mode: Mode) -> Stage {
        match mode {
            Mode::Oobe => Stage::Greeting,
            Mode::Settings => Stage::Choose,
        }
    }

    /// The name to propose: the person's, else the join's, else the machine's own.
    pub(crate) fn proposed_name(&self) -> String {
        if let Some(name) = &self.device_name {
            return name.to_string();
        }
        match (&self.join, &self.status) {
            (Some(join), _) => join.device_name.clone(),
            (None, Some(status)) => status.device.device_name.clone(),
            (None, None) => String::new(),
        }
    }

    /// Whether the join stands there.
    pub(crate) fn is_at(&self, state: JoinState) -> bool {
        self.join.as_ref().is_some_and(|join| join.state == state)
    }

    /// The join whose code for the management service is to be fetched now, without a click: nothing else is under way,
    /// nothing is to be read, and nobody has come back from there without an answer, so that the way back is a way back.
    pub(crate) fn wants_code(&self) -> Option<JoinId> {
        let free = self.link == Link::Up
            && self.failure.is_none()
            && !self.busy
            && !matches!(self.stage, Stage::Redirecting | Stage::Returned)
            && !self.left_management();
        self.join
            .as_ref()
            .filter(|join| free && join.state == JoinState::WaitingForManagement)
            .map(|join| join.join_id)
    }

    /// Whether the person is back from the sign-in for management without an answer.
    pub(crate) fn left_management(&self) -> bool {
        matches!(self.unanswered, Some(Errand::SilentCode | Errand::Code))
    }

    /// Whether the join moves without the person, so that it is worth asking now and then.
    pub(crate) fn moves_by_itself(&self) -> bool {
        self.link == Link::Up
            && self.join.as_ref().is_some_and(|join| {
                matches!(
                    join.state,
                    JoinState::WaitingForApproval | JoinState::Running
                )
            })
    }
}
