//! Management of the real program against a small service: as it should go, refused, broken off, renewed, and ended from both sides.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::format_push_string,
    clippy::too_many_lines,
    clippy::semicolon_if_nothing_returned,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

use serde_json::{Value, json};
use support::machine::Machine;
use support::mdm::{self, Mdm};
use support::wait;

fn status(machine: &mut Machine) -> Value {
    machine.ask("status", &json!({})).unwrap()["body"].clone()
}

/// Does what a person would until the join stands as awaited; gives the status.
#[track_caller]
fn until(machine: &mut Machine, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, || {
        let now = status(machine);
        if good(&now) {
            return Ok(now);
        }
        match now["join"]["state"].as_str() {
            Some("failed" | "joined" | "cancelled") => {}
            _ => assert!(machine.nudge().is_some(), "it died"),
        }
        Err(now)
    })
}

/// The status, once the join asks for the terms; nobody does anything meanwhile.
#[track_caller]
fn asked_for_terms(machine: &mut Machine) -> Value {
    wait::until("a join that asks for the terms", || {
        let now = status(machine);
        wait::when(now["join"]["state"] == "waiting_for_terms", now)
    })
}

/// The organisation's wish is carried out: neither management nor device.
fn is_out(status: &Value) -> bool {
    status["management"]["state"] == "removed" && status.get("details").is_none()
}

fn set(machine: &Machine, change: impl FnOnce(&mut Mdm)) {
    change(&mut machine.fake.mdm.lock().unwrap());
}

fn join_ref(status: &Value) -> Value {
    json!({"join_id": status["join"]["join_id"]})
}

fn files(machine: &Machine) -> String {
    let state = machine.dir.path().join("state");
    let mut all = String::new();
    for entry in std::fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            all += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    all
}

/// A joined device comes under management: the terms' answer goes along, a hundred nodes are read in few round trips, nothing
/// secret is on disk, and a later `sync` is one more session.
#[test]
fn a_device_is_enrolled_and_syncs() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| {
        mdm.commands = (2..102)
            .map(|id| format!("<Get><CmdID>{id}</CmdID><Item><Target><LocURI>./DevInfo/Lang</LocURI></Target></Item></Get>"))
            .collect::<Vec<_>>()
            .concat();
    });
    assert!(!machine.drive());
    let now = status(&mut machine);
    let management = &now["management"];
    assert_eq!(management["state"], "enrolled", "{now}");
    assert_eq!(management["service"], "manage.dovetail.localhost");
    assert!(management["last_sync"].is_i64() && management["next_sync"].is_i64());
    assert!(
        now["tenant"]["mdm_url"]
            .as_str()
            .unwrap()
            .ends_with("Discovery.svc")
    );
    for step in now["join"]["steps"].as_array().unwrap() {
        let wanted = if step["step"] == "attest" {
            "skipped"
        } else {
            "done"
        };
        assert_eq!(step["state"], wanted, "{step}");
    }
    {
        let mdm = machine.fake.mdm.lock().unwrap();
        assert!(mdm.requests <= 25, "{} round trips", mdm.requests);
        assert_eq!(mdm.context["EnrollmentData"], "blob");
        assert_eq!(json!(mdm.context["DeviceID"]), now["details"]["device_id"]);
        assert_eq!(mdm.context["DeviceName"], "laptop");
        assert_eq!(mdm.messages.len(), 2);
        assert_eq!(mdm.messages[1].matches("<Results>").count(), 100);
    }
    let kept = files(&machine);
    for secret in ["eyJ", "refresh", "\"blob\""] {
        assert!(!kept.contains(secret), "{secret} is on disk");
    }
    let synced = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(synced["ok"], true, "{synced}");
    let messages = machine.fake.mdm.lock().unwrap().messages.clone();
    assert!(messages.len() > 2 && messages.last().unwrap().contains("<SessionID>2<"));
    let refused = machine.ask("unenroll", &json!({})).unwrap();
    assert_eq!(refused["error"]["symbol"], "UNENROLL_REFUSED", "{refused}");
    let checks = machine.ask("doctor", &json!({})).unwrap()["body"]["checks"].clone();
    for name in ["management", "management_certificate"] {
        let check = checks
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["name"] == name);
        assert_eq!(check.unwrap()["outcome"], "passed", "{checks}");
    }
}

