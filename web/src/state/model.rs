//! What the page knows.

use dovetail_shared::Report;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::JoinId;
use dovetail_shared::link::{JoinState, JoinView, Mode};
use dovetail_shared::name::DisplayName;
use dovetail_shared::status::SsoState;

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
    /// The sign-in of the join, for its ID token.
    SignIn,
    /// The same for a code.
    SignInCode,
    /// To have the terms of use answered.
    Terms,
    /// The management service's code, without the person.
    SilentCode,
    /// The same with the person, where it has to be.
    Code,
    /// The code for the person's single sign-on, without them.
    SilentSignOn,
    /// The same with the person.
    SignOn,
}

impl Errand {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::SignIn,
        Self::SignInCode,
        Self::Terms,
        Self::SilentCode,
        Self::Code,
        Self::SilentSignOn,
        Self::SignOn,
    ];

    /// Its name where it is written down.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInCode => "sign_in_code",
            Self::Terms => "terms",
            Self::SilentCode => "silent_code",
            Self::Code => "code",
            Self::SilentSignOn => "silent_sign_on",
            Self::SignOn => "sign_on",
        }
    }

    /// What follows where nothing comes of it without the person.
    pub(crate) fn with_the_person(self) -> Option<Self> {
        match self {
            Self::SilentCode => Some(Self::Code),
            Self::SilentSignOn => Some(Self::SignOn),
            Self::SignIn | Self::SignInCode | Self::Terms | Self::Code | Self::SignOn => None,
        }
    }

    /// Whether it belongs to the person on this device, and to no join.
    pub(crate) fn is_sign_on(self) -> bool {
        matches!(self, Self::SilentSignOn | Self::SignOn)
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
    /// What would stop a join that has not begun.
    pub(crate) obstacle: Option<Box<Report>>,
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
    /// What would stop a join, by the device's own checks.
    Obstacle(Option<Box<Report>>),
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
            obstacle: None,
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

    /// Where the page goes now by itself, and for which join: nothing else is under way, nothing is to be read, and nobody has
    /// come back from there without an answer, so that the way back is a way back.
    ///
    /// The management service's code is fetched for every join that waits for it; the one for the person's single sign-on after a
    /// first run, where nobody has signed in on this device yet. Later that is a click.
    pub(crate) fn wants_code(&self) -> Option<(JoinId, Errand)> {
        let free = self.link == Link::Up
            && self.failure.is_none()
            && !self.busy
            && !matches!(self.stage, Stage::Redirecting | Stage::Returned);
        let join = self.join.as_ref().filter(|_| free)?;
        let sso = self.status.as_ref().and_then(|status| status.sso.as_ref());
        let fresh = sso.is_some_and(|sso| sso.state == SsoState::None && sso.report.is_none());
        let errand = match join.state {
            JoinState::WaitingForManagement if !self.left_management() => Errand::SilentCode,
            JoinState::Joined
                if fresh
                    && join.mode == Mode::Oobe
                    && !self.unanswered.is_some_and(Errand::is_sign_on) =>
            {
                Errand::SilentSignOn
            }
            _ => return None,
        };
        Some((join.join_id, errand))
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
