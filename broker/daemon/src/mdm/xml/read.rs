//! Reads a document once, from its first byte to its last, without ever holding a tree of it.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// Longest document that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Deepest nesting; real documents stay below 16.
const MAX_DEPTH: usize = 32;
/// Attributes of one element; real ones have at most four.
const MAX_ATTRIBUTES: usize = 16;

/// Why a document is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Longer than 1 MiB, deeper than 32 elements, or an element with more than 16 attributes.
    #[error("the document is larger than any real one")]
    TooLarge,
    /// A document type, an entity of its own, or a processing instruction.
    #[error("the document has a DTD, an entity or an instruction")]
    Forbidden,
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    Encoding,
    /// Not well-formed.
    #[error("the document is not well-formed")]
    Malformed,
    /// Well-formed, and not what belongs here.
    #[error("the document has {0}")]
    Unexpected(&'static str),
}

/// The start of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Namespace, empty where there is none.
    pub space: String,
    /// Local name.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// Whether it is this one.
    pub fn is(&self, space: &str, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A document being read.
///
/// [`Self::child`] gives the next child of the element that is open; its content must then be taken by [`Self::text`],
/// by further calls of `child` until there is none, or by [`Self::skip`].
#[derive(Debug)]
pub struct Xml<'a> {
    text: &'a str,
    reader: NsReader<&'a [u8]>,
    depth: usize,
    /// Where the last event begins, in bytes.
    begin: u64,
}

impl<'a> Xml<'a> {
    /// Nothing is read yet but the encoding.
    pub fn new(bytes: &'a [u8]) -> Result<Self, XmlError> {
        if bytes.len() > MAX_BYTES {
            return Err(XmlError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            text,
            reader,
            depth: 0,
            begin: 0,
        })
    }

    /// The outermost element, which must be this one.
    pub fn root(&mut self, space: &str, name: &str) -> Result<Element, XmlError> {
        match self.child()? {
            Some(root) if root.is(space, name) => Ok(root),
            _ => Err(XmlError::Unexpected("another outermost element")),
        }
    }

    /// The next child, or `None` at the end of the open element. Text between children must be white space.
    pub fn child(&mut self) -> Result<Option<Element>, XmlError> {
        loop {
            match self.next()? {
                Token::Open(element) => return Ok(Some(element)),
                Token::Close => return Ok(None),
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(_) => return Err(XmlError::Unexpected("text where elements belong")),
            }
        }
    }

    /// The text of the element that was just opened, to its end.
    pub fn text(&mut self) -> Result<String, XmlError> {
        let mut whole = String::new();
        loop {
            match self.next()? {
                Token::Text(text) => whole.push_str(&text),
                Token::Close => return Ok(whole),
                Token::Open(_) => {
                    return Err(XmlError::Unexpected("an element where text belongs"));
                }
            }
        }
    }

    /// Passes over the element that was just opened.
    pub fn skip(&mut self) -> Result<(), XmlError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// The element that was just opened, to its end, byte for byte as it stands in the document.
    pub fn whole(&mut self) -> Result<&'a str, XmlError> {
        let begin = usize::try_from(self.begin).map_err(|_| XmlError::TooLarge)?;
        self.skip()?;
        let end = usize::try_from(self.reader.buffer_position()).map_err(|_| XmlError::TooLarge)?;
        self.text
            .get(begin..end)
            .filter(|text| text.starts_with('<') && text.ends_with('>'))
            .ok_or(XmlError::Malformed)
    }

    /// After the outermost element there is nothing.
    pub fn finish(mut self) -> Result<(), XmlError> {
        match self.child() {
            Ok(None) if self.depth == 0 => Ok(()),
            _ => Err(XmlError::Unexpected("more than one outermost element")),
        }
    }

    fn next(&mut self) -> Result<Token, XmlError> {
        loop {
            self.begin = self.reader.buffer_position();
            let (space, event) = self
                .reader
                .read_resolved_event()
                .map_err(|_| XmlError::Malformed)?;
            match event {
                Event::Start(start) => {
                    let element = element(space, &start)?;
                    self.depth = self.depth.saturating_add(1);
                    if self.depth > MAX_DEPTH {
                        return Err(XmlError::TooLarge);
                    }
                    return Ok(Token::Open(element));
                }
                Event::End(_) => {
                    self.depth = self.depth.checked_sub(1).ok_or(XmlError::Malformed)?;
                    return Ok(Token::Close);
                }
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|_| XmlError::Malformed)?;
                    return Ok(Token::Text(text.into_owned()));
                }
                Event::CData(text) => {
                    let text = text.decode().map_err(|_| XmlError::Malformed)?;
                    return Ok(Token::Text(text.into_owned()));
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|_| XmlError::Malformed)?;
                    let raw = format!("&{name};");
                    // The five of XML, and numbers; anything else would be a DTD's.
                    let text =
                        quick_xml::escape::unescape(&raw).map_err(|_| XmlError::Forbidden)?;
                    return Ok(Token::Text(text.into_owned()));
                }
                Event::DocType(_) | Event::PI(_) => return Err(XmlError::Forbidden),
                Event::Decl(declaration) => match declaration.encoding() {
                    None => {}
                    Some(Ok(name)) if name.eq_ignore_ascii_case(b"utf-8") => {}
                    Some(_) => return Err(XmlError::Encoding),
                },
                Event::Comment(_) => {}
                // The end of the document closes what is around its outermost element, and nothing else.
                Event::Eof if self.depth == 0 => return Ok(Token::Close),
                Event::Eof | Event::Empty(_) => return Err(XmlError::Malformed),
            }
        }
    }
}

