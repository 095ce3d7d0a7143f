//! Signing in without a page. On another machine by a code (RFC 8628). Or with name and password: at the tenant for managed accounts, at the organisation's own service by
//! WS-Trust for federated ones (mdm-federation-signin reference §2.7).
//!
//! Data flows one way: realm → (service's description → request → answer) → tokens. Only `sign_in` knows the order.

mod device_code;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod mex;
mod realm;
mod redeem;
mod rst;
mod rstr;
mod sign_in;

pub use device_code::DeviceFlow;
pub use error::DirectError;
pub use sign_in::{Credentials, sign_in};