/// Reference §1.13: every fault has its code, and leaves a joined device with a report and a retry.
#[test]
fn a_refused_enrollment_leaves_a_joined_device() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| {
        mdm.fault = Some(("s:Authorization", "UserLicense"))
    });
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        failed["join"]["report"]["symbol"], "MDM_LICENSE",
        "{failed}"
    );
    assert_eq!(failed["join"]["report"]["server"]["request_id"], "trace-1");
    assert_eq!(failed["management"]["state"], "failed");
    assert!(failed["join"]["device"].is_object() && failed["details"].is_object());
    for (subcode, kind, symbol) in [
        ("s:MessageFormat", "", "MDM_MESSAGE_FORMAT"),
        ("s:CertificateRequest", "", "MDM_CERTIFICATE_REQUEST"),
        ("s:EnrollmentServer", "", "MDM_SERVER"),
        ("a:InternalServiceFault", "", "MDM_INTERNAL"),
        ("a:InvalidSecurity", "", "MDM_SECURITY_HEADER"),
        ("s:Authorization", "DeviceCapReached", "MDM_DEVICE_CAP"),
        ("s:Authorization", "InMaintenance", "MDM_IN_MAINTENANCE"),
        ("s:Authentication", "", "MDM_AUTHENTICATION"),
    ] {
        set(&machine, |mdm| mdm.fault = Some((subcode, kind)));
        machine.ask("join.retry", &join_ref(&failed)).unwrap();
        let now = until(&mut machine, symbol, |now| {
            now["join"]["state"] == "failed" && now["join"]["report"]["symbol"] == symbol
        });
        assert!(now["details"].is_object(), "{now}");
    }
    // Giving up leaves it joined without; `sync` asks for the portal, which then brings it under management after all.
    let given_up = machine.ask("join.cancel", &join_ref(&failed)).unwrap();
    assert_eq!(given_up["body"]["state"], "joined", "{given_up}");
    let now = status(&mut machine);
    assert_eq!(
        now["management"]["report"]["symbol"], "MDM_CANCELLED",
        "{now}"
    );
    set(&machine, |mdm| mdm.fault = None);
    let asked = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(asked["error"]["symbol"], "MANAGEMENT_SIGN_IN", "{asked}");
    let now = until(&mut machine, "enrollment", |now| {
        now["management"]["state"] == "enrolled" && now["join"]["state"] == "joined"
    });
    assert!(now["management"].get("report").is_none(), "{now}");
}

/// M6 The document's certificate is for another key: refused, nothing of it is kept, and the next try may be good.
#[test]
fn a_certificate_for_another_key_is_refused() {
    let mut machine = Machine::managed(None);
    let (base, key) = (machine.fake.manage(), rcgen::KeyPair::generate().unwrap());
    let other = rcgen::CertificateParams::default()
        .self_signed(&key)
        .unwrap()
        .der()
        .to_vec();
    set(&machine, |mdm| {
        mdm.document = Some(Box::new(move |_| mdm::document(&base, &other)));
    });
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(failed["join"]["report"]["code"], "0x8018001e", "{failed}");
    assert!(
        !files(&machine).contains("\"thumbprint\": \"\"")
            && !files(&machine).contains("\"provider\"")
    );
    set(&machine, |mdm| mdm.document = None);
    machine.ask("join.retry", &join_ref(&failed)).unwrap();
    until(&mut machine, "enrollment", |now| {
        now["management"]["state"] == "enrolled"
    });
}

