//! SOAP 1.2 with WS-Addressing and WS-Security, as the enrollment services speak it (MS-MDE2 §2.2, MDM reference §1.5–1.8).

mod answer;
mod message;
mod refusal;

pub(super) use answer::{reply, security, xsi};
pub(super) use message::{Request, decode, read};
pub(super) use refusal::{Refusal, fault};