#[derive(Debug)]
enum Token {
    Open(Element),
    Text(String),
    Close,
}

fn element(space: ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let space = match space {
        ResolveResult::Bound(Namespace(bytes)) => text(bytes)?,
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err(XmlError::Malformed),
    };
    let mut attributes: Vec<(String, String)> = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| XmlError::Malformed)?;
        let name = text(attribute.key.local_name().as_ref())?;
        let raw = text(&attribute.value)?;
        let value = quick_xml::escape::unescape(&raw).map_err(|_| XmlError::Forbidden)?;
        let declares = attribute.key.as_namespace_binding().is_some();
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err(XmlError::TooLarge);
        }
        if !declares {
            if attributes.iter().any(|(known, _)| *known == name) {
                return Err(XmlError::Malformed);
            }
            attributes.push((name, value.into_owned()));
        }
    }
    Ok(Element {
        space,
        name: text(start.local_name().as_ref())?,
        attributes,
    })
}

fn text(bytes: &[u8]) -> Result<String, XmlError> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| XmlError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8]) -> Result<usize, XmlError> {
        let mut xml = Xml::new(bytes)?;
        let mut elements = 0;
        let mut depth = 0_usize;
        loop {
            match xml.next()? {
                Token::Open(_) => (elements, depth) = (elements + 1, depth + 1),
                Token::Close if depth == 0 => return Ok(elements),
                Token::Close => depth -= 1,
                Token::Text(_) => {}
            }
        }
    }

    /// [MD-02] Bombs, entities that read files, documents without end or bottom: refused, and quickly.
    #[test]
    fn hostile_documents_are_refused() {
        let billion = r#"<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>"#;
        let deep = "<a>".repeat(200_000);
        let many = format!(
            "<a {}/>",
            (0..50_000)
                .map(|n| format!("x{n}=''"))
                .collect::<Vec<_>>()
                .join(" ")
        );
        let spaces = format!(
            "<a {}/>",
            (0..20_000)
                .map(|n| format!("xmlns:x{n}='u'"))
                .collect::<Vec<_>>()
                .join(" ")
        );
        let long = format!("<a>{}</a>", "b".repeat(10 * 1024 * 1024));
        let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (name, bytes) in [
            ("billion laughs", billion.as_bytes()),
            (
                "a file",
                br#"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"#,
            ),
            ("an entity without a DTD", b"<a>&x;</a>"),
            ("an entity in an attribute", b"<a b='&x;'/>"),
            ("an instruction", b"<?xml-stylesheet href='x'?><a/>"),
            ("10^5 levels", deep.as_bytes()),
            ("10^4 attributes", many.as_bytes()),
            ("10^4 namespaces", spaces.as_bytes()),
            ("10 MiB", long.as_bytes()),
            (
                "another encoding",
                b"<?xml version='1.0' encoding='latin1'?><a/>",
            ),
            ("bytes that are no UTF-8", b"<a>\xff</a>"),
            ("a surrogate", b"<a>&#xD800;</a>"),
            ("no end", b"<a><b></b>"),
            ("crossed ends", b"<a><b></a></b>"),
            ("a prefix of nobody", b"<x:a/>"),
            ("the same attribute twice", b"<a b='1' b='2'/>"),
        ] {
            assert!(walk(bytes).is_err(), "{name}");
        }
        assert!(walk(&utf16).is_err(), "UTF-16");
    }

    /// Prefixes are anybody's choice; namespaces and content are not.
    #[test]
    fn prefixes_do_not_matter() {
        for text in [
            "<a xmlns='u'><b c='1'>x &amp; <![CDATA[<y>]]>&#33;</b><!-- - --> </a>",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><p:a xmlns:p='u'><p:b c='1'>x &#38; &lt;y&gt;!</p:b></p:a>",
        ] {
            let mut xml = Xml::new(text.as_bytes()).unwrap();
            xml.root("u", "a").unwrap();
            let b = xml.child().unwrap().unwrap();
            assert!(b.is("u", "b") && b.attribute("c") == Some("1"), "{b:?}");
            assert_eq!(xml.text().unwrap(), "x & <y>!");
            assert_eq!(xml.child(), Ok(None));
            xml.finish().unwrap();
        }
    }

    /// Whatever canonical form would make of it, it stays as it is: quotes, blanks, comments, empty elements.
    #[test]
    fn an_element_is_taken_out_byte_for_byte() {
        for inner in [
            "<b/>",
            "<b  x = '1'\ty=\"&#33;\" ><!-- c --> <c xmlns=''/>&amp;<![CDATA[</b>]]></b >",
            "<p:b xmlns:p=\"u\">\u{e4}\r\n</p:b>",
        ] {
            let text = format!("\u{feff}<a>\n {inner} \n<d/></a>");
            let mut xml = Xml::new(text.as_bytes()).unwrap();
            xml.root("", "a").unwrap();
            xml.child().unwrap().unwrap();
            assert_eq!(xml.whole(), Ok(inner));
            assert!(xml.child().unwrap().unwrap().is("", "d"));
        }
    }

    /// A second outermost element or text around it is not a document; white space is.
    #[test]
    fn there_is_one_outermost_element() {
        for (text, good) in [("<a/><b/>", false), ("<a/>b", false), ("<a/>\r\n ", true)] {
            let mut xml = Xml::new(text.as_bytes()).unwrap();
            xml.root("", "a").unwrap();
            xml.skip().unwrap();
            assert_eq!(xml.finish().is_ok(), good, "{text}");
        }
    }
}
