//! What a person can want.

use dovetail_shared::drs::JoinType;
use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Begin, Confirm, JoinView};
use dovetail_shared::name::DisplayName;

use crate::state::{Errand, Stage};

/// A press of a button, with everything that is needed to act on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Intent {
    /// To another page of the beginning.
    Go(Stage),
    /// This device is …
    Choose(JoinType),
    /// The device's name at first run.
    Name(DisplayName),
    /// To the sign-in, with the account's name as far as it was typed.
    SignIn(Begin, String),
    /// To the terms of use.
    ReadTerms(Box<JoinView>),
    /// To a code, without a sign-in where that will do: for this join's management, or for the person's single sign-on.
    Fetch(Errand, JoinId),
    /// Join this machine under this name.
    Confirm(Confirm),
    /// The failed step again.
    Retry(JoinId),
    /// Give up a join.
    Cancel(JoinId),
    /// From the beginning; gives up a join that is still there.
    StartOver(Option<JoinId>),
    /// Look again how things stand.
    Check,
}

impl Intent {
    /// To the code for the person's single sign-on. That is no join's.
    pub(crate) fn sign_on() -> Self {
        Self::Fetch(Errand::SilentSignOn, JoinId::NONE)
    }
}
