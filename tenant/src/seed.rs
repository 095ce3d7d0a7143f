//! A small, invented company, made at first start.

use std::time::Duration;

use dovetail_shared::encode::{b64, b64url};
use serde::Serialize;

use crate::account::{
    Domain, DomainError, Federation, HashError, MfaBehavior, NewUser, PromptLogin, add_group,
    add_member, add_user, hash, keep_domain,
};
use crate::mdm::{seed_policies, seed_terms};
use crate::random;
use crate::store::{Store, StoreError, query};

/// An invented person, with what a lab must know to sign in as them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Seeded {
    pub(crate) upn: String,
    pub(crate) password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) totp: Option<String>,
    /// Who they are at their domain's own sign-in service, where the password is the right one; the tenant does not keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) immutable_id: Option<String>,
}

/// The company could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Domain(#[from] DomainError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Random(#[from] random::NoRandom),
    #[error(transparent)]
    Policy(#[from] crate::mdm::PolicyError),
    #[error(transparent)]
    Terms(#[from] crate::mdm::TermsError),
    #[error("the store was begun to be filled and never finished: begin with an empty one")]
    Unfinished,
}

/// How long another server may take to make it: a minute.
const WAITS: u32 = 600;
const WAIT: Duration = Duration::from_millis(100);

struct Person {
    upn: &'static str,
    given: &'static str,
    family: &'static str,
    totp: bool,
    enabled: bool,
    /// Signs in elsewhere.
    federated: bool,
}

/// Who is offered management, and who of them reads terms of use first: the rules' own defaults (`rule/`).
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Managed",
        &[
            "alex@contoso.com",
            "diego@contoso.com",
            "isaiah@fabrikam.com",
        ],
    ),
    (
        "Managed with terms",
        &["alex@contoso.com", "isaiah@fabrikam.com"],
    ),
];

const PEOPLE: &[Person] = &[
    Person {
        upn: "adele@contoso.com",
        given: "Adele",
        family: "Vance",
        totp: false,
        enabled: true,
        federated: false,
    },
    Person {
        upn: "megan@contoso.com",
        given: "Megan",
        family: "Bowen",
        totp: true,
        enabled: true,
        federated: false,
    },
    Person {
        upn: "lidia@contoso.com",
        given: "Lidia",
        family: "Holloway",
        totp: false,
        enabled: false,
        federated: false,
    },
    Person {
        upn: "nestor@fabrikam.com",
        given: "Nestor",
        family: "Wilke",
        totp: false,
        enabled: true,
        federated: true,
    },
    Person {
        upn: "isaiah@fabrikam.com",
        given: "Isaiah",
        family: "Langer",
        totp: false,
        enabled: true,
        federated: true,
    },
    Person {
        upn: "alex@contoso.com",
        given: "Alex",
        family: "Wilber",
        totp: false,
        enabled: true,
        federated: false,
    },
    Person {
        upn: "diego@contoso.com",
        given: "Diego",
        family: "Siciliani",
        totp: false,
        enabled: true,
        federated: false,
    },
];

/// Makes the company, once. Gives the people whose passwords were made just now.
pub(crate) async fn seed(store: &Store) -> Result<Vec<Seeded>, SeedError> {
    let mine = query(
        "INSERT INTO seeding (one, done) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM tenant)
         ON CONFLICT DO NOTHING",
    );
    if mine.execute(store).await?.rows_affected() == 0 {
        wait(store).await?;
        return Ok(Vec::new());
    }
    let seeded = fill(store).await?;
    query("UPDATE seeding SET done = 1").execute(store).await?;
    Ok(seeded)
}

/// Until another server, which was faster, has made it.
async fn wait(store: &Store) -> Result<(), SeedError> {
    for _ in 0..WAITS {
        let busy = query("SELECT 1 FROM seeding WHERE done = 0");
        if busy.fetch_optional(store).await?.is_none() {
            return Ok(());
        }
        tokio::time::sleep(WAIT).await;
    }
    Err(SeedError::Unfinished)
}

async fn fill(store: &Store) -> Result<Vec<Seeded>, SeedError> {
    query("INSERT INTO tenant (id, name, display_name, region) VALUES ($1, 'contoso.onmicrosoft.com', 'Contoso', 'NA')")
        .bind(random::guid().to_string())
        .execute(store)
        .await?;
    for name in ["contoso.com", "contoso.onmicrosoft.com"] {
        keep_domain(store, &Domain::managed(name, "Contoso")).await?;
    }
    keep_domain(
        store,
        &Domain::federated("fabrikam.com", "Fabrikam", fabrikam()),
    )
    .await?;
    let mut seeded = Vec::new();
    for person in PEOPLE {
        seeded.push(add(store, person).await?);
    }
    for (group, members) in GROUPS {
        add_group(store, group).await?;
        for upn in *members {
            add_member(store, group, upn).await?;
        }
    }
    seed_policies(store).await?;
    seed_terms(store).await?;
    Ok(seeded)
}

/// Nobody answers there, and there is no certificate yet: `domain add` points it to a real one.
fn fabrikam() -> Federation {
    Federation {
        passive_url: "https://sts.fabrikam.com/adfs/ls/".to_owned(),
        active_url: None,
        mex_url: None,
        issuer: "http://fabrikam.com/adfs/services/trust/".to_owned(),
        certificates: Vec::new(),
        mfa: MfaBehavior::Accept,
        prompt_login: PromptLogin::FreshPassword,
    }
}

async fn add(store: &Store, person: &Person) -> Result<Seeded, SeedError> {
    let password = b64url(random::bytes::<12>()?);
    let totp = if person.totp {
        Some(
            totp_rs::Secret::Raw(random::bytes::<20>()?.to_vec())
                .to_encoded()
                .to_string(),
        )
    } else {
        None
    };
    let immutable_id = if person.federated {
        // The form that a synchronised account has: 16 bytes in base64.
        Some(b64(random::bytes::<16>()?))
    } else {
        None
    };
    let password_hash = if person.federated {
        None
    } else {
        Some(hash(&password)?)
    };
    let display_name = format!("{} {}", person.given, person.family);
    let new = NewUser {
        upn: person.upn,
        display_name: &display_name,
        given_name: Some(person.given),
        family_name: Some(person.family),
        password_hash: password_hash.as_deref(),
        totp_secret: totp.as_deref(),
        onprem_sid: None,
        immutable_id: immutable_id.as_deref(),
    };
    add_user(store, &new).await?;
    if !person.enabled {
        crate::account::set_enabled(store, person.upn, false).await?;
    }
    Ok(Seeded {
        upn: person.upn.to_owned(),
        password,
        totp,
        immutable_id,
    })
}