/// [MD-03] Discovery leads elsewhere or to http, and the document too: no token goes there.
#[test]
fn a_service_that_leads_elsewhere_is_refused() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| {
        mdm.discovery = Some(Box::new(|text| {
            text.replace("https://manage", "http://manage")
        }));
    });
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        failed["join"]["report"]["symbol"], "MDM_INSECURE_REDIRECT",
        "{failed}"
    );
    set(&machine, |mdm| {
        mdm.discovery = None;
        mdm.document = Some(Box::new(|text| {
            text.replace("value=\"https://manage", "value=\"https://evil")
        }));
    });
    machine.ask("join.retry", &join_ref(&failed)).unwrap();
    let again = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        again["join"]["report"]["symbol"], "MDM_INSECURE_REDIRECT",
        "{again}"
    );
    assert!(machine.fake.mdm.lock().unwrap().messages.is_empty());
}

/// M8 The first session never ends: told off by 1223, the device is joined, and `sync` is through once the service is sane.
#[test]
fn an_endless_first_session_is_tried_again() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.endless = true);
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        failed["join"]["report"]["symbol"], "MDM_SESSION",
        "{failed}"
    );
    {
        let mdm = machine.fake.mdm.lock().unwrap();
        assert_eq!(mdm.messages.len(), 51);
        assert!(mdm.messages[50].contains("<Data>1223</Data>"));
    }
    set(&machine, |mdm| mdm.endless = false);
    let synced = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(synced["ok"], true, "{synced}");
    assert_eq!(synced["body"]["join"]["state"], "joined", "{synced}");
}

/// The service is down after the enrollment, then answers half a message, then another one's: reports, and `sync` in the end.
#[test]
fn a_service_that_was_down_is_synced_later() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.down = Some(503));
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(failed["join"]["report"]["step"], "sync", "{failed}");
    assert_eq!(failed["management"]["state"], "enrolled");
    set(&machine, |mdm| {
        mdm.down = None;
        mdm.answers = Some(Box::new(|text: String| {
            text.chars().take(text.len() / 2).collect()
        }));
    });
    let cut = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(cut["error"]["symbol"], "MDM_SESSION", "{cut}");
    set(&machine, |mdm| {
        mdm.answers = Some(Box::new(|text| text.replace("<MsgID>1<", "<MsgID>7<")));
    });
    let crossed = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(crossed["error"]["symbol"], "MDM_SESSION", "{crossed}");
    set(&machine, |mdm| mdm.answers = None);
    let synced = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(synced["ok"], true, "{synced}");
    assert!(
        synced["body"]["management"].get("report").is_none(),
        "{synced}"
    );
}

const EXEC: &str = "<Exec><CmdID>2</CmdID><Item><Target><LocURI>./Device/Vendor/MSFT/DMClient/Provider/Lab/Unenroll</LocURI></Target>\
    <Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>Lab</Data></Item></Exec>";

/// M11 The organisation ends the management of its device: that takes the device out of the directory too, and says why.
#[test]
fn a_remote_unenrollment_takes_the_device_out() {
    let mut machine = Machine::managed(None);
    machine.drive();
    set(&machine, |mdm| mdm.commands = EXEC.to_owned());
    let synced = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(synced["ok"], true, "{synced}");
    let now = &synced["body"];
    assert!(
        now.get("details").is_none() && now.get("join").is_none(),
        "{now}"
    );
    assert_eq!(now["management"]["state"], "removed");
    assert_eq!(now["management"]["report"]["symbol"], "MDM_REMOVED");
    assert!(machine.fake.mdm.lock().unwrap().left);
    assert!(machine.fake.devices.lock().unwrap().is_empty());
    let state = machine.dir.path().join("state");
    for file in [
        "device.pem",
        "join.json",
        "keys/mdm-1.json",
        "keys/soft.json",
    ] {
        assert!(!state.join(file).exists(), "{file}");
    }
    let again = machine
        .ask("join.begin", &json!({"join_type": "joined"}))
        .unwrap();
    assert_eq!(again["ok"], true, "{again}");
    assert!(status(&mut machine).get("management").is_none());
}

/// The very first session brings the end: the device is joined, managed, and out again, without anybody asking.
#[test]
fn a_first_session_may_be_the_last() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.commands = EXEC.to_owned());
    wait::until("the end of management and device", || {
        let now = status(&mut machine);
        if is_out(&now) {
            return Ok(());
        }
        match now["join"]["state"].as_str() {
            Some("running" | "joined") => {}
            None if now.get("management").is_some() => {}
            _ => assert!(machine.nudge().is_some(), "it died"),
        }
        Err(now)
    });
    assert!(machine.fake.devices.lock().unwrap().is_empty());
}

