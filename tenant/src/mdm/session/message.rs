//! A client's message, read strictly: everything is known, numbered and in order, or nothing is believed.

use std::collections::BTreeSet;

use crate::mdm::xml::{Element, Ns, Repeated, XmlError, parse};

/// Longest address of a node, in bytes.
const LONGEST_URI: usize = 4096;

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum MessageError {
    #[error("{0}")]
    Xml(#[from] XmlError),
    #[error("the document is no SyncML 1.2 message")]
    Form,
    #[error("{0}")]
    Repeated(#[from] Repeated),
    #[error("the protocol is older than DM/1.2, or another")]
    Version,
    #[error("SessionID, MsgID, Source or Target is missing or not what it should be")]
    Header,
    #[error("a command has no CmdID, or its CmdID does not come after the one before")]
    CmdId,
    #[error("a command is not known, or does not hold what it should")]
    Command,
    #[error("an address does not name a node of the tree")]
    Uri,
}

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) session_id: String,
    pub(super) msg_id: u32,
    pub(super) target: String,
    pub(super) source: String,
    pub(super) items: Vec<Item>,
    pub(super) is_final: bool,
}

/// A value that a client gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) uri: String,
    pub(super) format: Option<String>,
    pub(super) data: String,
}

/// What a client can say.
#[derive(Debug)]
pub(super) enum Item {
    Alert {
        cmd_id: u32,
        code: u16,
        /// `Meta/Type` of each of its items.
        kinds: Vec<String>,
    },
    Replace {
        cmd_id: u32,
        values: Vec<Given>,
    },
    Status {
        msg_ref: u32,
        cmd_ref: u32,
        code: u16,
    },
    Results {
        msg_ref: u32,
        cmd_ref: u32,
        values: Vec<Given>,
    },
}

/// Reads one.
pub(super) fn read(bytes: &[u8]) -> Result<Message, MessageError> {
    let root = parse(bytes)?;
    if !root.is(Ns::SyncMl, "SyncML") {
        return Err(MessageError::Form);
    }
    let [header, body] = root.children.as_slice() else {
        return Err(MessageError::Form);
    };
    if !header.is(Ns::SyncMl, "SyncHdr") || !body.is(Ns::SyncMl, "SyncBody") {
        return Err(MessageError::Form);
    }
    let known = [
        "VerDTD",
        "VerProto",
        "SessionID",
        "MsgID",
        "Target",
        "Source",
        "Cred",
        "Meta",
    ];
    only(header, &known).map_err(|_| MessageError::Header)?;
    if text(header, "VerDTD")? != Some("1.2") || text(header, "VerProto")? != Some("DM/1.2") {
        return Err(MessageError::Version);
    }
    let session_id = text(header, "SessionID")?.unwrap_or_default();
    let id_is_good = (1..=64).contains(&session_id.len())
        && session_id.bytes().all(|b| b.is_ascii_alphanumeric());
    let address = |name| -> Result<String, MessageError> {
        let place = header.one(Ns::SyncMl, name)?.ok_or(MessageError::Header)?;
        let uri = text(place, "LocURI")?.unwrap_or_default();
        if (1..=LONGEST_URI).contains(&uri.len()) {
            Ok(uri.to_owned())
        } else {
            Err(MessageError::Header)
        }
    };
    let msg_id = number(header, "MsgID")?.filter(|id| *id > 0);
    let (Some(msg_id), true) = (msg_id, id_is_good) else {
        return Err(MessageError::Header);
    };
    let (items, is_final) = commands(body)?;
    Ok(Message {
        session_id: session_id.to_owned(),
        msg_id,
        target: address("Target")?,
        source: address("Source")?,
        items,
        is_final,
    })
}

fn commands(body: &Element) -> Result<(Vec<Item>, bool), MessageError> {
    let (mut items, mut last) = (Vec::new(), 0);
    let mut children = body.children.iter().peekable();
    while let Some(child) = children.next() {
        if child.is(Ns::SyncMl, "Final") {
            // Nothing comes after the end.
            return match children.peek() {
                None if child.children.is_empty() => Ok((items, true)),
                _ => Err(MessageError::Command),
            };
        }
        if child.ns != Ns::SyncMl {
            return Err(MessageError::Command);
        }
        let cmd_id = number(child, "CmdID")?.filter(|id| *id > last);
        let cmd_id = cmd_id.ok_or(MessageError::CmdId)?;
        last = cmd_id;
        items.push(command(child, cmd_id)?);
    }
    Ok((items, false))
}

