//! What the page knows.

use dovetail_shared::Report;
use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{JoinState, JoinView, Mode};
use dovetail_shared::name::DisplayName;
use dovetail_shared::status::Status;

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
    /// Leaving for the sign-in.
    Redirecting,
    /// Back from it, the token on its way down.
    Returned,
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
