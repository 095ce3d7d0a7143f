//! TLS on one port: certificates of the lab's own CA (or given ones), client certificates asked for where they are needed.

mod lab_ca;
mod listen;
mod places;
mod server;

pub(crate) use lab_ca::{CaError, lab_ca_path, server_identity};
pub(crate) use listen::serve;
pub(crate) use server::{PeerAddress, PeerCertificate, server_configs};
