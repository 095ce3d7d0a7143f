//! Everything a handler may use, built once.

use std::path::PathBuf;
use std::sync::Arc;

use crate::account::Hasher;
use crate::audit::Trail;
use crate::ca::DeviceCa;
use crate::device_code::Guesses;
use crate::drs::EkRoots;
use crate::grant::GrantKey;
use crate::graph::SkipKey;
use crate::hosts::Hosts;
use crate::mdm::{MdmCa, Sessions, TermsKey};
use crate::own_pages::OwnPages;
use crate::prt::PrtKey;
use crate::signer::Signer;
use crate::store::Store;

/// What handlers share.
pub(crate) type Tenant = Arc<App>;

/// The running tenant.
#[derive(Debug)]
pub(crate) struct App {
    /// Where everything is kept.
    pub(crate) store: Store,
    /// Names and base URLs.
    pub(crate) hosts: Hosts,
    /// Where this server's pages are, for the other servers.
    pub(crate) own_pages: OwnPages,
    /// Signs tokens.
    pub(crate) signer: Signer,
    /// Makes and checks codes and refresh tokens.
    pub(crate) grant_key: GrantKey,
    /// Counts guesses at device codes.
    pub(crate) guesses: Guesses,
    /// Makes and checks nonces and primary refresh tokens.
    pub(crate) prt: PrtKey,
    /// Issues device certificates.
    pub(crate) ca: DeviceCa,
    /// Issues management certificates.
    pub(crate) mdm_ca: MdmCa,
    /// Makes and checks what the terms page hands out.
    pub(crate) terms_key: TermsKey,
    /// Makes and checks where a list goes on.
    pub(crate) skip_key: SkipKey,
    /// Management sessions that are under way.
    pub(crate) sessions: Sessions,
    /// Whose TPMs are trusted.
    pub(crate) ek_roots: EkRoots,
    /// Writes down what was refused, and what was granted.
    pub(crate) audit: Trail,
    /// Checks passwords, a few at a time.
    pub(crate) hasher: Hasher,
    /// The built page, if there is one.
    pub(crate) page: Option<PathBuf>,
}
