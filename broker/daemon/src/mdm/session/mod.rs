//! One talk with the management service (OMA-DM 1.2, reference §1.10): who says what is decided here without a network, the
//! messages are carried by [`run`].

mod act;
mod run;
mod talk;
#[cfg(test)]
mod tests;

pub use run::{Occasion, Ran, run};
pub use talk::{Next, Opening, Talk};
