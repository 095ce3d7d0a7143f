//! Signing in with name and password, without a page: at the tenant for managed accounts, at the organisation's own service by
//! WS-Trust for federated ones (mdm-federation-signin reference §2.7).
//!
//! Data flows one way: realm → (service's description → request → answer) → tokens. Only `sign_in` knows the order.

mod error;
mod mex;
mod realm;
mod redeem;
mod rst;
mod rstr;
mod sign_in;

pub use error::DirectError;
pub use sign_in::{Credentials, sign_in};
