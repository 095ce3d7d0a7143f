//! Keys outside the database: what a thief of the one or the other has, and what a server says when something is missing.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use dovetail_tests::place::program;
use dovetail_tests::tenant::{Tenant, database};
use serde_json::Value;

use crate::stage::{Machine, Stage, register};

/// PKCS#8 of RSA keys begins so, after its length.
const RSA: &[u8] = &[
    0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
];

/// Every key in the database as it lies there.
async fn kept(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    let pool = stage.tenant.pool().await;
    let mut all: Vec<(String, Vec<u8>)> = sqlx::query_as("SELECT kid, pkcs8 FROM signing_key")
        .fetch_all(&pool)
        .await
        .unwrap();
    all.extend(
        sqlx::query_as::<_, (String, Vec<u8>)>("SELECT kid, pkcs8 FROM ec_signing_key")
            .fetch_all(&pool)
            .await
            .unwrap(),
    );
    pool.close().await;
    all
}

/// Stops the server; gives what it needs to start again.
fn stopped(mut stage: Stage) -> tempfile::TempDir {
    stage.tenant.process.stop();
    std::mem::replace(&mut stage.dir, tempfile::tempdir().unwrap())
}

/// What a server says that does not start.
fn refusal(dir: &std::path::Path, more: &[&str]) -> String {
    // One that starts after all would go on for ever.
    let mut command = Command::new("timeout");
    command
        .arg("20")
        .arg(program("dovetail-tenant"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.join("tenant"))
        .args(more);
    if let Ok(address) = std::fs::read_to_string(dir.join("database")) {
        command.env("DOVETAIL_TENANT_DATABASE", address);
    }
    let output = command.output().unwrap();
    assert!(!output.status.success(), "it started");
    String::from_utf8(output.stderr).unwrap()
}

/// [ST-09] The database holds no key that signs tokens, RSA or EC: not those made new, and not those that an earlier version kept
/// in the clear, which are wrapped at the next start and sign and verify as before.
#[tokio::test]
async fn a_stolen_database_holds_no_signing_key() {
    let stage = Stage::new();
    let app = "cccccccc-0000-4000-8000-000000000001";
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        app,
        "--redirect-uri",
        "https://app.example/",
        "--id-token-signed-response-alg",
        "ES256",
    ]);
    stage
        .visitor()
        .get(stage.url("login", "/common/discovery/keys"))
        .await;
    stage.tenant.run(&["key-rotate"]);
    let token = stage.id_token("adele@contoso.com").await;
    let keys = kept(&stage).await;
    assert!(keys.len() >= 3, "{}", keys.len());
    let pool = stage.tenant.pool().await;
    let mut clear = Vec::new();
    for (kid, wrapped) in &keys {
        assert!(!wrapped.windows(RSA.len()).any(|part| part == RSA));
        assert_eq!(wrapped[0], 1);
        let pkcs8 = stage.unwrapped(kid, wrapped);
        assert_eq!(pkcs8[0], 0x30);
        // As an earlier version left it.
        for table in [
            "UPDATE signing_key SET pkcs8 = $1 WHERE kid = $2",
            "UPDATE ec_signing_key SET pkcs8 = $1 WHERE kid = $2",
        ] {
            sqlx::query(table)
                .bind(&pkcs8)
                .bind(kid)
                .execute(&pool)
                .await
                .unwrap();
        }
        clear.push((kid.clone(), pkcs8));
    }
    pool.close().await;
    let dir = stopped(stage);
    let tenant = Tenant::start(dir.path(), &[]);
    let stage = Stage { tenant, dir };
    let again = kept(&stage).await;
    assert_eq!(again.len(), clear.len());
    for (kid, wrapped) in &again {
        let (_, pkcs8) = clear.iter().find(|(known, _)| known == kid).unwrap();
        assert_eq!(stage.unwrapped(kid, wrapped), *pkcs8, "the same key");
        let part = &pkcs8[pkcs8.len() / 2..pkcs8.len() / 2 + 16];
        assert!(!wrapped.windows(16).any(|other| other == part));
    }
    let request = Machine::new().request(|_| {});
    assert_eq!(
        register(&stage, &token, &request).await.0,
        200,
        "a token of before"
    );
}

