//! Management sessions (OMA-DM), message by message.

use dovetail_tests::wait;
use serde_json::Value;

use crate::mdm_client::{SYNCML, commands, fixture, post, too_long};
use crate::stage::Stage;

const DIEGO: &str = "diego@contoso.com";
const SETTING: &str = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength";

/// The first session: facts are asked, policies told together, the verdict said, and all of it kept.
#[tokio::test]
async fn a_session_asks_tells_and_judges() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let mut session = device.session(&stage, "1");
    let last = session.run().await;
    assert!(last.contains("<Final/>") && commands(&last).is_empty());
    assert!(session.msg <= 6, "{} messages", session.msg);
    assert_eq!(
        session
            .set("DeviceLock/MinDevicePasswordLength")
            .unwrap()
            .data,
        "8"
    );
    assert!(
        session
            .set("DeviceLock/MinDevicePasswordLength")
            .unwrap()
            .atomic
            .is_some()
    );
    assert_eq!(
        session.set("PINComplexity/MinimumPINLength").unwrap().data,
        "6"
    );
    assert_eq!(session.set("Compliance/State").unwrap().data, "compliant");
    assert_eq!(session.set("Compliance/Reasons").unwrap().data, "[]");
    let shown = stage.managed(&device.id);
    assert_eq!(shown["compliant"], true);
    assert!(shown["last_session"].is_number());
    let node = |uri: &str| -> Value {
        let nodes = shown["nodes"].as_array().unwrap();
        nodes
            .iter()
            .find(|node| node["uri"] == uri)
            .unwrap()
            .clone()
    };
    assert_eq!(node("./DevDetail/SwV")["data"], "12.5");
    assert_eq!(node("./DevInfo/Man")["data"], "Contoso");
    assert_eq!(node("./DevDetail/FwV")["status"], 404);
    let policies = shown["policies"].as_object().unwrap();
    assert_eq!(policies[SETTING], 200);
    let object = stage.object(&device.device);
    assert_eq!(
        (&object["IsManaged"], &object["IsCompliant"]),
        (&true.into(), &true.into())
    );
}

/// [MD-01] M7: a certificate opens sessions of its own device only; none, a foreign or a device certificate opens nothing.
#[tokio::test]
async fn a_certificate_is_its_devices_alone() {
    let stage = Stage::new();
    let (one, two) = (stage.enrolled(DIEGO).await, stage.enrolled(DIEGO).await);
    let mut session = one.session(&stage, "1");
    session.device.clone_from(&two.device);
    let answer = session.send(session.package1()).await;
    assert_eq!(answer.status, 401, "another device's id: {}", answer.text);
    session.device.clone_from(&one.device);
    let forged = session.package1().replacen(
        &format!("<Data>{}</Data>", one.device),
        &format!("<Data>{}</Data>", two.device),
        1,
    );
    assert_eq!(session.send(forged).await.status, 401, "another id inside");
    let package = two.session(&stage, "1").package1();
    assert_eq!(
        post(&stage.visitor(), session.url(), SYNCML, package.clone())
            .await
            .status,
        401,
        "no certificate"
    );
    let foreign = stage.visitor_with_foreign_certificate(&two.id);
    assert_eq!(
        post(&foreign, session.url(), SYNCML, package.clone())
            .await
            .status,
        401,
        "not ours"
    );
    session.device.clone_from(&two.id);
    assert_eq!(
        session.send(session.package1()).await.status,
        401,
        "by its other id"
    );
    let mut own = two.session(&stage, "1");
    own.device.clone_from(&two.id);
    assert_eq!(
        own.send(own.package1()).await.status,
        200,
        "one's own other id"
    );
}

/// Messages are numbered and come once: replays of messages and of whole sessions, gaps and answers to nothing are refused.
/// [MD-05] So an old report cannot be sent again. A lost answer is said again.
#[tokio::test]
async fn replays_and_gaps_are_refused() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let mut session = device.session(&stage, "7");
    let first = session.package1();
    let answer = session.send(first.clone()).await;
    let again = session.send(first.clone()).await;
    assert_eq!(
        (again.status, &again.text),
        (200, &answer.text),
        "the answer was lost"
    );
    session.msg = 1;
    let second = session.reply(&answer.text, &commands(&answer.text));
    let gap = second.replace("<MsgID>2</MsgID>", "<MsgID>3</MsgID>");
    assert_eq!(session.send(gap).await.status, 400);
    let foreign = second.replacen("<CmdRef>5</CmdRef>", "<CmdRef>4242</CmdRef>", 1);
    let mut other = device.session(&stage, "8");
    // An answer to nothing ends the session: nothing is known any more of what the device did.
    assert_eq!(session.send(foreign).await.status, 400);
    assert_eq!(
        other.send(first.clone()).await.status,
        400,
        "the first message once more"
    );
    other.run().await;
    for old in [&first, &second] {
        assert_eq!(
            session.send(old.clone()).await.status,
            400,
            "a whole session again"
        );
    }
    let mut third = device.session(&stage, "8");
    third.msg = 1;
    assert_eq!(
        third.send(third.package1()).await.status,
        400,
        "the id of a session that is over"
    );
}

