//! Reads one message of the server.

use super::SYNCML;
use crate::mdm::xml::{Element, Xml, XmlError};

/// Commands of one message, those within others included.
const MAX_COMMANDS: usize = 2000;

/// A message.
#[derive(Debug)]
pub struct Message {
    /// `SyncHdr`
    pub header: Header,
    /// `SyncBody`'s commands in their order.
    pub commands: Vec<Command>,
    /// Whether the package ends here.
    pub is_final: bool,
}

/// `SyncHdr`
#[derive(Debug, Default)]
pub struct Header {
    /// `SessionID`
    pub session: String,
    /// `MsgID`
    pub message: String,
    /// `Target/LocURI`: us.
    pub target: String,
    /// `RespURI`: where the next message goes, if it changes.
    pub respond_to: Option<String>,
    /// `Meta/MaxMsgSize`: longest message that the server takes, in bytes.
    pub max_bytes: Option<usize>,
}

/// A command.
#[derive(Debug)]
pub struct Command {
    /// `CmdID`; empty where it is missing.
    pub id: String,
    /// Which, and with what.
    pub kind: Kind,
}

/// What is commanded.
#[derive(Debug)]
pub enum Kind {
    /// What became of one of our commands.
    Status {
        /// `MsgRef`
        message: String,
        /// `CmdRef`; `0` is our header.
        command: String,
        /// `Data`
        code: String,
    },
    /// `Alert`: its number, and the types of its items.
    Alert(String, Vec<Item>),
    /// `Get`
    Get(Vec<Item>),
    /// `Add`
    Add(Vec<Item>),
    /// `Replace`
    Replace(Vec<Item>),
    /// `Delete`
    Delete(Vec<Item>),
    /// `Exec`
    Exec(Vec<Item>),
    /// `Atomic`
    Atomic(Vec<Command>),
    /// `Sequence`
    Sequence(Vec<Command>),
    /// Anything else, by its element's name.
    Unknown(String),
}

impl Kind {
    /// The element's name, for `Cmd` of a status.
    pub fn name(&self) -> &str {
        match self {
            Self::Status { .. } => "Status",
            Self::Alert(..) => "Alert",
            Self::Get(_) => "Get",
            Self::Add(_) => "Add",
            Self::Replace(_) => "Replace",
            Self::Delete(_) => "Delete",
            Self::Exec(_) => "Exec",
            Self::Atomic(_) => "Atomic",
            Self::Sequence(_) => "Sequence",
            Self::Unknown(name) => name,
        }
    }
}

/// An `Item`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// `Target/LocURI`
    pub target: Option<String>,
    /// `Meta/Format`, the command's where the item has none.
    pub format: Option<String>,
    /// `Meta/Type`
    pub kind: Option<String>,
    /// `Data`
    pub data: Option<String>,
}

/// Reads a message. What is not of the form is an error; a command that is not known is [`Kind::Unknown`].
pub fn read(bytes: &[u8]) -> Result<Message, XmlError> {
    let mut xml = Xml::new(bytes)?;
    xml.root(SYNCML, "SyncML")?;
    let (mut header, mut body) = (None, None);
    while let Some(part) = xml.child()? {
        if part.is(SYNCML, "SyncHdr") && header.is_none() {
            header = Some(read_header(&mut xml)?);
        } else if part.is(SYNCML, "SyncBody") && header.is_some() && body.is_none() {
            let (mut is_final, mut left) = (false, MAX_COMMANDS);
            let commands = read_commands(&mut xml, None, &mut is_final, &mut left)?;
            body = Some((commands, is_final));
        } else {
            return Err(XmlError::Unexpected("a part that does not belong there"));
        }
    }
    xml.finish()?;
    let (header, (commands, is_final)) = header
        .zip(body)
        .ok_or(XmlError::Unexpected("no header or no body"))?;
    Ok(Message {
        header,
        commands,
        is_final,
    })
}

