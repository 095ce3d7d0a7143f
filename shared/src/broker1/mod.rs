//! The JSON that programs exchange with an identity broker on Linux: requests and answers of the D-Bus interface
//! `com.microsoft.identity.Broker1`, which the linux-entra-sso project's native messages carry on to browsers.
//!
//! Nothing of it is published by its makers; the shapes are what the clients written by others send and read. Times are
//! milliseconds since 1970. Failures are told inside of the JSON.

mod account;
mod answer;
mod ask;
mod refusal;

pub use account::{Account, Named, find};
pub use answer::{Accounts, CookieAnswer, CookieItem, Nothing, TokenAnswer, Tokens, VersionAnswer};
pub use ask::{Ask, AuthParameters, Malformed};
pub use refusal::{Refusal, RefusalAnswer, Refused, status};

/// The name on the session bus.
pub const BUS_NAME: &str = "com.microsoft.identity.broker1";

/// Where the object is.
pub const PATH: &str = "/com/microsoft/identity/broker1";

/// The client id of Microsoft Edge, in whose name linux-entra-sso asks for tokens.
pub const EDGE_CLIENT_ID: &str = "d7b530a4-7680-4c23-a8bf-c52c121d2e87";

/// What is asked for where nothing is named.
pub const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";

/// Where linux-entra-sso's cookies are for when no address is named.
pub const LOGIN_DEFAULT: &str = "https://login.microsoftonline.com/";
