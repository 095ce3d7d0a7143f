//! Applications that clients know by heart (registration reference §0.3), with the addresses that they send.

use super::redirect::Platform;
use crate::store::{Store, StoreError, query};

/// Where native programs let their answers go.
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
/// Out of band: the answer is shown, not sent.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Id, name, and addresses beside those that all of them have.
const APPS: &[(&str, &str, &[&str])] = &[
    (
        "dd762716-544d-4aeb-a526-687b73838a22",
        "Device Registration Client",
        &["ms-aadj-redir://auth/drs"],
    ),
    (
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "Microsoft Authentication Broker",
        &[
            "msauth://Microsoft.AAD.BrokerPlugin",
            "ms-aadj-redir://auth/drs",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS",
        ],
    ),
    (
        "38aa3b87-a06d-4817-b275-7a316988d93b",
        "AAD Broker Plug-in",
        &["ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS"],
    ),
    (
        "b743a22d-6705-4147-8670-d92fa515ee2b",
        "Linux broker",
        &[
            "companyportal://com.microsoft.CompanyPortal",
            "himmelblau://Himmelblau.EntraId.BrokerPlugin",
        ],
    ),
    (
        "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223",
        "Company Portal",
        &["companyportal://com.microsoft.CompanyPortal"],
    ),
    ("d7b530a4-7680-4c23-a8bf-c52c121d2e87", "Edge on Linux", &[]),
    ("ecd6b820-32c2-49b6-98a6-444530e5a77a", "Edge", &[]),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI", &[]),
    (
        "1950a258-227b-4e31-a9cf-717495945fc2",
        "Azure PowerShell",
        &[],
    ),
    (
        "1b730954-1685-4b74-9bfd-dac224a7b894",
        "Azure AD PowerShell",
        &[],
    ),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Teams", &[]),
    (
        "b90d5b8f-5503-4153-b545-b31cecfaece2",
        "Bulk enrollment",
        &[],
    ),
];

/// Sees to it that all of them are there: at each start, so that older stores have the newer ones too. Nothing that an
/// administrator changed is changed back.
pub(crate) async fn keep_first_party(store: &Store) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for (client_id, name, more) in APPS {
        query("INSERT INTO app (client_id, name, id_token) VALUES ($1, $2, 0) ON CONFLICT (client_id) DO NOTHING")
            .bind(*client_id)
            .bind(*name)
            .execute(&mut *transaction)
            .await?;
        let broker = format!("ms-appx-web://Microsoft.AAD.BrokerPlugin/{client_id}");
        let common = [broker.as_str(), NATIVE, "http://localhost", OUT_OF_BAND];
        for uri in common.iter().chain(more.iter()) {
            query("INSERT INTO app_redirect (client_id, uri, platform) VALUES ($1, $2, $3) ON CONFLICT (client_id, uri) DO NOTHING")
                .bind(*client_id)
                .bind(*uri)
                .bind(Platform::Native.word())
                .execute(&mut *transaction)
                .await?;
        }
    }
    transaction.commit().await
}

/// The application that the join page is.
pub(crate) const JOIN_PAGE: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";
/// Brokers; the join page signs in as one, too.
pub(crate) const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
/// The application that the page for device codes is, where people sign in to approve one: an id of this tenant's own.
pub(crate) const DEVICE_LOGIN: &str = "d0e7a110-0000-4000-8000-00000000c0de";
