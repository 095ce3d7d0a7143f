//! Talks with a server that is played here, against a made-up machine.

use super::{Next, Opening, Talk};
use crate::mdm::error::MdmError;
use crate::mdm::node::Effect;
use crate::mdm::node::test::Machine;
use crate::mdm::xml::Xml;
use dovetail_shared::Code;

const DEVICE: &str = "0e9d9f9a-6ba5-4c49-9a3f-6a5f4c3c5f10";
const TARGET: &str = "https://manage.contoso.test/dm";
const LENGTH: &str = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength";

/// The server's message `number` with our message `answers` taken, and `body`.
fn server(number: u32, answers: u32, body: &str) -> String {
    format!(
        "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>9</SessionID>\
         <MsgID>{number}</MsgID><Target><LocURI>{DEVICE}</LocURI></Target><Source><LocURI>{TARGET}</LocURI></Source></SyncHdr>\
         <SyncBody><Status><CmdID>1</CmdID><MsgRef>{answers}</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>{body}</SyncBody></SyncML>"
    )
}

fn replace(id: u32, uri: &str, format: &str, data: &str) -> String {
    format!(
        "<Replace><CmdID>{id}</CmdID><Item><Target><LocURI>{uri}</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">{format}</Format></Meta><Data>{data}</Data></Item></Replace>"
    )
}

fn get(id: u32, uri: &str) -> String {
    format!("<Get><CmdID>{id}</CmdID><Item><Target><LocURI>{uri}</LocURI></Target></Item></Get>")
}

/// (command, target, status) of each status in a message of ours, its header's left out, and the alerts' numbers.
type Said = (Vec<(String, String, String)>, Vec<String>, Vec<String>);

fn said(text: &str) -> Said {
    let (mut statuses, mut results, mut alerts) = (Vec::new(), Vec::new(), Vec::new());
    let mut xml = Xml::new(text.as_bytes()).unwrap();
    xml.root("SYNCML:SYNCML1.2", "SyncML").unwrap();
    while let Some(part) = xml.child().unwrap() {
        if part.name != "SyncBody" {
            xml.skip().unwrap();
            continue;
        }
        while let Some(command) = xml.child().unwrap() {
            let (mut id, mut target, mut data) = (String::new(), String::new(), String::new());
            let mut header = false;
            while let Some(field) = xml.child().unwrap() {
                match field.name.as_str() {
                    "CmdRef" => id = xml.text().unwrap(),
                    "Cmd" => header = xml.text().unwrap() == "SyncHdr",
                    "TargetRef" => target = xml.text().unwrap(),
                    "Data" => data = xml.text().unwrap(),
                    "Item" if command.name == "Results" => {
                        while let Some(field) = xml.child().unwrap() {
                            if field.name == "Data" {
                                data = xml.text().unwrap();
                            } else {
                                xml.skip().unwrap();
                            }
                        }
                    }
                    _ => xml.skip().unwrap(),
                }
            }
            match command.name.as_str() {
                "Status" if !header => statuses.push((id, target, data)),
                "Results" => results.push(data),
                "Alert" => alerts.push(data),
                _ => {}
            }
        }
    }
    (statuses, results, alerts)
}

