//! Management of this device by the organisation: nodes it may read and set, policies it may demand.

pub mod node;
