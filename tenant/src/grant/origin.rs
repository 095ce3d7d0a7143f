//! The sign-in that tokens stem from: proved once, and carried by everything that is made of it.

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use crate::client::Platform;
use crate::token::methods;

/// How a person came to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// In the browser, or with a credential, where the tokens go.
    SignIn,
    /// On another device, by a code that somebody showed them: what phishers use, so the registration service asks for it.
    DeviceCode,
}

impl Flow {
    /// As the store keeps it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::DeviceCode => "device_code",
        }
    }

    /// The reverse; what is unknown may least.
    pub(crate) fn of_word(word: &str) -> Self {
        match word {
            "sign_in" => Self::SignIn,
            _ => Self::DeviceCode,
        }
    }
}

/// Who signed in, how, when, from where, and for which client.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) client_id: String,
    pub(crate) user: ObjectId,
    /// Methods: `pwd`, `mfa`, ….
    pub(crate) amr: Vec<String>,
    /// When they proved it.
    pub(crate) auth_time: UnixTime,
    /// The device whose key vouched for it: becomes `deviceid`.
    pub(crate) device: Option<DeviceId>,
    /// The Hello key on it that vouched for the person: what it gave ends with it.
    pub(crate) hello_key: Option<Uuid>,
    pub(crate) flow: Flow,
    pub(crate) platform: Platform,
}

impl Origin {
    /// The methods that tokens may say now: a second factor does not stay fresh.
    pub(super) fn methods(&self, now: UnixTime) -> Vec<String> {
        methods(&self.amr, self.auth_time, now)
    }
}
