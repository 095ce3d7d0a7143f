//! XML that others sent, as a small tree. No document type, no entities but XML's own five, UTF-8 only; bounded in bytes, depth
//! and number. Nothing here recurses.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// Longest document.
const MAX_BYTES: usize = 256 * 1024;
/// An envelope with an enrollment in it is 7 deep, a SyncML message with Atomic 8.
const MAX_DEPTH: usize = 24;
/// A session's largest message has some 20 elements for each of its 100 nodes.
const MAX_ELEMENTS: usize = 10_000;

/// Why a document is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::mdm) enum XmlError {
    #[error("the document is longer than 256 KiB")]
    TooLong,
    #[error("the document is not UTF-8")]
    Encoding,
    #[error("the document declares a document type")]
    DocumentType,
    #[error("the document refers to an entity that is not XML's own")]
    Entity,
    #[error("the document is nested too deeply")]
    TooDeep,
    #[error("the document has too many elements")]
    TooMany,
    #[error("the document holds a processing instruction")]
    Instruction,
    #[error("text stands between elements")]
    Mixed,
    #[error("the document is not well-formed XML")]
    Form,
}

/// The namespaces that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mdm) enum Ns {
    None,
    Soap,
    Addressing,
    Security,
    Utility,
    Trust,
    Authorization,
    Enrollment,
    EnrollmentPolicy,
    Discovery,
    SyncMl,
    MetInf,
    Other,
}

impl Ns {
    fn of(result: &ResolveResult<'_>) -> Result<Self, XmlError> {
        let uri = match result {
            ResolveResult::Unbound => return Ok(Self::None),
            ResolveResult::Unknown(_) => return Err(XmlError::Form),
            ResolveResult::Bound(namespace) => namespace.into_inner(),
        };
        Ok(match uri {
            b"" => Self::None,
            b"http://www.w3.org/2003/05/soap-envelope" => Self::Soap,
            b"http://www.w3.org/2005/08/addressing" => Self::Addressing,
            b"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" => {
                Self::Security
            }
            b"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" => {
                Self::Utility
            }
            b"http://docs.oasis-open.org/ws-sx/ws-trust/200512"
            | b"http://docs.oasis-open.org/ws-sx/ws-trust/200512/" => Self::Trust,
            b"http://schemas.xmlsoap.org/ws/2006/12/authorization" => Self::Authorization,
            b"http://schemas.microsoft.com/windows/pki/2009/01/enrollment" => Self::Enrollment,
            b"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy" => {
                Self::EnrollmentPolicy
            }
            b"http://schemas.microsoft.com/windows/management/2012/01/enrollment"
            | b"http://schemas.microsoft.com/windows/management/2012/01/enrollment/" => {
                Self::Discovery
            }
            b"SYNCML:SYNCML1.2" => Self::SyncMl,
            b"syncml:metinf" => Self::MetInf,
            _ => Self::Other,
        })
    }
}

/// An element: text or children, not both.
#[derive(Debug)]
pub(in crate::mdm) struct Element {
    pub(in crate::mdm) ns: Ns,
    pub(in crate::mdm) name: String,
    attributes: Vec<(Ns, String, String)>,
    text: String,
    pub(in crate::mdm) children: Vec<Element>,
}

impl Element {
    pub(in crate::mdm) fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    /// Its text without the white space around it; empty for an element with children.
    pub(in crate::mdm) fn text(&self) -> &str {
        self.text.trim_matches([' ', '\t', '\r', '\n'])
    }

    /// The attribute of that name.
    pub(in crate::mdm) fn attribute(&self, ns: Ns, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(space, local, _)| *space == ns && local == name)
            .map(|(_, _, value)| value.as_str())
    }

    /// The children of that name.
    pub(in crate::mdm) fn all<'a>(
        &'a self,
        ns: Ns,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Self> + 'a {
        self.children.iter().filter(move |child| child.is(ns, name))
    }

    /// The only child of that name: `None` when there is none, an error when there are two.
    pub(in crate::mdm) fn one(&self, ns: Ns, name: &str) -> Result<Option<&Self>, Repeated> {
        let mut found = self.children.iter().filter(|child| child.is(ns, name));
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Repeated),
        }
    }
}

/// Something stands twice that may stand once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an element stands twice that may stand once")]
pub(in crate::mdm) struct Repeated;

/// Reads a whole document.
pub(in crate::mdm) fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > MAX_BYTES {
        return Err(XmlError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().any(forbidden) {
        return Err(XmlError::Form);
    }
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_comments = true;
    let (mut open, mut root, mut count) = (Vec::<Element>::new(), None, 0_usize);
    loop {
        match reader.read_event().map_err(|_| XmlError::Form)? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                if count > MAX_ELEMENTS {
                    return Err(XmlError::TooMany);
                }
                if root.is_some() {
                    return Err(XmlError::Form);
                }
                open.push(element(&reader, &start)?);
            }
            Event::End(_) => {
                let done = open.pop().ok_or(XmlError::Form)?;
                if !done.children.is_empty() && !done.text().is_empty() {
                    return Err(XmlError::Mixed);
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => root = Some(done),
                }
            }
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|_| XmlError::Form)?;
                append(&mut open, &text)?;
            }
            Event::CData(text) => {
                let text = text.xml10_content().map_err(|_| XmlError::Form)?;
                open.last_mut().ok_or(XmlError::Form)?.text.push_str(&text);
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| XmlError::Form)?;
                if let Some(character) = character {
                    if forbidden(character) {
                        return Err(XmlError::Form);
                    }
                    append(&mut open, character.encode_utf8(&mut [0; 4]))?;
                } else {
                    let name = reference.decode().map_err(|_| XmlError::Form)?;
                    let text = resolve_predefined_entity(&name).ok_or(XmlError::Entity)?;
                    append(&mut open, text)?;
                }
            }
            Event::Decl(declaration) => declared(&declaration, count == 0 && root.is_none())?,
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::PI(_) => return Err(XmlError::Instruction),
            Event::Comment(_) => {}
            Event::Empty(_) => return Err(XmlError::Form),
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(XmlError::Form);
    }
    root.ok_or(XmlError::Form)
}

