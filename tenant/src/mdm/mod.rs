//! Mobile device management: terms of use, enrollment (MS-MDE2), sessions (OMA-DM), policies, verdicts.

mod authority;
mod bearer;
mod command;
mod compliance;
mod compliance_page;
mod context;
mod csr;
mod device;
mod discover;
mod enroll;
mod enrollment;
mod form;
pub mod fuzz;
mod policy;
mod policy_service;
mod provision;
mod renew;
mod routes;
mod rst;
mod session;
mod settings;
mod sign_in;
mod soap;
mod terms;
mod visit;
mod xml;

pub(crate) use authority::MdmCa;
pub(crate) use command::{New as NewCommand, Verb, commands, queue, queue_unenroll};
pub(crate) use device::{Managed, RetiredBy, all, find, nodes, policies, retire};
pub(crate) use policy::{
    Assignment, Options, PolicyError, assign, create, delete, seed as seed_policies, set, sets,
    unassign,
};
pub(crate) use routes::{portal_routes, routes};
pub(crate) use session::Sessions;
pub(crate) use settings::{change, settings};
pub(crate) use sign_in::{CLIENT, SIGN_IN};
pub(crate) use terms::{
    TermsError, TermsKey, acceptances, current as current_terms, keep as keep_terms,
    seed as seed_terms,
};