fn read_header(xml: &mut Xml<'_>) -> Result<Header, XmlError> {
    let mut header = Header::default();
    let (mut dtd, mut protocol) = (String::new(), String::new());
    while let Some(part) = xml.child()? {
        match part.name.as_str() {
            "VerDTD" => dtd = xml.text()?,
            "VerProto" => protocol = xml.text()?,
            "SessionID" => header.session = xml.text()?,
            "MsgID" => header.message = xml.text()?,
            "Target" => header.target = location(xml)?.unwrap_or_default(),
            "RespURI" => header.respond_to = Some(xml.text()?),
            "Meta" => {
                while let Some(meta) = xml.child()? {
                    if meta.name == "MaxMsgSize" {
                        header.max_bytes = xml.text()?.trim().parse().ok();
                    } else {
                        xml.skip()?;
                    }
                }
            }
            _ => xml.skip()?,
        }
    }
    // An older protocol has other rules for who may say what.
    if dtd != "1.2" || protocol != "DM/1.2" {
        return Err(XmlError::Unexpected("another version than DM 1.2"));
    }
    Ok(header)
}

/// The commands of the body or, `around` being the one that holds them, of a command.
fn read_commands(
    xml: &mut Xml<'_>,
    mut around: Option<&mut String>,
    is_final: &mut bool,
    left: &mut usize,
) -> Result<Vec<Command>, XmlError> {
    let mut commands = Vec::new();
    while let Some(part) = xml.child()? {
        if part.space != SYNCML {
            return Err(XmlError::Unexpected("an element of another language"));
        }
        match (part.name.as_str(), &mut around) {
            ("Final", None) => {
                *is_final = true;
                xml.skip()?;
                continue;
            }
            ("CmdID", Some(id)) => {
                **id = xml.text()?;
                continue;
            }
            ("Meta" | "NoResp", Some(_)) => {
                xml.skip()?;
                continue;
            }
            _ if *is_final => return Err(XmlError::Unexpected("a command after the end")),
            _ => {}
        }
        *left = left.checked_sub(1).ok_or(XmlError::TooLarge)?;
        commands.push(read_command(xml, &part, left)?);
    }
    Ok(commands)
}

fn read_command(
    xml: &mut Xml<'_>,
    element: &Element,
    left: &mut usize,
) -> Result<Command, XmlError> {
    if matches!(element.name.as_str(), "Atomic" | "Sequence") {
        let mut id = String::new();
        let inner = read_commands(xml, Some(&mut id), &mut false, left)?;
        let kind = if element.name == "Atomic" {
            Kind::Atomic(inner)
        } else {
            Kind::Sequence(inner)
        };
        return Ok(Command { id, kind });
    }
    let mut parts = Parts::default();
    while let Some(part) = xml.child()? {
        match part.name.as_str() {
            "CmdID" => parts.id = xml.text()?,
            "MsgRef" => parts.message = xml.text()?,
            "CmdRef" => parts.command = xml.text()?,
            "Data" => parts.data = xml.text()?,
            "Meta" => read_meta(xml, &mut parts.meta)?,
            "Item" => {
                let mut item = Item::default();
                read_item(xml, &mut item)?;
                parts.items.push(item);
            }
            _ => xml.skip()?,
        }
    }
    Ok(parts.command(&element.name))
}

#[derive(Default)]
struct Parts {
    id: String,
    message: String,
    command: String,
    data: String,
    meta: Item,
    items: Vec<Item>,
}

impl Parts {
    fn command(mut self, name: &str) -> Command {
        for item in &mut self.items {
            if item.format.is_none() {
                item.format.clone_from(&self.meta.format);
            }
        }
        let kind = match name {
            "Status" => Kind::Status {
                message: self.message,
                command: self.command,
                code: self.data,
            },
            "Alert" => Kind::Alert(self.data, self.items),
            "Get" => Kind::Get(self.items),
            "Add" => Kind::Add(self.items),
            "Replace" => Kind::Replace(self.items),
            "Delete" => Kind::Delete(self.items),
            "Exec" => Kind::Exec(self.items),
            other => Kind::Unknown(other.chars().take(32).collect()),
        };
        Command { id: self.id, kind }
    }
}

