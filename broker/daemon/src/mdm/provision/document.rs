//! The form: characteristics within characteristics, and parameters in them.

use crate::mdm::error::MdmError;
use crate::mdm::xml::{Element, Xml, XmlError};
use dovetail_shared::Code;

/// Parameters of one document; real ones have some dozens.
const MAX_PARMS: usize = 2000;
/// Longest name of a characteristic or parameter, in bytes.
const MAX_NAME: usize = 256;

/// A parameter with the characteristics around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parm {
    /// The `type` of each characteristic around it, outermost first.
    pub path: Vec<String>,
    /// `name`
    pub name: String,
    /// `value`; some have only a name.
    pub value: String,
    /// `datatype`, where it is given.
    pub datatype: Option<String>,
}

impl Parm {
    /// Whether it stands in exactly these characteristics, whatever the case of their names' letters.
    pub fn is_in(&self, path: &[&str]) -> bool {
        self.path.len() == path.len()
            && self
                .path
                .iter()
                .zip(path)
                .all(|(ours, wanted)| ours.eq_ignore_ascii_case(wanted))
    }
}

/// The document's parameters in their order, and how often an outermost characteristic of a type stood in it.
#[derive(Debug, Default)]
pub struct Document {
    /// All of them.
    pub parms: Vec<Parm>,
    /// The outermost characteristics' types in their order.
    pub outermost: Vec<String>,
}

/// Reads the form. Anything but characteristics and parameters, or one parameter twice in one place, is a refusal.
pub fn read(bytes: &[u8]) -> Result<Document, MdmError> {
    let wrong = |_: XmlError| MdmError::Provision(Code::MDM_PROVISION, "cannot be read");
    let mut xml = Xml::new(bytes).map_err(wrong)?;
    let root = xml.root("", "wap-provisioningdoc").map_err(wrong)?;
    if root.attribute("version") != Some("1.1") {
        return Err(MdmError::Provision(
            Code::MDM_PROVISION,
            "is of another version than 1.1",
        ));
    }
    let mut document = Document::default();
    characteristics(&mut xml, &mut Vec::new(), &mut document).map_err(wrong)?;
    xml.finish().map_err(wrong)?;
    Ok(document)
}

fn characteristics(
    xml: &mut Xml<'_>,
    path: &mut Vec<String>,
    document: &mut Document,
) -> Result<(), XmlError> {
    let mut names: Vec<String> = Vec::new();
    while let Some(element) = xml.child()? {
        match element.name.as_str() {
            "characteristic" => {
                let kind = name(&element, "type")?;
                if path.is_empty() {
                    document.outermost.push(kind.clone());
                }
                path.push(kind);
                characteristics(xml, path, document)?;
                path.pop();
            }
            "parm" if !path.is_empty() => {
                let parm = Parm {
                    path: path.clone(),
                    name: name(&element, "name")?,
                    value: element.attribute("value").unwrap_or_default().to_owned(),
                    datatype: element.attribute("datatype").map(str::to_owned),
                };
                if names.contains(&parm.name) {
                    return Err(XmlError::Unexpected("one parameter twice"));
                }
                names.push(parm.name.clone());
                if document.parms.len() >= MAX_PARMS {
                    return Err(XmlError::TooLarge);
                }
                document.parms.push(parm);
                if xml.child()?.is_some() {
                    return Err(XmlError::Unexpected("something in a parameter"));
                }
            }
            _ => return Err(XmlError::Unexpected("an unknown element")),
        }
    }
    Ok(())
}

fn name(element: &Element, attribute: &str) -> Result<String, XmlError> {
    let good = |text: &&str| {
        !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
    };
    element
        .attribute(attribute)
        .filter(good)
        .map(str::to_owned)
        .ok_or(XmlError::Unexpected("something without a name"))
}
