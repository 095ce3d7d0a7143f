//! The service's description of itself (WSDL 1.1 by WS-MetadataExchange): which endpoint takes name and password over TLS.
//!
//! Policy (says what is wanted) ← binding (names the policy, and the version by its action) ← port (has the address).

use url::Url;

use super::error::DirectError;
use super::rst::Version;
use crate::mdm::xml::{Element, Xml, XmlError};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// WS-Policy: of 2004, and the recommendation.
const POLICY: [&str; 2] = [
    "http://schemas.xmlsoap.org/ws/2004/09/policy",
    "http://www.w3.org/ns/ws-policy",
];
/// WS-SecurityPolicy: 1.1 and 1.2.
const SECURITY_POLICY: [&str; 2] = [
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
];

/// Where name and password are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) version: Version,
}

#[derive(Debug, Default)]
struct Description {
    /// Ids of policies that want a user name token and TLS, and nothing to be signed.
    policies: Vec<String>,
    bindings: Vec<Binding>,
    ports: Vec<Port>,
}

#[derive(Debug, Default)]
struct Binding {
    name: String,
    policy: Option<String>,
    version: Option<Version>,
}

#[derive(Debug, Default)]
struct Port {
    binding: String,
    address: Option<String>,
}

/// The best endpoint of a description that was read from `from`: WS-Trust 1.3 before 2005. Its address must be https on that very
/// host, or on one of `hosts`: the password goes nowhere else.
pub(super) fn choose(bytes: &[u8], from: &Url, hosts: &[String]) -> Result<Endpoint, DirectError> {
    let description = read(bytes)?;
    let mut found = Vec::new();
    for port in &description.ports {
        let binding = description
            .bindings
            .iter()
            .find(|binding| binding.name == port.binding);
        let Some(version) = binding.and_then(|binding| binding.offers(&description)) else {
            continue;
        };
        if let Some(address) = &port.address {
            found.push((version, address.as_str()));
        }
    }
    found.sort_by_key(|(version, _)| *version != Version::Trust13);
    let (version, address) = *found.first().ok_or(DirectError::Endpoint(
        "it takes no name and password from programs",
    ))?;
    let url = Url::parse(address).map_err(|_| DirectError::Endpoint("its address is none"))?;
    if url.scheme() != "https" {
        return Err(DirectError::Endpoint("its address is not behind https"));
    }
    let host = url.host_str().unwrap_or_default();
    let known = from.host_str() == Some(host) || hosts.iter().any(|known| known == host);
    if !known || !url.username().is_empty() || url.password().is_some() {
        return Err(DirectError::Endpoint("its address is on another host"));
    }
    Ok(Endpoint { url, version })
}

impl Binding {
    /// The version, if this binding takes name and password over TLS.
    fn offers(&self, description: &Description) -> Option<Version> {
        let policy = self.policy.as_ref()?;
        description
            .policies
            .contains(policy)
            .then_some(self.version)?
    }
}

fn read(bytes: &[u8]) -> Result<Description, XmlError> {
    let mut xml = Xml::new(bytes)?;
    xml.root(WSDL, "definitions")?;
    let mut description = Description::default();
    while let Some(element) = xml.child()? {
        if POLICY.iter().any(|space| element.is(space, "Policy")) {
            let id = element.attribute("Id").unwrap_or_default().to_owned();
            let mut wants = Wants::default();
            policy(&mut xml, &mut wants)?;
            if wants.tls && wants.user_name && !id.is_empty() {
                description.policies.push(id);
            }
        } else if element.is(WSDL, "binding") {
            description.bindings.push(binding(&mut xml, &element)?);
        } else if element.is(WSDL, "service") {
            service(&mut xml, &mut description.ports)?;
        } else {
            xml.skip()?;
        }
    }
    xml.finish()?;
    Ok(description)
}

/// What a policy asks for.
#[derive(Debug, Default)]
struct Wants {
    tls: bool,
    user_name: bool,
}

fn policy(xml: &mut Xml<'_>, wants: &mut Wants) -> Result<(), XmlError> {
    while let Some(element) = xml.child()? {
        let known = |spaces: &[&str]| spaces.contains(&element.space.as_str());
        match element.name.as_str() {
            "All" | "ExactlyOne" | "Policy" if known(&POLICY) => policy(xml, wants)?,
            "TransportBinding" if known(&SECURITY_POLICY) => {
                wants.tls = true;
                xml.skip()?;
            }
            "SupportingTokens"
            | "SignedSupportingTokens"
            | "EncryptedSupportingTokens"
            | "SignedEncryptedSupportingTokens"
                if known(&SECURITY_POLICY) =>
            {
                policy(xml, wants)?;
            }
            "UsernameToken" if known(&SECURITY_POLICY) => {
                wants.user_name = true;
                xml.skip()?;
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn binding(xml: &mut Xml<'_>, element: &Element) -> Result<Binding, XmlError> {
    let mut binding = Binding {
        name: element.attribute("name").unwrap_or_default().to_owned(),
        ..Binding::default()
    };
    while let Some(part) = xml.child()? {
        if POLICY.iter().any(|space| part.is(space, "PolicyReference")) {
            let reference = part.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
            binding.policy = reference.map(str::to_owned);
            xml.skip()?;
        } else if part.is(WSDL, "operation") {
            while let Some(inner) = xml.child()? {
                if inner.is(SOAP12, "operation") {
                    let action = inner.attribute("soapAction").unwrap_or_default();
                    binding.version = Version::of_action(action).or(binding.version);
                }
                xml.skip()?;
            }
        } else {
            xml.skip()?;
        }
    }
    Ok(binding)
}

fn service(xml: &mut Xml<'_>, ports: &mut Vec<Port>) -> Result<(), XmlError> {
    while let Some(element) = xml.child()? {
        if !element.is(WSDL, "port") {
            xml.skip()?;
            continue;
        }
        let name = element.attribute("binding").unwrap_or_default();
        let mut port = Port {
            binding: name.rsplit(':').next().unwrap_or_default().to_owned(),
            address: None,
        };
        while let Some(part) = xml.child()? {
            if part.is(SOAP12, "address") {
                port.address = part.attribute("location").map(str::to_owned);
            }
            xml.skip()?;
        }
        ports.push(port);
    }
    Ok(())
}

#[cfg(test)]
#[path = "test/mex.rs"]
#[allow(clippy::unwrap_used, clippy::too_many_lines, reason = "tests")]
mod tests;
