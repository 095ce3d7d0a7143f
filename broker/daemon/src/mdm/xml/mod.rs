//! XML as the management protocols use it: read as a stream under limits, written as text. No DTD, no entities of anybody.

mod read;
mod write;

pub use read::{Element, Xml, XmlError};
pub use write::Out;