/// [MD-09] M5 and M9 at the session's address: older protocols, hostile documents, other media types, unknown commands.
#[tokio::test]
async fn messages_that_are_not_understood_are_refused() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let session = device.session(&stage, "1");
    let good = session.package1();
    for (old, new) in [
        ("DM/1.2", "DM/1.1"),
        ("<VerDTD>1.2", "<VerDTD>1.1"),
        ("<CmdID>2</CmdID>", ""),
        ("<CmdID>2</CmdID>", "<CmdID>1</CmdID>"),
        ("<MsgID>1</MsgID>", "<MsgID>2</MsgID>"),
        (
            "<Final/>",
            "<Final/><Alert><CmdID>9</CmdID><Data>1201</Data></Alert>",
        ),
        ("<Data>1201</Data>", "<Data>1224</Data>"),
        ("./DevInfo/Man", "/etc/passwd"),
        ("./DevInfo/Man", "./DevInfo/../../Man"),
        ("/dm</LocURI>", "/other</LocURI>"),
        ("<Replace>", "<Exec>"),
        ("<SyncBody>", "<SyncBody><Surprise/>"),
        (
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]>",
        ),
        ("Contoso", "&b;"),
    ] {
        let changed = good.replace(old, new);
        assert_ne!(changed, good, "{old}");
        assert_eq!(session.send(changed).await.status, 400, "{new}");
    }
    assert_eq!(session.send("<a>".repeat(60_000)).await.status, 400);
    too_long(&session.visitor, session.url(), SYNCML).await;
    let wbxml = post(
        &session.visitor,
        session.url(),
        "application/vnd.syncml.dm+wbxml",
        good.clone(),
    )
    .await;
    assert_eq!(wbxml.status, 415);
    assert_eq!(session.send(good).await.status, 200);
}

/// [MD-04] What a device says is data: markup and control words in it are shown as they are, and it cannot fill the store with
/// names or lengths of its own.
#[tokio::test]
async fn what_a_device_says_is_data() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    stage
        .tenant
        .run(&["policy", "mdm", "create", "New", "--min-os-version", "99"]);
    stage
        .tenant
        .run(&["policy", "mdm", "assign", "New", "--all"]);
    let mut session = device.session(&stage, "1");
    let hostile = "1.$(reboot)`id`%s../../etc/passwd' OR 1=1;--&lt;script&gt;";
    session
        .values
        .insert("./DevDetail/SwV".into(), hostile.into());
    session
        .values
        .insert("./DevDetail/FwV".into(), "x".repeat(40_000));
    let more =
        "<Item><Source><LocURI>./DevInfo/Other</LocURI></Source><Data>x</Data></Item></Replace>";
    let first = session
        .package1()
        .replace("</Replace>", more)
        .replace("Contoso", &"y".repeat(40_000));
    session.msg = 1;
    let answer = session.send(first).await;
    let reply = session.reply(&answer.text, &commands(&answer.text));
    let answer = session.send(reply).await;
    let reply = session.reply(&answer.text, &commands(&answer.text));
    let answer = session.send(reply).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.text.contains("<script"), "{}", answer.text);
    let shown = stage.managed(&device.id);
    let nodes = shown["nodes"].as_array().unwrap();
    let node = |uri: &str| nodes.iter().find(|node| node["uri"] == uri);
    let plain = hostile.replace("&lt;", "<").replace("&gt;", ">");
    assert_eq!(node("./DevDetail/SwV").unwrap()["data"], plain.as_str());
    assert_eq!(
        node("./DevDetail/FwV").unwrap()["data"],
        Value::Null,
        "too long to remember"
    );
    assert!(node("./DevInfo/Other").is_none() && node("./DevInfo/Man").is_none());
    assert!(
        shown["reasons"][0]
            .as_str()
            .unwrap()
            .contains("is older than 99")
    );
}

