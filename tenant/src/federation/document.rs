//! Reading: one parser, one tree, one assertion. Signature and claims are later taken from this very tree, so that no second
//! reading can see something else.

use uppsala::{Document, Element, NodeId, Parser};

use super::error::FederationError;
use super::limits;

/// Deepest; a real one has about ten levels.
const DEEPEST: u32 = 32;

pub(super) const SAML1: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
pub(super) const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const WST: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";

/// Attributes that name an element for a signature's reference, whatever their prefix.
const IDS: &[&str] = &["AssertionID", "ID", "Id", "id"];

/// What is expected at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `RequestSecurityTokenResponse` of WS-Trust February 2005, as a browser brings it (`wresult`).
    Answer,
    /// The assertion itself, as a program brings it.
    Assertion,
}

/// Which SAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

impl Version {
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::One => SAML1,
            Self::Two => SAML2,
        }
    }
}

/// A document with one assertion at the right place and one signature in it. Nothing in it is believed yet.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    pub(super) tree: Document<'a>,
    pub(super) text: &'a str,
    pub(super) assertion: NodeId,
    pub(super) signature: NodeId,
    pub(super) version: Version,
    /// The assertion's own name.
    pub(super) id: String,
}

/// Reads it.
pub(super) fn parse(xml: &[u8], shape: Shape) -> Result<Parsed<'_>, FederationError> {
    let text = std::str::from_utf8(xml).map_err(|_| FederationError::Unreadable("not UTF-8"))?;
    limits::check(text)?;
    let tree = Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_depth(DEEPEST)
        .parse(text)
        .map_err(|_| FederationError::Unreadable("no well-formed XML without a DTD"))?;
    let declared = tree.xml_declaration.as_ref();
    if declared
        .and_then(|it| it.encoding.as_deref())
        .is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8"))
    {
        return Err(FederationError::Unreadable("another encoding is declared"));
    }
    let survey = survey(&tree)?;
    let root = tree
        .document_element()
        .ok_or(FederationError::Shape("no root"))?;
    let assertion = match shape {
        Shape::Assertion => root,
        Shape::Answer => requested(&tree, root)?,
    };
    if survey.assertions != [assertion] {
        return Err(FederationError::Assertion("not one assertion in its place"));
    }
    let element = element(&tree, assertion)?;
    let version = if element.matches_name_ns(SAML1, "Assertion") {
        Version::One
    } else if element.matches_name_ns(SAML2, "Assertion") {
        Version::Two
    } else {
        return Err(FederationError::Assertion("of an unknown kind"));
    };
    let [signature] = survey.signatures.as_slice() else {
        return Err(FederationError::Signature("not one signature"));
    };
    if tree.parent(*signature) != Some(assertion) {
        return Err(FederationError::Signature("not in the assertion"));
    }
    let name = match version {
        Version::One => "AssertionID",
        Version::Two => "ID",
    };
    let id = attribute(element, name)
        .filter(|id| !id.is_empty())
        .ok_or(FederationError::Assertion("it has no name"))?
        .to_owned();
    Ok(Parsed {
        signature: *signature,
        tree,
        text,
        assertion,
        version,
        id,
    })
}

/// What stands anywhere in the document.
struct Survey {
    assertions: Vec<NodeId>,
    signatures: Vec<NodeId>,
}

/// Looks at every element once: no name twice.
fn survey(tree: &Document<'_>) -> Result<Survey, FederationError> {
    let mut found = Survey {
        assertions: Vec::new(),
        signatures: Vec::new(),
    };
    let mut ids = std::collections::BTreeSet::new();
    for node in tree.descendants(tree.root()) {
        let Some(element) = tree.element(node) else {
            continue;
        };
        match element.name.local_name.as_ref() {
            "Assertion" => found.assertions.push(node),
            "Signature" => found.signatures.push(node),
            "EncryptedData" | "EncryptedAssertion" => {
                return Err(FederationError::Assertion(
                    "encrypted assertions are not supported",
                ));
            }
            _ => {}
        }
        for attribute in &element.attributes {
            if IDS.contains(&attribute.name.local_name.as_ref())
                && !ids.insert(attribute.value.to_string())
            {
                return Err(FederationError::Signature("a name stands twice"));
            }
        }
    }
    Ok(found)
}

/// The one child of the one `RequestedSecurityToken` of a response.
fn requested(tree: &Document<'_>, root: NodeId) -> Result<NodeId, FederationError> {
    if !element(tree, root)?.matches_name_ns(WST, "RequestSecurityTokenResponse") {
        return Err(FederationError::Shape(
            "no RequestSecurityTokenResponse of WS-Trust February 2005",
        ));
    }
    let tokens: Vec<NodeId> = elements(tree, root)
        .filter(|node| {
            tree.element(*node)
                .is_some_and(|it| it.matches_name_ns(WST, "RequestedSecurityToken"))
        })
        .collect();
    let [token] = tokens.as_slice() else {
        return Err(FederationError::Shape("not one RequestedSecurityToken"));
    };
    let mut children = elements(tree, *token);
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(FederationError::Shape("not one token")),
    }
}

/// The children that are elements.
pub(super) fn elements<'t>(
    tree: &'t Document<'_>,
    node: NodeId,
) -> impl Iterator<Item = NodeId> + 't {
    tree.children_iter(node)
        .filter(|child| tree.element(*child).is_some())
}

/// The element at a node.
pub(super) fn element<'t, 'a>(
    tree: &'t Document<'a>,
    node: NodeId,
) -> Result<&'t Element<'a>, FederationError> {
    tree.element(node)
        .ok_or(FederationError::Shape("no element"))
}

/// An attribute without namespace.
pub(super) fn attribute<'t>(element: &'t Element<'_>, name: &str) -> Option<&'t str> {
    element
        .attributes
        .iter()
        .find(|it| it.name.namespace_uri.is_none() && it.name.local_name == name)
        .map(|it| it.value.as_ref())
}

/// The whole text of an element that holds nothing but text, without the white space around it.
pub(super) fn text(tree: &Document<'_>, node: NodeId) -> Result<String, FederationError> {
    if elements(tree, node).next().is_some() {
        return Err(FederationError::Assertion("elements where text belongs"));
    }
    Ok(tree.text_content_deep(node).trim_ascii().to_owned())
}