fn command(element: &Element, cmd_id: u32) -> Result<Item, MessageError> {
    let missing = MessageError::Command;
    match element.name.as_str() {
        "Alert" => {
            only(element, &["CmdID", "Data", "Item", "Correlator"])?;
            let code = number(element, "Data")?.and_then(|code| u16::try_from(code).ok());
            let mut kinds = Vec::new();
            for item in element.all(Ns::SyncMl, "Item") {
                kinds.extend(meta(item, "Type")?.map(str::to_owned));
            }
            Ok(Item::Alert {
                cmd_id,
                code: code.ok_or(missing)?,
                kinds,
            })
        }
        "Replace" => {
            only(element, &["CmdID", "Meta", "Item"])?;
            Ok(Item::Replace {
                cmd_id,
                values: values(element)?,
            })
        }
        "Status" => {
            only(
                element,
                &[
                    "CmdID",
                    "MsgRef",
                    "CmdRef",
                    "Cmd",
                    "TargetRef",
                    "SourceRef",
                    "Cred",
                    "Chal",
                    "Data",
                    "Item",
                ],
            )?;
            let code = number(element, "Data")?.filter(|code| (100..600).contains(code));
            Ok(Item::Status {
                msg_ref: number(element, "MsgRef")?.ok_or(missing)?,
                cmd_ref: number(element, "CmdRef")?.ok_or(missing)?,
                code: code
                    .and_then(|code| u16::try_from(code).ok())
                    .ok_or(missing)?,
            })
        }
        "Results" => {
            only(
                element,
                &[
                    "CmdID",
                    "MsgRef",
                    "CmdRef",
                    "Meta",
                    "Item",
                    "TargetRef",
                    "SourceRef",
                ],
            )?;
            Ok(Item::Results {
                msg_ref: number(element, "MsgRef")?.ok_or(missing)?,
                cmd_ref: number(element, "CmdRef")?.ok_or(missing)?,
                values: values(element)?,
            })
        }
        _ => Err(missing),
    }
}

/// The items of a Replace or Results: each names a node by Source.
fn values(element: &Element) -> Result<Vec<Given>, MessageError> {
    let (mut values, mut seen) = (Vec::new(), BTreeSet::new());
    for item in element.all(Ns::SyncMl, "Item") {
        only(item, &["Source", "Target", "Meta", "Data"])?;
        let source = item
            .one(Ns::SyncMl, "Source")?
            .ok_or(MessageError::Command)?;
        let uri = text(source, "LocURI")?.unwrap_or_default();
        if !is_node(uri) || !seen.insert(uri) {
            return Err(MessageError::Uri);
        }
        values.push(Given {
            uri: uri.to_owned(),
            format: meta(item, "Format")?
                .or(meta(element, "Format")?)
                .map(str::to_owned),
            data: text(item, "Data")?.unwrap_or_default().to_owned(),
        });
    }
    if values.is_empty() {
        return Err(MessageError::Command);
    }
    Ok(values)
}

/// Whether an address is one of the tree: `./` and segments, none of them empty, `.` or `..`.
pub(in crate::mdm) fn is_node(uri: &str) -> bool {
    uri.len() <= LONGEST_URI
        && uri.strip_prefix("./").is_some_and(|rest| {
            rest.split('/')
                .all(|segment| !["", ".", ".."].contains(&segment))
        })
}

fn text<'a>(parent: &'a Element, name: &str) -> Result<Option<&'a str>, MessageError> {
    let child = parent.one(Ns::SyncMl, name)?;
    if child.is_some_and(|child| !child.children.is_empty()) {
        return Err(MessageError::Form);
    }
    Ok(child.map(Element::text))
}

fn number(parent: &Element, name: &str) -> Result<Option<u32>, MessageError> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    Ok(text(parent, name)?
        .filter(digits)
        .and_then(|text| text.parse().ok()))
}

fn meta<'a>(parent: &'a Element, name: &str) -> Result<Option<&'a str>, MessageError> {
    let Some(meta) = parent.one(Ns::SyncMl, "Meta")? else {
        return Ok(None);
    };
    Ok(meta.one(Ns::MetInf, name)?.map(Element::text))
}

