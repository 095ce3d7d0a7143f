//! What reads strangers' bytes, each as one function that a fuzz target calls. The program itself uses none of it.

pub use crate::authorize::fuzz as authorize;
pub use crate::drs::fuzz as drs;
pub use crate::federation::fuzz as federation;
pub use crate::grant::fuzz as grant;
pub use crate::graph::fuzz as graph;
pub use crate::mdm::fuzz as mdm;
pub use crate::prt::fuzz as prt;
