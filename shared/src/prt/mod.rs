//! The Primary Refresh Token: what a device asks for, and what comes back (MS-OAPXBC; registration reference §4).

pub mod kdf;
mod payload;
mod response;
mod sealed;

pub use payload::{
    BROKER_ISSUER, CookiePayload, DeviceCredential, DeviceRequest, HelloAssertion, PkeyAuth,
    SessionRequest, grant,
};
pub use response::PrtResponse;
pub use sealed::{AnswerForm, SealedAnswer, SealedError, SealedKey};
