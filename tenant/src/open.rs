//! Opens everything that is in a data directory, in the one order that is right.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::account::{Hasher, directory};
use crate::app::{App, Tenant};
use crate::audit::{Bounds, Trail};
use crate::ca::DeviceCa;
use crate::client::keep_first_party;
use crate::device;
use crate::device_code::Guesses;
use crate::drs::EkRoots;
use crate::grant::GrantKey;
use crate::graph::SkipKey;
use crate::hosts::Hosts;
use crate::mdm::{MdmCa, Sessions, TermsKey};
use crate::own_pages::{self, OwnPages};
use crate::prt::PrtKey;
use crate::seed::{Seeded, seed};
use crate::signer::{KeyWrap, Signer};
use crate::vault::Vault;
use crate::{clock, store};

/// What is in a data directory.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) app: Tenant,
    /// As long as it is there, no other process makes anything in the folder.
    pub(crate) vault: Vault,
    /// People who were made just now.
    pub(crate) seeded: Vec<Seeded>,
}

/// Opens it, or makes it. `database`: PostgreSQL's address; `key_file`: what seals the key files; `page`: the built page.
pub(crate) async fn open(
    data: &Path,
    database: Option<&str>,
    key_file: Option<&Path>,
    hosts: Hosts,
    page: Option<PathBuf>,
) -> Result<Opened, Box<dyn std::error::Error>> {
    let vault = Vault::open(data, key_file)?;
    let store = store::open(data, database).await?;
    device::replay(&store).await?;
    let seeded = seed(&store).await?;
    keep_first_party(&store).await?;
    own_pages::register(&store).await?;
    DeviceCa::check_key(&vault, &store).await?;
    let app = Arc::new(App {
        signer: Signer::open(&store, KeyWrap::open(&vault, &store).await?).await?,
        grant_key: GrantKey::open(&vault)?,
        guesses: Guesses::default(),
        ca: DeviceCa::open(&vault)?,
        prt: PrtKey::open(&vault)?,
        mdm_ca: MdmCa::open(&vault)?,
        terms_key: TermsKey::open(&vault)?,
        skip_key: SkipKey::open(&vault)?,
        sessions: Sessions::default(),
        audit: Trail::open(data, directory(&store).await?.id, Bounds::default())?,
        ek_roots: EkRoots::open(data),
        hasher: Hasher::new()?,
        page,
        own_pages: OwnPages::of(&hosts),
        hosts,
        store,
    });
    app.own_pages.say(&app.store, clock::now()).await?;
    Ok(Opened { app, vault, seeded })
}