/// [MD-07] The power goes at every save while the organisation's wish is carried out: afterwards it is carried out, once.
#[test]
fn a_remote_unenrollment_cut_at_any_save_ends_all_the_same() {
    for cut in 1.. {
        let mut machine = Machine::managed(None);
        machine.drive();
        set(&machine, |mdm| mdm.commands = EXEC.to_owned());
        machine.restart(Some(cut));
        let died = machine.ask("sync", &json!({})).is_none();
        if died {
            machine.restart(None);
            // What was cut before the wish was on disk is heard at the next talk.
            machine.ask("sync", &json!({})).unwrap();
        }
        let end = format!("the end of management and device, cut at {cut}");
        wait::until(&end, || {
            let now = status(&mut machine);
            wait::when(is_out(&now), now)
        });
        let state = machine.dir.path().join("state");
        assert!(
            machine.fake.devices.lock().unwrap().is_empty(),
            "cut at {cut}"
        );
        assert!(!state.join("keys/mdm-1.json").exists() && !state.join("device.pem").exists());
        if !died {
            assert!(cut > 4, "only {cut} saves");
            return;
        }
    }
}

/// One's own device leaves management and stays registered; the service is told, key and certificate are gone.
#[test]
fn ones_own_device_leaves_management_alone() {
    let mut machine = Machine::managed(None);
    machine.join_type = "registered";
    machine.drive();
    let left = machine.ask("unenroll", &json!({})).unwrap();
    assert_eq!(left["ok"], true, "{left}");
    assert!(
        left["body"].get("management").is_none() && left["body"]["details"].is_object(),
        "{left}"
    );
    assert!(machine.fake.mdm.lock().unwrap().left);
    assert!(!machine.dir.path().join("state/keys/mdm-1.json").exists());
    let twice = machine.ask("unenroll", &json!({})).unwrap();
    assert_eq!(twice["error"]["symbol"], "MDM_NOT_ENROLLED", "{twice}");
}

/// [MD-07] Leaving tells the service, then the directory; what was managed is gone.
#[test]
fn leaving_tells_the_service() {
    let mut machine = Machine::managed(None);
    machine.drive();
    let left = machine.ask("leave", &json!({})).unwrap();
    assert_eq!(left["ok"], true, "{left}");
    assert!(left["body"].get("management").is_none());
    assert!(machine.fake.mdm.lock().unwrap().left);
    assert!(machine.fake.devices.lock().unwrap().is_empty());
    assert!(!machine.dir.path().join("state/keys/mdm-1.json").exists());
}

/// A restart takes what only memory held: the terms are asked for once more, the device stays joined all the while, and it can
/// leave from there.
#[test]
fn a_restart_on_the_way_asks_again_and_leaving_works_there() {
    let mut machine = Machine::managed(None);
    machine.no_code = true;
    until(&mut machine, "waiting", |now| {
        now["join"]["state"] == "waiting_for_management"
    });
    machine.restart(None);
    let now = asked_for_terms(&mut machine);
    assert!(
        now["join"]["device"].is_object() && now["details"].is_object(),
        "{now}"
    );
    let left = machine.ask("leave", &json!({})).unwrap();
    assert_eq!(left["ok"], true, "{left}");
    assert!(machine.fake.devices.lock().unwrap().is_empty());
}

/// Reference §1.8.1: in its last days the certificate is renewed by itself, with a new key that the old one vouches for.
#[test]
fn a_certificate_is_renewed_in_time() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.lifetime = Some(3600 + 900));
    machine.drive();
    set(&machine, |mdm| mdm.lifetime = None);
    machine.ask("sync", &json!({})).unwrap();
    let state = machine.dir.path().join("state");
    until(&mut machine, "second certificate", |_| {
        state.join("keys/mdm-2.json").exists() && !state.join("keys/mdm-1.json").exists()
    });
    let (renewals, certificates) = {
        let mdm = machine.fake.mdm.lock().unwrap();
        (mdm.renewals, mdm.certificates.len())
    };
    assert!(renewals >= 1 && certificates == renewals as usize + 1);
    set(&machine, |mdm| {
        mdm.certificates.remove(0);
    });
    let synced = machine.ask("sync", &json!({})).unwrap();
    assert_eq!(
        synced["ok"], true,
        "the new certificate opens sessions: {synced}"
    );
}