/// What XML 1.0 §2.2 leaves out.
fn forbidden(character: char) -> bool {
    (character < ' ' && !['\t', '\n', '\r'].contains(&character))
        || ['\u{fffe}', '\u{ffff}'].contains(&character)
}

/// Text outside the root is white space or an error.
fn append(open: &mut [Element], text: &str) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(XmlError::Form),
    }
    Ok(())
}

fn declared(declaration: &BytesDecl<'_>, first: bool) -> Result<(), XmlError> {
    if !first {
        return Err(XmlError::Form);
    }
    let encoding = declaration
        .encoding()
        .transpose()
        .map_err(|_| XmlError::Form)?
        .unwrap_or(Cow::Borrowed(b"utf-8"));
    if !encoding.eq_ignore_ascii_case(b"utf-8") {
        return Err(XmlError::Encoding);
    }
    Ok(())
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let (space, local) = reader.resolver().resolve_element(start.name());
    let mut made = Element {
        ns: Ns::of(&space)?,
        name: word(local.into_inner())?,
        attributes: Vec::new(),
        text: String::new(),
        children: Vec::new(),
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlError::Form)?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (space, local) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| XmlError::Entity)?
            .into_owned();
        let (space, local) = (Ns::of(&space)?, word(local.into_inner())?);
        if value.chars().any(forbidden) || made.attribute(space, &local).is_some() {
            return Err(XmlError::Form);
        }
        made.attributes.push((space, local, value));
    }
    Ok(made)
}

fn word(bytes: &[u8]) -> Result<String, XmlError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| XmlError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> XmlError {
        parse(text.as_bytes()).unwrap_err()
    }

    /// Namespaces are resolved whatever the prefixes, CDATA and references are text, the five entities are known.
    #[test]
    fn a_document_is_read_as_what_it_means() {
        let root = parse(
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><x:a xmlns:x='SYNCML:SYNCML1.2' xmlns='syncml:metinf'><Type p='&lt;1&#x41;'>a&amp;b<![CDATA[<c>]]>&#228;</Type></x:a>\n".as_bytes(),
        )
        .unwrap();
        assert!(root.is(Ns::SyncMl, "a"));
        let child = root.one(Ns::MetInf, "Type").unwrap().unwrap();
        assert_eq!(child.text(), "a&b<c>ä");
        assert_eq!(child.attribute(Ns::None, "p"), Some("<1A"));
    }

    /// [MD-02] Document types, entities (expanding, external, unknown) are refused before anything of them is expanded.
    #[test]
    fn document_types_and_entities_are_refused() {
        let bomb = format!(
            "<!DOCTYPE a [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;\">]><a>&b;</a>",
            "x".repeat(1000)
        );
        assert_eq!(refused(&bomb), XmlError::DocumentType);
        assert_eq!(
            refused("<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><a>&a;</a>"),
            XmlError::DocumentType
        );
        assert_eq!(
            refused("<!DOCTYPE a SYSTEM 'http://x/'><a/>"),
            XmlError::DocumentType
        );
        assert_eq!(refused("<a>&b;</a>"), XmlError::Entity);
        assert_eq!(refused("<a b='&c;'/>"), XmlError::Entity);
        assert_eq!(refused("<a><?php x?></a>"), XmlError::Instruction);
    }

    /// [MD-02] Depth, number and length are bounded, and a million open elements do not overflow any stack.
    #[test]
    fn depth_number_and_length_are_bounded() {
        assert_eq!(refused(&"<a>".repeat(80_000)), XmlError::TooDeep);
        assert_eq!(
            refused(&format!("<a>{}</a>", "<b/>".repeat(20_000))),
            XmlError::TooMany
        );
        assert_eq!(
            refused(&format!("<a>{}</a>", "x".repeat(10 * 1024 * 1024))),
            XmlError::TooLong
        );
    }

    /// Other encodings, control characters, stray text and half documents are refused.
    #[test]
    fn what_is_not_a_document_is_refused() {
        assert_eq!(
            refused("<?xml version='1.0' encoding='UTF-16'?><a/>"),
            XmlError::Encoding
        );
        let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&utf16).unwrap_err(), XmlError::Form);
        assert_eq!(parse(b"<a>\xff</a>").unwrap_err(), XmlError::Encoding);
        for text in [
            "",
            "a",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<a b='1' b='2'/>",
            "<x:a/>",
            "<a><?xml version='1.0'?></a>",
            "<a b=1/>",
            "<a>&#xD800;</a>",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(refused("<a>x<b/></a>"), XmlError::Mixed);
    }

    /// Half of any document is not a document.
    #[test]
    fn every_prefix_of_a_document_is_refused() {
        let whole = "<a xmlns='SYNCML:SYNCML1.2'><b c='d'>e&amp;<![CDATA[f]]></b></a>";
        for end in 0..whole.len() {
            assert!(parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
