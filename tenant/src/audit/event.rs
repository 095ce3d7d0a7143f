//! One thing that happened, as it is written down.

use std::borrow::Cow;
use std::net::IpAddr;

use axum::extract::MatchedPath;
use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Somebody got what they asked for.
    Granted,
    /// They did not.
    Refused,
    /// The server could not answer.
    Failed,
    /// The client went away before the answer: what it asked for may have happened.
    CutOff,
    /// The log says something of itself.
    Noted,
}

/// What is granted, and is of consequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// A person signed in at the page.
    SignedIn,
    /// A person's device signed them in.
    SignedInByDevice,
    /// Tokens for name and password, an assertion, a device code.
    SignedInAtTokenEndpoint,
    /// Tokens for an application on its own behalf.
    ApplicationSignedIn,
    PrtIssued,
    PrtRenewed,
    DeviceRegistered,
    DeviceLeft,
    DeviceChanged,
    DeviceDeleted,
    DevicePeopleChanged,
    DeviceEnrolled,
    ManagementRenewed,
    ManagementEnded,
    HelloKeyRegistered,
    HelloKeyRemoved,
    DeviceCodeApproved,
    DeviceCodeDeclined,
    TermsAccepted,
    TermsDeclined,
}

impl Act {
    /// The word in the log. Never changed: people search for it.
    fn word(self) -> &'static str {
        match self {
            Self::SignedIn => "sign_in",
            Self::SignedInByDevice => "sign_in.device",
            Self::SignedInAtTokenEndpoint => "sign_in.token",
            Self::ApplicationSignedIn => "sign_in.application",
            Self::PrtIssued => "prt.issued",
            Self::PrtRenewed => "prt.renewed",
            Self::DeviceRegistered => "device.registered",
            Self::DeviceLeft => "device.left",
            Self::DeviceChanged => "device.changed",
            Self::DeviceDeleted => "device.deleted",
            Self::DevicePeopleChanged => "device.people_changed",
            Self::DeviceEnrolled => "device.enrolled",
            Self::ManagementRenewed => "management.renewed",
            Self::ManagementEnded => "management.ended",
            Self::HelloKeyRegistered => "hello_key.registered",
            Self::HelloKeyRemoved => "hello_key.removed",
            Self::DeviceCodeApproved => "device_code.approved",
            Self::DeviceCodeDeclined => "device_code.declined",
            Self::TermsAccepted => "terms.accepted",
            Self::TermsDeclined => "terms.declined",
        }
    }
}

/// What is written down. Nothing in it lets anybody in: no token, code, password, cookie or secret, and no text that a caller
/// wrote. What is only claimed has a name of its own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    /// Written by the line itself, as RFC 3339.
    #[serde(skip)]
    pub(super) at: UnixTime,
    #[serde(rename = "event")]
    pub(super) word: &'static str,
    pub(super) outcome: Outcome,
    #[serde(flatten)]
    pub(super) who: Who,
    #[serde(flatten)]
    pub(super) place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// AADSTS number, or the word of the service's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Cow<'static, str>>,
    /// The object of the act: a grant's name, a command and its target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<String>,
    /// Of the answer, as the caller may quote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) correlation: Option<String>,
    /// How many such things the line stands for, where it is not one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    #[serde(flatten)]
    pub(super) log: Option<OfTheLog>,
}

/// Who it was. The first of each pair is proved, the other only claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Who {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimed_user: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimed_device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimed_client: Option<String>,
}

/// Where it was asked for, and from where.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<&'static str>,
    /// The route, never the path: that may hold anything.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "route")]
    pub(super) route: Option<MatchedPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peer: Option<IpAddr>,
    /// `x-ms-request-id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Uuid>,
    /// Of a command: whose process it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<u32>,
}

/// What only lines about the log itself have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OfTheLog {
    /// Number of the file that is begun, gone on with, or taken away.
    pub(super) file: u32,
    /// The hash before this line; of a file that is taken away, its last.
    pub(super) previous: String,
    /// Of a file that is taken away, the number of its last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<u64>,
}

impl Event {
    /// An event and how it ended; everything else is empty.
    pub(super) fn new(word: &'static str, outcome: Outcome, at: UnixTime) -> Self {
        Self {
            at,
            word,
            outcome,
            who: Who::default(),
            place: Place::default(),
            status: None,
            code: None,
            reason: None,
            about: None,
            trace: None,
            correlation: None,
            count: None,
            log: None,
        }
    }

    /// A grant.
    pub(super) fn granted(act: Act, at: UnixTime) -> Self {
        Self::new(act.word(), Outcome::Granted, at)
    }

    /// A command of an administrator's, with what it was about, and whose process it was.
    pub(crate) fn command(about: String, outcome: Outcome, uid: u32, at: UnixTime) -> Self {
        let mut event = Self::new("command", outcome, at);
        event.about = Some(about);
        event.place.uid = Some(uid);
        event
    }
}

#[expect(clippy::ref_option, reason = "serde gives it so")]
fn route<S: Serializer>(path: &Option<MatchedPath>, to: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(MatchedPath::as_str).serialize(to)
}