/// M12 A renewal that is refused, and a certificate that has ended: reports that say what to do; the device stays joined.
#[test]
fn a_certificate_that_cannot_be_renewed_is_reported() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.lifetime = Some(3600 + 4));
    machine.drive();
    set(&machine, |mdm| {
        mdm.fault = Some(("s:Authorization", "NotEligibleToRenew"))
    });
    let ended = until(&mut machine, "an ended certificate", |now| {
        let end = now["management"]["certificate_not_after"]
            .as_i64()
            .unwrap_or(i64::MAX);
        let clock = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        end < i64::try_from(clock.as_secs()).unwrap() || now["management"]["report"].is_object()
    });
    assert!(ended["details"].is_object());
    wait::until("a refused renewal", || {
        let synced = machine.ask("sync", &json!({})).unwrap();
        let refused = synced["error"]["symbol"] == "MDM_NOT_ELIGIBLE_TO_RENEW";
        wait::when(refused, synced)
    });
}

/// A terms page that fails is a report; terms that are declined end the join, and nothing of it stays.
#[test]
fn terms_fail_and_are_declined_in_order() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.terms = Some(500));
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        failed["join"]["report"]["symbol"], "TERMS_FAILED",
        "{failed}"
    );
    set(&machine, |mdm| mdm.terms = Some(401));
    machine.ask("join.retry", &join_ref(&failed)).unwrap();
    asked_for_terms(&mut machine);
    let said = json!({"join_id": failed["join"]["join_id"], "outcome": "failed", "error": "server_error\u{202e}", "error_description": "<b>no</b>"});
    let said = machine.ask("join.terms", &said).unwrap();
    assert_eq!(
        said["body"]["report"]["server"]["error"], "server_error",
        "{said}"
    );
    machine.ask("join.retry", &join_ref(&failed)).unwrap();
    asked_for_terms(&mut machine);
    let declined = json!({"join_id": failed["join"]["join_id"], "outcome": "declined"});
    let declined = machine.ask("join.terms", &declined).unwrap();
    assert_eq!(declined["body"]["state"], "cancelled", "{declined}");
    assert_eq!(declined["body"]["report"]["symbol"], "TERMS_DECLINED");
    assert!(machine.fake.devices.lock().unwrap().is_empty());
    assert!(!machine.dir.path().join("state/keys/soft.json").exists());
}

/// The silent code is refused: a report that asks to sign in; the device stays joined, and another code brings it through.
#[test]
fn a_refused_code_asks_to_sign_in() {
    let mut machine = Machine::managed(None);
    set(&machine, |mdm| mdm.no_token = true);
    let failed = until(&mut machine, "failure", |now| {
        now["join"]["state"] == "failed"
    });
    assert_eq!(
        failed["join"]["report"]["symbol"], "AADSTS_CODE_REDEEMED",
        "{failed}"
    );
    set(&machine, |mdm| mdm.no_token = false);
    let retried = machine.ask("join.retry", &join_ref(&failed)).unwrap();
    assert_eq!(
        retried["body"]["state"], "waiting_for_management",
        "{retried}"
    );
    let error = json!({"join_id": failed["join"]["join_id"], "error": "login_required", "error_description": "AADSTS50058: no session"});
    let error = machine.ask("join.code", &error).unwrap();
    assert_eq!(
        error["body"]["report"]["symbol"], "MANAGEMENT_SIGN_IN",
        "{error}"
    );
    machine.ask("join.retry", &join_ref(&failed)).unwrap();
    until(&mut machine, "enrollment", |now| {
        now["management"]["state"] == "enrolled"
    });
}
