//! The protocol between page, extension, host, command line and daemon. Prose: `docs/protocol.md`.
//!
//! A frame is a `u32` length in native byte order and that many bytes of JSON, at most [`MAX_FRAME`]; the same on the
//! browser's pipe and on the daemon's socket. Requests go down with an id; each gets exactly one reply; events come unasked.

mod broker;
mod envelope;
mod event;
mod join;
mod limit;
mod pin;
mod reply;
mod request;
mod sso;

pub use broker::{Account, AccountRef, Accounts, BrokerAsk, BrokerToken, ENVIRONMENT, NewProgram};
pub use envelope::{Envelope, EnvelopeError, Incoming, event_frame, failure_frame, reply_frame};
pub use event::Event;
pub use join::{AccountView, DeviceView, JoinState, JoinView, StepState, StepView};
pub use limit::{DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS, MAX_FRAME, MAX_ID, PROTOCOL};
pub use pin::{Pin, PinChange, PinClass, PinRef, PinRules, PinState, PinView};
pub use reply::{
    Approval, Approvals, Began, Checks, CodeShown, CodeSource, Done, Managing, Preflight, Welcome,
};
pub use request::{
    Answer, Begin, CodeAnswer, Confirm, DeviceCode, Direct, Empty, Hello, HelloHost, JoinRef,
    Leave, Mode, Request, TermsAnswer, TermsOutcome, Token,
};
pub use sso::{
    AccessToken, CookieAsk, Errand, SignIn, SignInCode, SignInEnded, SignInShown, SsoCookie,
    TokenAsk,
};
