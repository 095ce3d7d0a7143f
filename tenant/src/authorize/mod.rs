//! Sign-in. The request is stored; one dispatcher (`dispatch.rs`) looks at what is stored and decides the next step;
//! every step ends by sending the browser back to it. Steps do not know each other.

mod answer;
mod config;
mod demand;
mod device;
mod dispatch;
mod federated;
mod finish;
mod flow;
pub mod fuzz;
mod logout;
mod page;
mod program;
mod read;
mod request;
mod routes;
mod sas;
mod sso;
mod start;
mod step;
mod verdict;

pub(crate) use page::{page as frame, policy as content_policy, style};
pub(crate) use routes::{device_routes, routes};
pub(crate) use step::own_origin;
