//! The provisioning document (MS-MDE2 §2.2.9.1, reference §1.8): read strictly, checked whole, put in place all or nothing.

mod check;
mod document;
mod poll;

pub use check::{Application, Expect, Provisioned, Renewal, check};
pub use document::{Document, Parm, read};
pub use poll::poll;
