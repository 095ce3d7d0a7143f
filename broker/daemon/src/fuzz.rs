//! What reads strangers' bytes and is no public function, each as one that a fuzz target calls. The program itself uses none of it.

pub use crate::direct::fuzz as direct;
pub use crate::mdm::fuzz as mdm;
pub use crate::prt::fuzz as prt;
pub use crate::tpm::fuzz as tpm;