fn only(element: &Element, known: &[&str]) -> Result<(), MessageError> {
    let good = |child: &Element| child.ns == Ns::SyncMl && known.contains(&child.name.as_str());
    if element.children.iter().all(good) {
        Ok(())
    } else {
        Err(MessageError::Command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(header: &str, body: &str) -> String {
        format!(
            "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>{header}</SyncHdr><SyncBody>{body}</SyncBody></SyncML>"
        )
    }

    const HEADER: &str = "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>\
        <Target><LocURI>https://mdm.contoso.test/dm</LocURI></Target><Source><LocURI>D</LocURI></Source>";

    fn refused(header: &str, body: &str) -> MessageError {
        read(message(header, body).as_bytes()).unwrap_err()
    }

    /// The published first package is read.
    #[test]
    fn the_first_package_is_read() {
        let read = read(include_bytes!(
            "../../../../tests/fixtures/mdm/syncml-package1.xml"
        ))
        .unwrap();
        assert_eq!(
            (read.session_id.as_str(), read.msg_id, read.is_final),
            ("1", 1, true)
        );
        assert!(matches!(read.items[0], Item::Alert { code: 1201, .. }));
        let Item::Alert {
            code: 1224, kinds, ..
        } = &read.items[1]
        else {
            panic!("{:?}", read.items[1]);
        };
        assert_eq!(kinds, &["com.microsoft/MDM/LoginStatus"]);
        let Item::Replace { values, .. } = &read.items[2] else {
            panic!("{:?}", read.items[2]);
        };
        assert_eq!(values.len(), 5);
        assert_eq!(values[0].uri, "./DevInfo/DevId");
    }

    /// So are the published answers of a client, and its goodbye.
    #[test]
    fn later_packages_are_read() {
        let text = include_bytes!("../../../../tests/fixtures/mdm/syncml-package3.xml");
        let message = read(text).unwrap();
        assert_eq!((message.msg_id, message.items.len()), (2, 7));
        let Item::Results {
            cmd_ref: 5, values, ..
        } = &message.items[2]
        else {
            panic!("{:?}", message.items[2]);
        };
        assert_eq!(
            (values[0].data.as_str(), values[0].format.as_deref()),
            ("12.5", Some("chr"))
        );
        assert!(matches!(
            message.items[3],
            Item::Status {
                cmd_ref: 6,
                code: 404,
                ..
            }
        ));
        let text = include_str!("../../../../tests/fixtures/mdm/syncml-unenroll.xml");
        let message = read(text.replace("@SESSION@", "2").as_bytes()).unwrap();
        let Item::Alert {
            code: 1226, kinds, ..
        } = &message.items[1]
        else {
            panic!("{:?}", message.items[1]);
        };
        assert_eq!(kinds, &["com.microsoft:mdm.unenrollment.userrequest"]);
    }

    /// [MD-09] Older protocols and other document types are refused, whatever else they say.
    #[test]
    fn older_protocols_are_refused() {
        for (old, new) in [
            ("DM/1.2", "DM/1.1"),
            ("DM/1.2", "DM/1.3"),
            (">1.2<", ">1.1<"),
        ] {
            let header = HEADER.replacen(old, new, 1);
            assert_eq!(refused(&header, "<Final/>"), MessageError::Version, "{new}");
        }
    }

    /// Numbers that are missing, repeated, out of order or not numbers are refused; so is what is unknown or comes after the end.
    #[test]
    fn what_is_out_of_order_is_refused() {
        for (old, new) in [
            ("<MsgID>1", "<MsgID>0"),
            ("<MsgID>1", "<MsgID>+1"),
            ("<MsgID>1", "<MsgID>99999999999"),
            ("<SessionID>1", "<SessionID>"),
            ("<SessionID>1", "<SessionID>a/b"),
            ("<LocURI>D</LocURI>", "<LocURI></LocURI>"),
            ("<MsgID>1</MsgID>", ""),
        ] {
            refused(&HEADER.replacen(old, new, 1), "<Final/>");
        }
        let alert = |id: &str| format!("<Alert><CmdID>{id}</CmdID><Data>1201</Data></Alert>");
        assert!(read(message(HEADER, &(alert("1") + &alert("2"))).as_bytes()).is_ok());
        for body in [
            alert("2") + &alert("1"),
            alert("1") + &alert("1"),
            alert("0"),
            alert(""),
            "<Alert><Data>1201</Data></Alert>".to_owned(),
            format!("<Final/>{}", alert("1")),
            "<Exec><CmdID>1</CmdID></Exec>".to_owned(),
            "<Alert><CmdID>1</CmdID><Data>1201</Data><X/></Alert>".to_owned(),
            "<Status><CmdID>1</CmdID><CmdRef>1</CmdRef><Data>200</Data></Status>".to_owned(),
            "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Data>9</Data></Status>"
                .to_owned(),
        ] {
            refused(HEADER, &body);
        }
    }

    /// [MD-04] Addresses that are not of the tree are refused before anybody looks at them.
    #[test]
    fn addresses_outside_the_tree_are_refused() {
        for uri in [
            "/etc/passwd",
            "etc",
            "",
            "./",
            ".//x",
            "./Device/../../etc",
            "./x/",
            "./x/./y",
            "file:///etc",
        ] {
            let body = format!(
                "<Replace><CmdID>1</CmdID><Item><Source><LocURI>{uri}</LocURI></Source><Data>x</Data></Item></Replace>"
            );
            assert_eq!(refused(HEADER, &body), MessageError::Uri, "{uri}");
        }
        assert!(!is_node(&format!("./{}", "x".repeat(65_536))));
        assert!(is_node("./Device/Vendor/MSFT/..x"));
    }
}
