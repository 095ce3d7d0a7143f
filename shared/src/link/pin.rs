//! Bodies of the requests about a person's PIN on this device, and of their good replies.
//!
//! The PIN opens a key in this device's TPM (a Hello key); it never leaves the machine and is worth nothing elsewhere.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::time::UnixTime;

/// Body of `pin.status` and `pin.remove`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PinRef {
    /// `home_account_id` of the account; the default one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Body of `pin.set_up` and `sign_in.pin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// As typed.
    pub pin: Secret<String>,
    /// `home_account_id` of the account; the default one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Body of `pin.change`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinChange {
    /// The one that holds.
    pub pin: Secret<String>,
    /// The one that is to hold.
    pub new_pin: Secret<String>,
    /// `home_account_id` of the account; the default one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// How an account's PIN stands on this device. Answer to all requests about it but `sign_in.pin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinView {
    /// Whether it is taken.
    pub state: PinState,
    /// Whose it is.
    pub username: String,
    /// Since when it is this PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixTime>,
    /// When it has to be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<UnixTime>,
    /// Not taken before, after wrong ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<UnixTime>,
    /// What a new one has to be like.
    pub rules: PinRules,
}

/// Whether a PIN is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinState {
    /// There is none.
    None,
    /// It is.
    Ready,
    /// Not for a while: wrong ones were tried.
    Rests,
    /// Not any more: too many wrong ones were tried. It is set up anew.
    Locked,
    /// It is older than the organisation allows; it can be changed.
    Expired,
}

/// The organisation's rules for PINs, or what holds where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRules {
    /// Whether there may be one at all.
    pub allowed: bool,
    /// Characters, at least.
    pub min: u8,
    /// Characters, at most.
    pub max: u8,
    /// `0` to `9`.
    pub digits: PinClass,
    /// `a` to `z`.
    pub lowercase: PinClass,
    /// `A` to `Z`.
    pub uppercase: PinClass,
    /// All others that can be typed.
    pub special: PinClass,
    /// Earlier ones that may not come back.
    pub history: u8,
    /// Days until it must be changed; 0 is never.
    pub expires_days: u16,
}

/// What a PIN does with a class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinClass {
    /// May be in it.
    Allowed,
    /// Must be in it.
    Required,
    /// May not be in it.
    Forbidden,
}
