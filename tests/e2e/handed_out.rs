//! The extension comes by policy: the organisation's own build, signed with its own key, under its own id.

use dovetail_tests::app::App;
use dovetail_tests::browser::{Managed, packed, unpacked};
use dovetail_tests::signed_on::signed_on;
use dovetail_tests::site::Site;
use dovetail_tests::{Kind, Lab};
use serde_json::{Value, json};

use crate::interrupted::waits_for_the_extension;
use crate::sso::{ADELE, is_signed_in_soon};
use crate::story::{both, employee};

/// Policies that install what is in `folder`, and who else has to know of it.
fn policies(lab: &Lab, kind: Kind, folder: &std::path::Path) -> Managed {
    let mut managed = Managed::with(json!({ "portalOrigins": [lab.tenant.value("portal")] }));
    managed.installs = true;
    match kind {
        Kind::Chromium => {
            let crx = packed::crx(folder);
            let id = crx.id.clone();
            let updates = Site::start(lab, "updates.dovetail.localhost", |origin| {
                let told = format!(
                    "<?xml version='1.0' encoding='UTF-8'?><gupdate xmlns='http://www.google.com/update2/response' protocol='2.0'>\
                     <app appid='{id}'><updatecheck codebase='{origin}/dovetail.crx' version='0.1.0'/></app></gupdate>"
                );
                vec![
                    ("/updates.xml", told.into_bytes()),
                    ("/dovetail.crx", crx.bytes),
                ]
            });
            let update_url = format!("{}/updates.xml", updates.origin);
            let installed: Value =
                json!({ "installation_mode": "force_installed", "update_url": update_url });
            managed.policies = json!({
                "ExtensionSettings": { &crx.id: installed },
                "NativeMessagingBlocklist": ["*"],
                "NativeMessagingAllowlist": ["dovetail.host"],
            });
            let list = format!("# the organisation's own build\n{}\n", crx.id);
            managed.etc = vec![("dovetail/allowed-extensions".into(), list.into_bytes())];
            managed.chromium_id = Some(crx.id);
        }
        Kind::Firefox => {
            let file = packed::zip(folder);
            let id = dovetail_client::place::GECKO_ID;
            let install_url = format!("file://{}", file.display());
            managed.policies = json!({ "ExtensionSettings": { id: { "installation_mode": "force_installed", "install_url": install_url } } });
        }
    }
    managed
}

both!(
    /// [EX-11] Installed by policy in either browser, with all other native hosts blocked in Chromium and an id that only the
    /// machine's own list names: the device joins.
    installed_by_policy,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        let dir = tempfile::tempdir().unwrap();
        let managed = policies(lab, kind, &unpacked(dir.path(), lab));
        employee(lab, kind, &managed, name, async |person| {
            waits_for_the_extension(person).await?;
            person.joins("adele@contoso.com", "Adele’s laptop").await
        })
        .await
    }
);

both!(
    /// [EX-02] Where a policy installed it, Chromium would let the extension write into requests that wait, and carry what is written
    /// on to the next host: an application signs in by itself, and is not shown the credential.
    installed_by_policy_it_signs_in,
    async |lab: &mut Lab, kind, name: &str| {
        let lab = &*lab;
        let dir = tempfile::tempdir().unwrap();
        let managed = policies(lab, kind, &unpacked(dir.path(), lab));
        let app = App::start(lab);
        signed_on(lab, ADELE).await;
        employee(lab, kind, &managed, name, async |person| {
            waits_for_the_extension(person).await?;
            is_signed_in_soon(person, &app).await?;
            assert!(!app.saw_a_credential());
            Ok(())
        })
        .await
    }
);

/// [EX-11] The same build, but the machine's own list does not name it: the browser starts the host, and the host refuses an
/// extension that it does not know, whatever the manifest says.
#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_the_machine_does_not_know_is_refused() {
    let name = "a_build_that_the_machine_does_not_know_is_refused";
    crate::story::tell(
        name,
        Kind::Chromium,
        async |lab: &mut Lab, kind, name: &str| {
            let lab = &*lab;
            let dir = tempfile::tempdir().unwrap();
            let mut managed = policies(lab, kind, &unpacked(dir.path(), lab));
            managed.etc.clear();
            employee(lab, kind, &managed, name, async |person| {
                waits_for_the_extension(person).await?;
                person.opens_the_portal().await?;
                person.sees("Another extension is in the way").await
            })
            .await
        },
    )
    .await;
}
