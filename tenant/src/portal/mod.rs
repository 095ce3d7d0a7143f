//! The page, served as the article has it: `/WebApp/CloudDomainJoin/4`.

mod asset;
mod policy;
mod routes;

pub(crate) use routes::{PATH, routes};