fn read_item(xml: &mut Xml<'_>, item: &mut Item) -> Result<(), XmlError> {
    while let Some(part) = xml.child()? {
        match part.name.as_str() {
            "Target" => item.target = location(xml)?,
            "Meta" => read_meta(xml, item)?,
            "Data" => item.data = Some(xml.text()?),
            // A large object in pieces: nothing here is so large.
            "MoreData" => return Err(XmlError::Unexpected("an object in pieces")),
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn read_meta(xml: &mut Xml<'_>, item: &mut Item) -> Result<(), XmlError> {
    while let Some(part) = xml.child()? {
        match part.name.as_str() {
            "Format" => item.format = Some(xml.text()?.trim().to_owned()),
            "Type" => item.kind = Some(xml.text()?.trim().to_owned()),
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn location(xml: &mut Xml<'_>) -> Result<Option<String>, XmlError> {
    let mut found = None;
    while let Some(part) = xml.child()? {
        if part.name == "LocURI" {
            found = Some(xml.text()?);
        } else {
            xml.skip()?;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>7</SessionID><MsgID>2</MsgID>\
        <Target><LocURI>dev</LocURI></Target><Source><LocURI>https://mdm.contoso.test/dm</LocURI></Source><Meta><MaxMsgSize xmlns=\"syncml:metinf\">5000</MaxMsgSize></Meta></SyncHdr>";

    fn message(body: &str) -> String {
        format!("<SyncML xmlns=\"SYNCML:SYNCML1.2\">{HEADER}<SyncBody>{body}</SyncBody></SyncML>")
    }

    /// The published shapes: OMA-DM protocol 1.2 §8, MS-MDM §4.
    #[test]
    fn the_published_shapes_are_read() {
        let text = message(
            "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>\
             <Get><CmdID>2</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>\
             <Atomic><CmdID>3</CmdID><Replace><CmdID>4</CmdID><Meta><Format xmlns=\"syncml:metinf\">int</Format></Meta>\
             <Item><Target><LocURI>./a</LocURI></Target><Data>6</Data></Item>\
             <Item><Target><LocURI>./b</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">chr</Format><Type xmlns=\"syncml:metinf\">text/plain</Type></Meta><Data><![CDATA[<x/>]]></Data></Item></Replace></Atomic>\
             <Final/>",
        );
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(
            (
                read.header.session.as_str(),
                read.header.message.as_str(),
                read.header.target.as_str(),
                read.header.max_bytes
            ),
            ("7", "2", "dev", Some(5000))
        );
        assert!(read.is_final && read.commands.len() == 3);
        assert!(
            matches!(&read.commands[0].kind, Kind::Status { code, command, .. } if code == "212" && command == "0")
        );
        assert!(
            matches!(&read.commands[1].kind, Kind::Get(items) if items[0].target.as_deref() == Some("./DevDetail/SwV"))
        );
        let Kind::Atomic(inner) = &read.commands[2].kind else {
            panic!("{:?}", read.commands);
        };
        assert_eq!(
            (read.commands[2].id.as_str(), inner[0].id.as_str()),
            ("3", "4")
        );
        let Kind::Replace(items) = &inner[0].kind else {
            panic!("{inner:?}");
        };
        assert_eq!(items[0].format.as_deref(), Some("int"));
        assert_eq!(items[1].data.as_deref(), Some("<x/>"));
        assert_eq!(items[1].kind.as_deref(), Some("text/plain"));
    }

    /// [MD-02] [MD-09] Cut, older, crossed and endless messages are not read at all.
    #[test]
    fn messages_of_another_form_are_refused() {
        let good = message("<Final/>");
        assert!(read(good.as_bytes()).is_ok());
        for end in 1..good.len() {
            assert!(
                read(good.get(..end).unwrap().as_bytes()).is_err(),
                "cut at {end}"
            );
        }
        for wrong in [
            good.replace("DM/1.2", "DM/1.1"),
            good.replace("SYNCML1.2\"", "SYNCML1.1\""),
            good.replace("<Final/>", "<Final/><Get><CmdID>1</CmdID></Get>"),
            good.replace("<Final/>", "<x xmlns='urn:x'/>"),
            good.replace("<SyncBody>", "<SyncBody/><SyncBody>"),
            message(&"<Get><CmdID>1</CmdID></Get>".repeat(MAX_COMMANDS + 1)),
            message(&"<Atomic>".repeat(10_000)),
        ] {
            assert!(read(wrong.as_bytes()).is_err());
        }
        let unknown = read(message("<Rm><CmdID>9</CmdID></Rm><Final/>").as_bytes()).unwrap();
        assert_eq!(unknown.commands[0].kind.name(), "Rm");
    }
}
