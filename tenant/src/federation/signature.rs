//! The signature, in exactly one profile: enveloped, exclusive canonical form, one reference to the assertion around it
//! (federation reference §2.6 points 3 to 5). The configured certificates are the only keys there can be.

use bergshamra_dsig::verify::verify_document_with_source;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use bergshamra_keys::loader::load_x509_cert_der;
use dovetail_shared::encode::b64;
use uppsala::{Document, NodeId};

use super::document::{DSIG, Parsed, attribute, element, elements, text};
use super::error::FederationError;

const C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const METHODS: &[&str] = &[
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];
const DIGESTS: &[&str] = &[
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// An element that the domain signed: the only thing from which claims are taken.
#[derive(Debug)]
pub(super) struct Signed<'p, 'a> {
    pub(super) parsed: &'p Parsed<'a>,
    pub(super) node: NodeId,
}

/// Checks the signature with these certificates (DER).
pub(super) fn verify<'p, 'a>(
    parsed: &'p Parsed<'a>,
    certificates: &[Vec<u8>],
) -> Result<Signed<'p, 'a>, FederationError> {
    profile(parsed)?;
    let mut keys = KeysManager::new();
    for certificate in certificates {
        let mut key = load_x509_cert_der(certificate).map_err(|_| FederationError::Key)?;
        // A configured key is trusted as such: no chain, no end of validity of a self-signed certificate is asked for.
        key.x509_chain.clear();
        keys.add_key(key);
    }
    if keys.is_empty() {
        return Err(FederationError::Key);
    }
    // `new` trusts the given keys only, wants local digests, and refuses references to elsewhere.
    let context = DsigContext::new(keys);
    let result = verify_document_with_source(&context, &parsed.tree, Some(parsed.text));
    match result {
        Ok(VerifyResult::Valid {
            signature_node,
            references,
            ..
        }) => {
            let [reference] = references.as_slice() else {
                return Err(FederationError::Signature("not one reference"));
            };
            // What was signed is what was looked at, not something of the same name.
            if signature_node != parsed.signature
                || reference.resolved_node != Some(parsed.assertion)
                || !reference.digest_verified
            {
                return Err(FederationError::Signature("it covers something else"));
            }
            Ok(Signed {
                parsed,
                node: parsed.assertion,
            })
        }
        Ok(VerifyResult::Invalid { .. }) | Err(_) => {
            Err(if foreign(&parsed.tree, parsed.signature, certificates) {
                FederationError::Key
            } else {
                FederationError::Signature("value or digest is wrong")
            })
        }
    }
}

/// Whether the signature itself names a certificate that is not configured. Only for a better refusal.
fn foreign(tree: &Document<'_>, signature: NodeId, certificates: &[Vec<u8>]) -> bool {
    let named: Vec<String> = tree
        .descendants(signature)
        .into_iter()
        .filter(|node| {
            tree.element(*node)
                .is_some_and(|it| it.matches_name_ns(DSIG, "X509Certificate"))
        })
        .map(|node| tree.text_content_deep(node).split_whitespace().collect())
        .collect();
    !named.is_empty() && !certificates.iter().any(|known| named.contains(&b64(known)))
}

/// Refuses every signature that is not of the one form.
fn profile(parsed: &Parsed<'_>) -> Result<(), FederationError> {
    let tree = &parsed.tree;
    let parts = named(tree, parsed.signature)?;
    let (info, value) = match parts.as_slice() {
        [("SignedInfo", info), ("SignatureValue", value)]
        | [
            ("SignedInfo", info),
            ("SignatureValue", value),
            ("KeyInfo", _),
        ] => (*info, *value),
        _ => return Err(FederationError::Signature("parts that do not belong there")),
    };
    text(tree, value)?;
    let parts = named(tree, info)?;
    let [
        ("CanonicalizationMethod", c14n),
        ("SignatureMethod", method),
        ("Reference", reference),
    ] = parts.as_slice()
    else {
        return Err(FederationError::Signature(
            "SignedInfo is not of one reference",
        ));
    };
    algorithm(tree, *c14n, &[C14N])?;
    algorithm(tree, *method, METHODS)?;
    let uri = attribute(element(tree, *reference)?, "URI");
    if uri.and_then(|uri| uri.strip_prefix('#')) != Some(parsed.id.as_str()) {
        return Err(FederationError::Signature("it refers to something else"));
    }
    let parts = named(tree, *reference)?;
    let [
        ("Transforms", transforms),
        ("DigestMethod", digest),
        ("DigestValue", value),
    ] = parts.as_slice()
    else {
        return Err(FederationError::Signature("the reference has other parts"));
    };
    algorithm(tree, *digest, DIGESTS)?;
    text(tree, *value)?;
    match named(tree, *transforms)?.as_slice() {
        [("Transform", first), ("Transform", second)] => {
            algorithm(tree, *first, &[ENVELOPED])?;
            algorithm(tree, *second, &[C14N])
        }
        _ => Err(FederationError::Signature("other transforms")),
    }
}

/// The children by name; all of them must be of the signature's namespace.
fn named<'t>(
    tree: &'t Document<'_>,
    node: NodeId,
) -> Result<Vec<(&'t str, NodeId)>, FederationError> {
    elements(tree, node)
        .map(|child| {
            let name = &element(tree, child)?.name;
            if name.namespace_uri.as_deref() == Some(DSIG) {
                Ok((name.local_name.as_ref(), child))
            } else {
                Err(FederationError::Signature("parts of another kind"))
            }
        })
        .collect()
}

/// One of the known algorithms, without parameters.
fn algorithm(tree: &Document<'_>, node: NodeId, known: &[&str]) -> Result<(), FederationError> {
    let named = attribute(element(tree, node)?, "Algorithm");
    if elements(tree, node).next().is_some() || !named.is_some_and(|it| known.contains(&it)) {
        return Err(FederationError::Signature(
            "an algorithm that is not allowed",
        ));
    }
    Ok(())
}