/// Commands of the administrator wait for the device, go out once, come back with their answer; a batch goes together.
/// A session that is cut off in the middle loses none of them.
#[tokio::test]
async fn commands_wait_and_are_answered() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let add = |args: &[&str]| {
        let mut all = vec!["mdm", "command", "add", &device.id];
        all.extend(args);
        stage.tenant.run(&all);
    };
    add(&["get", "./DevDetail/SwV"]);
    add(&["get", "./cimv2/Win32_Battery"]);
    add(&[
        "replace", SETTING, "--format", "int", "--value", "12", "--batch", "b",
    ]);
    add(&[
        "replace",
        "./Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption",
        "--format",
        "int",
        "--value",
        "1",
        "--batch",
        "b",
    ]);
    let states = || -> Vec<String> {
        let commands = stage.commands(&device.id);
        commands
            .iter()
            .map(|command| command["state"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(states(), ["queued"; 4]);
    let cut = device.session(&stage, "1");
    let answer = cut.send(cut.package1()).await;
    let sent = commands(&answer.text);
    let batch: Vec<_> = sent
        .iter()
        .filter(|command| command.atomic.is_some())
        .collect();
    assert_eq!(batch.len(), 2);
    assert!(
        batch
            .iter()
            .all(|command| command.atomic == batch[0].atomic && command.verb == "Replace")
    );
    assert_eq!(states(), ["sent"; 4]);
    device.session(&stage, "2").run().await;
    assert_eq!(states(), ["acked", "failed", "acked", "acked"]);
    let all = stage.commands(&device.id);
    assert_eq!(
        (&all[0]["result"], &all[0]["status"]),
        (&"12.5".into(), &200.into())
    );
    assert_eq!(all[1]["status"], 404);
    let mut later = device.session(&stage, "3");
    later.run().await;
    assert!(
        !later
            .log
            .iter()
            .any(|command| command.uri == "./cimv2/Win32_Battery"),
        "once is enough"
    );
}

/// M11: both ways to end management. Afterwards the certificate opens nothing, and the record says who ended it.
#[tokio::test]
async fn unenrolled_is_unenrolled() {
    let stage = Stage::new();
    let (one, two, three) = (
        stage.enrolled(DIEGO).await,
        stage.enrolled(DIEGO).await,
        stage.enrolled(DIEGO).await,
    );
    let ended = |device: &str| stage.managed(device)["retired_by"].clone();

    // The person at the device.
    let session = one.session(&stage, "1");
    let goodbye = stage.fill(
        fixture!("syncml-unenroll.xml"),
        &[("@DEVICE@", &one.device), ("@SESSION@", "1")],
    );
    let answer = session.send(goodbye).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(commands(&answer.text).is_empty() && answer.text.contains("<Final/>"));
    assert_eq!(ended(&one.id), "user");
    // [OP-03] The log says whose certificate that was.
    let told = stage.told("management.ended");
    assert_eq!(told[0]["device"], one.device.to_lowercase(), "{told:?}");
    let session = one.session(&stage, "2");
    assert_eq!(session.send(session.package1()).await.status, 401);

    // The administrator: nothing else is asked of a device that is to go.
    stage
        .tenant
        .run(&["mdm", "device", "unenroll", &two.device]);
    let mut session = two.session(&stage, "1");
    session.msg = 1;
    let answer = session.send(session.package1()).await;
    let sent = commands(&answer.text);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(
        (sent[0].verb.as_str(), sent[0].data.as_str()),
        ("Exec", "Dovetail")
    );
    assert_eq!(
        sent[0].uri,
        "./Device/Vendor/MSFT/DMClient/Provider/Dovetail/Unenroll"
    );
    session.msg = 2;
    let alert = "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>\
        <Alert><CmdID>2</CmdID><Data>1226</Data><Item><Meta><Type xmlns=\"syncml:metinf\">com.microsoft:mdm.unenrollment.userrequest</Type>\
        <Format xmlns=\"syncml:metinf\">int</Format></Meta><Data>1</Data></Item></Alert>";
    assert_eq!(session.send(session.message(alert)).await.status, 200);
    assert_eq!(ended(&two.id), "server");
    let session = two.session(&stage, "2");
    assert_eq!(session.send(session.package1()).await.status, 401);

    // [MD-07] A device that is deleted while it is away finds its certificate dead when it comes back.
    stage.tenant.run(&["device", "delete", &three.device]);
    let session = three.session(&stage, "1");
    assert_eq!(session.send(session.package1()).await.status, 401);
    assert_eq!(ended(&three.id), "directory");
}

/// [MD-06] More devices than places: the others are told to come back, at different times; all find their place, and none is lost.
#[tokio::test]
async fn a_crowd_is_told_to_come_back() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["mdm", "settings", "set", "session_limit", "1"]);
    let mut devices = Vec::new();
    for _ in 0..6 {
        devices.push(stage.enrolled(DIEGO).await);
    }
    let first = devices[0].session(&stage, "1");
    assert_eq!(first.send(first.package1()).await.status, 200);
    let second = devices[1].session(&stage, "1");
    let mut waits = std::collections::BTreeSet::new();
    for _ in 0..12 {
        let refused = second.send(second.package1()).await;
        assert_eq!(refused.status, 429, "{}", refused.text);
        let wait: u32 = refused.headers["retry-after"].parse().unwrap();
        assert!((1..=30).contains(&wait));
        waits.insert(wait);
    }
    assert!(waits.len() > 1, "all at once: {waits:?}");
    devices[0].session(&stage, "2").run().await;

    stage
        .tenant
        .run(&["mdm", "settings", "set", "session_limit", "2"]);
    let report = async |index: usize| {
        let mut session = devices[index].session(&stage, "3");
        wait::until_async("a place", async || session.place().await)
            .await
            .unwrap();
        session.run().await;
    };
    tokio::join!(
        report(0),
        report(1),
        report(2),
        report(3),
        report(4),
        report(5)
    );
    for device in &devices {
        assert_eq!(stage.managed(&device.id)["compliant"], true);
    }
}
