//! The metadata document of a sign-in service (WS-Federation 1.2 §3): issuer, addresses, signing certificates. Its own signature
//! is not looked at: the administrator who hands the file over vouches for it.

use dovetail_shared::UnixTime;
use uppsala::{Document, NodeId, Parser};
use url::Url;

use super::certificate::{CertificateError, certificate};
use super::document::{DSIG, attribute, elements};
use super::limits::LARGEST;

const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const FED: &str = "http://docs.oasis-open.org/wsfed/federation/200706";

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) issuer: Option<String>,
    pub(crate) passive_url: Option<Url>,
    pub(crate) active_url: Option<Url>,
    pub(crate) mex_url: Option<Url>,
    /// DER, at most two: the present one and the next one.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// Why a document is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetadataError {
    #[error("this is no XML without a DTD, or it is too large")]
    Unreadable,
    #[error("this is no EntityDescriptor")]
    NoEntity,
    #[error("it describes no sign-in service (SecurityTokenServiceType)")]
    NoService,
    #[error("it names more than two signing certificates")]
    TooMany,
    #[error("signing certificate: {0}")]
    Certificate(#[from] CertificateError),
}

/// Reads it.
pub(crate) fn metadata(xml: &[u8], now: UnixTime) -> Result<Metadata, MetadataError> {
    if xml.len() > 4 * LARGEST {
        return Err(MetadataError::Unreadable);
    }
    let text = std::str::from_utf8(xml).map_err(|_| MetadataError::Unreadable)?;
    let tree = Parser::new()
        .with_forbid_dtd(true)
        .with_max_depth(64)
        .parse(text.trim_start_matches('\u{feff}'))
        .map_err(|_| MetadataError::Unreadable)?;
    let root = tree.document_element().ok_or(MetadataError::Unreadable)?;
    let entity = tree
        .element(root)
        .filter(|it| it.matches_name_ns(MD, "EntityDescriptor"))
        .ok_or(MetadataError::NoEntity)?;
    let role = elements(&tree, root)
        .find(|node| service(&tree, *node))
        .ok_or(MetadataError::NoService)?;
    Ok(Metadata {
        issuer: attribute(entity, "entityID").map(str::to_owned),
        passive_url: endpoint(&tree, role, "PassiveRequestorEndpoint"),
        active_url: endpoint(&tree, role, "SecurityTokenServiceEndpoint"),
        mex_url: None,
        certificates: signing(&tree, role, now)?,
    })
}

/// A `RoleDescriptor` of a sign-in service; the type's prefix is the document's own choice.
fn service(tree: &Document<'_>, node: NodeId) -> bool {
    tree.element(node).is_some_and(|it| {
        it.matches_name_ns(MD, "RoleDescriptor")
            && it
                .get_attribute("type")
                .is_some_and(|kind| kind.rsplit(':').next() == Some("SecurityTokenServiceType"))
    })
}

/// The first address of that kind.
fn endpoint(tree: &Document<'_>, role: NodeId, kind: &str) -> Option<Url> {
    let place = elements(tree, role).find(|node| {
        tree.element(*node)
            .is_some_and(|it| it.matches_name_ns(FED, kind))
    })?;
    let address = tree.descendants(place).into_iter().find(|node| {
        tree.element(*node)
            .is_some_and(|it| it.name.local_name == "Address")
    })?;
    Url::parse(tree.text_content_deep(address).trim()).ok()
}

fn signing(
    tree: &Document<'_>,
    role: NodeId,
    now: UnixTime,
) -> Result<Vec<Vec<u8>>, MetadataError> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for key in elements(tree, role) {
        let is_signing = tree.element(key).is_some_and(|it| {
            it.matches_name_ns(MD, "KeyDescriptor")
                && attribute(it, "use").is_none_or(|purpose| purpose == "signing")
        });
        if !is_signing {
            continue;
        }
        for node in tree.descendants(key) {
            if tree
                .element(node)
                .is_some_and(|it| it.matches_name_ns(DSIG, "X509Certificate"))
            {
                let text: String = tree.text_content_deep(node).split_whitespace().collect();
                let der = dovetail_shared::encode::from_b64(&text)
                    .map_err(|_| CertificateError::Unreadable)?;
                let der = certificate(&der, now)?;
                if !found.contains(&der) {
                    found.push(der);
                }
            }
        }
    }
    if found.len() > 2 {
        return Err(MetadataError::TooMany);
    }
    Ok(found)
}