/// [DR-16] Without the CA's key, or the key around signing keys, a tenant that has used it does not start, and does not make
/// another one: it says which file is missing. With the file back, it goes on.
#[tokio::test]
async fn a_missing_key_is_not_replaced() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let request = Machine::new().request(|_| {});
    assert_eq!(register(&stage, &token, &request).await.0, 200);
    let dir = stopped(stage);
    let folder = dir.path().join("tenant/ca");
    for name in ["device-ca", "mdm-ca", "ca", "signing"] {
        let key = folder.join(format!("{name}.key"));
        let aside = folder.join("aside");
        std::fs::rename(&key, &aside).unwrap();
        let said = refusal(dir.path(), &[]);
        assert!(
            said.contains(&format!("{name}.key")) && said.contains("backup"),
            "{said}"
        );
        assert!(!key.exists(), "{name}: none was made");
        std::fs::rename(&aside, &key).unwrap();
    }
    // Both halves of the CA gone: it is still not made anew under devices that hold its certificates.
    for ending in ["key", "pem"] {
        std::fs::rename(
            folder.join(format!("device-ca.{ending}")),
            dir.path().join(ending),
        )
        .unwrap();
    }
    assert!(refusal(dir.path(), &[]).contains("device-ca.key"));
    for ending in ["key", "pem"] {
        std::fs::rename(
            dir.path().join(ending),
            folder.join(format!("device-ca.{ending}")),
        )
        .unwrap();
    }
    let tenant = Tenant::start(dir.path(), &[]);
    let stage = Stage { tenant, dir };
    assert_eq!(register(&stage, &token, &request).await.0, 200);
}

/// [DR-16] Sealed with an administrator's key, a copy of the whole folder starts nowhere without it; with it everything goes on,
/// and what was in the clear before is sealed.
#[tokio::test]
async fn a_copied_folder_starts_nowhere() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let dir = stopped(stage);
    let seal = dir.path().join("seal.key");
    std::fs::write(&seal, [42; 32]).unwrap();
    std::fs::set_permissions(&seal, std::fs::Permissions::from_mode(0o600)).unwrap();
    let with = ["--key-file", seal.to_str().unwrap()];
    let tenant = Tenant::start(dir.path(), &with);
    let stage = Stage { tenant, dir };
    let request = Machine::new().request(|_| {});
    assert_eq!(register(&stage, &token, &request).await.0, 200);
    let data = stage.dir.path().join("tenant");
    for name in [
        "grant.key",
        "ca/prt.key",
        "ca/terms.key",
        "ca/graph.key",
        "ca/signing.key",
        "ca/ca.key",
        "ca/device-ca.key",
        "ca/mdm-ca.key",
    ] {
        let bytes = std::fs::read(data.join(name)).unwrap();
        assert!(bytes.starts_with(b"dovetail sealed 1\n"), "{name}");
        assert!(!String::from_utf8_lossy(&bytes).contains("PRIVATE KEY"));
    }
    let dir = stopped(stage);
    assert!(refusal(dir.path(), &[]).contains("--key-file"));
    std::fs::write(&seal, [43; 32]).unwrap();
    assert!(refusal(dir.path(), &with).contains("does not open with this key"));
}

/// [OP-09] A key that others on the machine may read, and a certificate file that is none: the server does not start, and says
/// which file and what to do.
#[tokio::test]
async fn a_readable_key_is_refused() {
    let dir = stopped(Stage::new());
    for name in ["grant.key", "ca/device-ca.key", "ca/prt.key"] {
        let key = dir.path().join("tenant").join(name);
        let mode = |mode| {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(0o644);
        let said = refusal(dir.path(), &[]);
        assert!(said.contains(name) && said.contains("chmod 600"), "{said}");
        mode(0o600);
    }
    let none = dir.path().join("none.pem");
    std::fs::write(&none, "no certificate").unwrap();
    let path = none.to_str().unwrap();
    let said = refusal(dir.path(), &["--tls-cert", path, "--tls-key", path]);
    assert!(!said.contains("panicked"), "{said}");
    let said = refusal(dir.path(), &["--database", "mysql://nowhere"]);
    assert!(said.contains("postgres://"), "{said}");
}

/// [ST-08] Servers that start together in a new folder have the same keys, the same people and the same CA: a token of one is
/// good at the others.
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_have_the_same_keys() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("tenant");
    let database = database(dir.path());
    let start = |number: usize| {
        let folder = dir.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        let (data, database) = (data.clone(), database.clone());
        std::thread::spawn(move || Tenant::start_in(&folder, &data, database))
    };
    let threads: Vec<_> = (0..3).map(start).collect();
    let tenants: Vec<Tenant> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let people: Vec<Value> = tenants
        .iter()
        .map(|tenant| Value::from(tenant.people().to_vec()))
        .collect();
    assert!(!people[0].as_array().unwrap().is_empty());
    assert!(people.iter().all(|known| *known == people[0]));
    let stages = tenants.into_iter().map(|tenant| Stage {
        tenant,
        dir: tempfile::tempdir().unwrap(),
    });
    let stages: Vec<Stage> = stages.collect();
    let token = stages[0].id_token("adele@contoso.com").await;
    let refresh = stages[1].refresh_token("adele@contoso.com").await;
    for stage in &stages {
        let request = Machine::new().request(|_| {});
        assert_eq!(register(stage, &token, &request).await.0, 200);
    }
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", crate::stage::BROKER),
        ("refresh_token", refresh.as_str()),
        ("resource", "https://graph.microsoft.com"),
    ];
    for stage in &stages {
        // Within the time that a lost answer may be asked for again.
        let answer = stage.token("/common/oauth2/token", &fields).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
    }
}