fn sent(next: Result<Next, MdmError>) -> String {
    match next {
        Ok(Next::Send(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Reference §1.10: DevInfo goes out, a hundred nodes come back in one message, and the session is over after three.
#[test]
fn a_session_takes_three_messages() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    let first = talk.open(Opening::Ask("user"));
    assert!(first.contains("./DevInfo/DevId") && first.ends_with("<Final/></SyncBody></SyncML>"));
    assert_eq!(said(&first).2, ["1201", "1224"]);
    let gets: String = (2..102).map(|id| get(id, "./DevInfo/DevId")).collect();
    let second = sent(talk.answer(server(1, 1, &format!("{gets}<Final/>")).as_bytes()));
    let (statuses, results, _) = said(&second);
    assert_eq!((statuses.len(), results.len()), (100, 100));
    assert!(statuses.iter().all(|(_, _, status)| status == "200"));
    assert!(results.iter().all(|value| value == DEVICE));
    let over = talk.answer(server(2, 2, "<Final/>").as_bytes());
    assert_eq!(over.unwrap(), Next::Over);
}

/// M8 A server that always has one more question is told off, and the session ends.
#[test]
fn an_endless_server_is_told_off() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    for number in 1..100 {
        let asks = format!("{}<Final/>", get(2, "./DevInfo/DevId"));
        match talk.answer(server(number, number, &asks).as_bytes()) {
            Ok(Next::Send(_)) => {}
            Ok(Next::Abort(last, _)) => {
                assert_eq!(number, 50);
                assert_eq!(said(&last).2, ["1223"]);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("it went on");
}

/// M9 [MD-04] Addresses that are paths, climb, or have no end: a status each, and no file is touched.
#[test]
fn hostile_addresses_get_a_status() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    let long = format!("./Device/{}", "a".repeat(64 * 1024));
    let addresses = [
        ("/etc/passwd", "400"),
        ("./Device/../../etc/passwd", "400"),
        ("./Device//Vendor", "400"),
        ("./Nothing/There", "404"),
        (long.as_str(), "414"),
        ("", "400"),
    ];
    let mut body = String::new();
    for (at, (address, _)) in addresses.iter().enumerate() {
        let id = u32::try_from(at).unwrap() + 2;
        body += &replace(id, address, "chr", "x");
    }
    body +=
        "<Replace><Item/></Replace><Rm><CmdID>20</CmdID></Rm><Get><CmdID>21</CmdID></Get><Final/>";
    let answer = sent(talk.answer(server(1, 1, &body).as_bytes()));
    assert!(
        answer.len() < 64 * 1024,
        "the long address is not sent back"
    );
    let statuses: Vec<_> = said(&answer)
        .0
        .into_iter()
        .map(|(_, _, code)| code)
        .collect();
    let mut wanted: Vec<_> = addresses.iter().map(|(_, code)| *code).collect();
    wanted.extend(["400", "400", "400"]);
    assert_eq!(statuses, wanted);
}

/// M10 An Atomic whose second part fails: its first is undone, its third not tried, and the value is as before.
#[test]
fn a_failed_atomic_changes_nothing() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let name = "./Vendor/MSFT/DMClient/Provider/MS%20DM%20Server/EntDMID";
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    let body = format!(
        "{}<Atomic><CmdID>3</CmdID>{}{}{}</Atomic><Atomic><CmdID>7</CmdID>{}</Atomic><Atomic><CmdID>9</CmdID><Atomic><CmdID>10</CmdID></Atomic></Atomic>\
         <Atomic><CmdID>11</CmdID>{}</Atomic>{}<Final/>",
        replace(2, name, "chr", "before"),
        replace(4, name, "chr", "within"),
        replace(5, "./DevInfo/Man", "chr", "x"),
        replace(6, name, "chr", "after"),
        get(8, name),
        replace(12, name, "chr", "good"),
        get(13, name),
    );
    let answer = sent(talk.answer(server(1, 1, &body).as_bytes()));
    let (statuses, results, _) = said(&answer);
    let codes: Vec<_> = statuses
        .iter()
        .map(|(id, _, code)| (id.as_str(), code.as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            ("2", "200"),
            ("3", "507"),
            ("4", "216"),
            ("5", "405"),
            ("6", "215"),
            ("7", "507"),
            ("8", "500"),
            ("9", "507"),
            ("10", "500"),
            ("11", "200"),
            ("12", "200"),
            ("13", "200"),
        ]
    );
    assert_eq!(results, ["good"]);
}

/// [MD-05] Replayed, crossed, foreign and cut messages end the session; nothing in them is done.
#[test]
fn messages_that_do_not_follow_are_not_obeyed() {
    let machine = Machine::new();
    let name = "./Vendor/MSFT/DMClient/Provider/MS%20DM%20Server/EntDMID";
    let set = format!("{}<Final/>", replace(2, name, "chr", "evil"));
    let good = server(1, 1, &set);
    let session = Some(Code::MDM_SESSION);
    let twice = format!(
        "{}{}",
        replace(2, name, "chr", "a"),
        replace(2, name, "chr", "evil")
    );
    for (what, text, code) in [
        ("number", server(2, 1, &set), session),
        ("answer to another", server(1, 7, &set), session),
        ("session", good.replace(">9<", ">8<"), session),
        (
            "device",
            good.replace(DEVICE, "00000000-0000-0000-0000-000000000000"),
            session,
        ),
        ("not taken", good.replace(">212<", ">500<"), session),
        (
            "refused",
            good.replace(">212<", ">401<"),
            Some(Code::MDM_CLIENT_CERTIFICATE),
        ),
        ("no status", good.replace("<CmdRef>0", "<CmdRef>5"), session),
        (
            "broken off",
            server(
                1,
                1,
                &format!("<Alert><CmdID>2</CmdID><Data>1223</Data></Alert>{set}"),
            ),
            session,
        ),
        (
            "moved",
            good.replace(
                "</SyncHdr>",
                "<RespURI>https://evil.example/</RespURI></SyncHdr>",
            ),
            Some(Code::MDM_INSECURE_REDIRECT),
        ),
        (
            "cut",
            good.get(..good.len() - 30).unwrap().to_owned(),
            session,
        ),
        ("empty", String::new(), Some(Code::MDM_EMPTY)),
        (
            "one number",
            server(1, 1, &format!("{twice}<Final/>")),
            session,
        ),
    ] {
        let mut tree = machine.tree();
        let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
        talk.open(Opening::Ask("none"));
        let refused = talk.answer(text.as_bytes()).err().map(|error| error.code());
        assert_eq!(refused, code, "{what}");
        let kept = machine.tree().get(&name.parse().unwrap()).unwrap();
        assert_ne!(kept.data(), "evil", "{what}");
    }
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    sent(talk.answer(good.as_bytes()));
    assert!(talk.answer(good.as_bytes()).is_err(), "a replay");
}

/// Reference §1.11: the server's Unenroll is answered by the alert, not by a status, and is left to do.
#[test]
fn unenrolling_is_answered_by_the_alert() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    let exec = "<Exec><CmdID>2</CmdID><Item><Target><LocURI>./Device/Vendor/MSFT/DMClient/Provider/MS%20DM%20Server/Unenroll</LocURI></Target>\
        <Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>MS DM Server</Data></Item></Exec><Final/>";
    let answer = sent(talk.answer(server(1, 1, exec).as_bytes()));
    let (statuses, _, alerts) = said(&answer);
    assert!(statuses.is_empty() && alerts == ["1226"], "{answer}");
    assert!(answer.contains("com.microsoft:mdm.unenrollment.userrequest"));
    assert_eq!(talk.effects(), [Effect::Unenroll]);
}

/// A server with little room gets what it asked for in several messages, and asks for each.
#[test]
fn long_answers_come_in_pieces() {
    let machine = Machine::new();
    let mut tree = machine.tree();
    let mut talk = Talk::new(&mut tree, "9", TARGET, DEVICE);
    talk.open(Opening::Ask("none"));
    let gets: String = (2..52).map(|id| get(id, LENGTH)).collect();
    let small = server(1, 1, &format!("{gets}<Final/>")).replace(
        "</SyncHdr>",
        "<Meta><MaxMsgSize xmlns=\"syncml:metinf\">4096</MaxMsgSize></Meta></SyncHdr>",
    );
    let mut answer = sent(talk.answer(small.as_bytes()));
    let (mut statuses, mut number) = (0, 1);
    loop {
        assert!(answer.len() <= 4096 + 64, "{}", answer.len());
        statuses += said(&answer).0.len();
        number += 1;
        if answer.contains("<Final/>") {
            break;
        }
        let more = server(
            number,
            number,
            "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert><Final/>",
        );
        answer = sent(talk.answer(more.as_bytes()));
    }
    assert!(number > 3);
    assert_eq!(statuses, 50);
    let over = talk.answer(server(number, number, "<Final/>").as_bytes());
    assert_eq!(over.unwrap(), Next::Over);
}
