//! What a signed assertion says. Strict: an element that is not known, or stands twice, is refused, not skipped.
//! SAML 1.1 core §2.3, SAML 2.0 core §2.3; the claims are the cloud's own (federation reference §2.3).

use std::collections::BTreeMap;

use dovetail_shared::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uppsala::{Document, NodeId};

use super::document::{DSIG, Parsed, Version, attribute, element, elements, text};
use super::error::FederationError;
use super::signature::Signed;

const UPN: &str = "http://schemas.xmlsoap.org/claims/UPN";
const IMMUTABLE_ID: &str = "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID";
const METHODS: &str = "http://schemas.microsoft.com/claims/authnmethodsreferences";
const BEARER: &[&str] = &[
    "urn:oasis:names:tc:SAML:1.0:cm:bearer",
    "urn:oasis:names:tc:SAML:2.0:cm:bearer",
];

/// How the bearer is to be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// Who brings it is who it is about.
    Bearer,
    /// Not said.
    Silent,
}

/// What it says.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) id: String,
    pub(super) issuer: String,
    pub(super) issued: UnixTime,
    pub(super) not_before: UnixTime,
    pub(super) not_on_or_after: UnixTime,
    /// Every condition's audiences; each condition must be met.
    pub(super) audiences: Vec<Vec<String>>,
    pub(super) confirmation: Confirmation,
    pub(super) upn: String,
    pub(super) immutable_id: String,
    /// URIs of how the person was recognised.
    pub(super) methods: Vec<String>,
}

/// Who claims to have issued it: only to find the keys to check that with.
pub(super) fn claimed_issuer(parsed: &Parsed<'_>) -> Result<String, FederationError> {
    let missing = FederationError::Assertion("it has no issuer");
    match parsed.version {
        Version::One => attribute(element(&parsed.tree, parsed.assertion)?, "Issuer")
            .map(str::to_owned)
            .ok_or(missing),
        Version::Two => {
            let issuer = elements(&parsed.tree, parsed.assertion)
                .next()
                .filter(|first| {
                    parsed
                        .tree
                        .element(*first)
                        .is_some_and(|it| it.matches_name_ns(parsed.version.namespace(), "Issuer"))
                })
                .ok_or(missing)?;
            text(&parsed.tree, issuer)
        }
    }
}

/// Reads the signed element.
pub(super) fn read(signed: &Signed<'_, '_>) -> Result<Claims, FederationError> {
    let parsed = signed.parsed;
    let (tree, root) = (&parsed.tree, signed.node);
    let top = element(tree, root)?;
    let versions = match parsed.version {
        Version::One => {
            (
                attribute(top, "MajorVersion"),
                attribute(top, "MinorVersion"),
            ) == (Some("1"), Some("1"))
        }
        Version::Two => attribute(top, "Version") == Some("2.0"),
    };
    if !versions {
        return Err(FederationError::Assertion("of another version"));
    }
    let mut reading = Reading {
        tree,
        version: parsed.version,
        validity: None,
        audiences: Vec::new(),
        subjects: Vec::new(),
        confirmations: Vec::new(),
        confirmed_until: None,
        attributes: BTreeMap::new(),
        methods: Vec::new(),
    };
    for child in elements(tree, root) {
        let name = &element(tree, child)?.name;
        if name.namespace_uri.as_deref() == Some(DSIG) {
            continue;
        }
        match reading.saml(child)? {
            "Issuer" if parsed.version == Version::Two => {}
            "Subject" if parsed.version == Version::Two => reading.subject(child)?,
            "Conditions" => reading.conditions(child)?,
            "AttributeStatement" => reading.attribute_statement(child)?,
            "AuthenticationStatement" if parsed.version == Version::One => {
                reading.authentication_statement(child)?;
            }
            "AuthnStatement" if parsed.version == Version::Two => {
                reading.authn_statement(child)?;
            }
            _ => {
                return Err(FederationError::Assertion(
                    "it holds what is not known here",
                ));
            }
        }
    }
    let issued = instant(attribute(top, "IssueInstant"))?;
    reading.claims(parsed.id.clone(), claimed_issuer(parsed)?, issued)
}

/// What was gathered so far.
struct Reading<'t, 'a> {
    tree: &'t Document<'a>,
    version: Version,
    validity: Option<(UnixTime, UnixTime)>,
    audiences: Vec<Vec<String>>,
    subjects: Vec<String>,
    confirmations: Vec<String>,
    /// SAML 2.0 limits a confirmation by itself.
    confirmed_until: Option<UnixTime>,
    /// Full name to values.
    attributes: BTreeMap<String, Vec<String>>,
    methods: Vec<String>,
}

impl<'t> Reading<'t, '_> {
    /// The local name of an element of this SAML version.
    fn saml(&self, node: NodeId) -> Result<&'t str, FederationError> {
        let name = &element(self.tree, node)?.name;
        if name.namespace_uri.as_deref() == Some(self.version.namespace()) {
            Ok(name.local_name.as_ref())
        } else {
            Err(FederationError::Assertion(
                "it holds what is not known here",
            ))
        }
    }

    fn conditions(&mut self, node: NodeId) -> Result<(), FederationError> {
        if self.validity.is_some() {
            return Err(FederationError::Assertion("conditions stand twice"));
        }
        let conditions = element(self.tree, node)?;
        self.validity = Some((
            instant(attribute(conditions, "NotBefore"))?,
            instant(attribute(conditions, "NotOnOrAfter"))?,
        ));
        for condition in elements(self.tree, node) {
            match self.saml(condition)? {
                "AudienceRestrictionCondition" | "AudienceRestriction" => {
                    let mut audiences = Vec::new();
                    for audience in elements(self.tree, condition) {
                        if self.saml(audience)? != "Audience" {
                            return Err(FederationError::Assertion("an unknown condition"));
                        }
                        audiences.push(text(self.tree, audience)?);
                    }
                    self.audiences.push(audiences);
                }
                // Both are kept by using every assertion once.
                "DoNotCacheCondition" | "OneTimeUse" => {}
                _ => return Err(FederationError::Assertion("an unknown condition")),
            }
        }
        Ok(())
    }

    fn subject(&mut self, node: NodeId) -> Result<(), FederationError> {
        for part in elements(self.tree, node) {
            match self.saml(part)? {
                "NameIdentifier" | "NameID" => self.subjects.push(text(self.tree, part)?),
                "SubjectConfirmation" => self.confirmation(part)?,
                _ => return Err(FederationError::Assertion("an unknown part of the subject")),
            }
        }
        Ok(())
    }

    fn confirmation(&mut self, node: NodeId) -> Result<(), FederationError> {
        if self.version == Version::Two {
            let method = attribute(element(self.tree, node)?, "Method");
            self.confirmations
                .push(method.unwrap_or_default().to_owned());
        }
        for part in elements(self.tree, node) {
            match (self.version, self.saml(part)?) {
                (Version::One, "ConfirmationMethod") => {
                    self.confirmations.push(text(self.tree, part)?);
                }
                (Version::Two, "SubjectConfirmationData") => {
                    if let Some(end) = attribute(element(self.tree, part)?, "NotOnOrAfter") {
                        let end = instant(Some(end))?;
                        let sooner = self.confirmed_until.map_or(end, |other| other.min(end));
                        self.confirmed_until = Some(sooner);
                    }
                }
                _ => {
                    return Err(FederationError::Assertion(
                        "another confirmation than bearer",
                    ));
                }
            }
        }
        Ok(())
    }

    fn attribute_statement(&mut self, node: NodeId) -> Result<(), FederationError> {
        for part in elements(self.tree, node) {
            match self.saml(part)? {
                "Subject" if self.version == Version::One => self.subject(part)?,
                "Attribute" => self.attribute(part)?,
                _ => return Err(FederationError::Assertion("an unknown statement")),
            }
        }
        Ok(())
    }

    fn attribute(&mut self, node: NodeId) -> Result<(), FederationError> {
        let it = element(self.tree, node)?;
        let name = match self.version {
            Version::One => {
                let namespace = attribute(it, "AttributeNamespace").unwrap_or_default();
                let name = attribute(it, "AttributeName").unwrap_or_default();
                format!("{namespace}/{name}")
            }
            Version::Two => attribute(it, "Name").unwrap_or_default().to_owned(),
        };
        let mut values = Vec::new();
        for value in elements(self.tree, node) {
            if self.saml(value)? != "AttributeValue" {
                return Err(FederationError::Assertion("an attribute without value"));
            }
            // Values of attributes that mean nothing here may be of any form.
            if [UPN, IMMUTABLE_ID, METHODS].contains(&name.as_str()) {
                values.push(text(self.tree, value)?);
            }
        }
        if self.attributes.insert(name, values).is_some() {
            return Err(FederationError::Assertion("an attribute stands twice"));
        }
        Ok(())
    }

    fn authentication_statement(&mut self, node: NodeId) -> Result<(), FederationError> {
        let method = attribute(element(self.tree, node)?, "AuthenticationMethod");
        self.methods.extend(method.map(str::to_owned));
        for part in elements(self.tree, node) {
            match self.saml(part)? {
                "Subject" => self.subject(part)?,
                "SubjectLocality" => {}
                _ => return Err(FederationError::Assertion("an unknown statement")),
            }
        }
        Ok(())
    }

    fn authn_statement(&mut self, node: NodeId) -> Result<(), FederationError> {
        for part in elements(self.tree, node) {
            match self.saml(part)? {
                "AuthnContext" => {
                    for class in elements(self.tree, part) {
                        if self.saml(class)? == "AuthnContextClassRef" {
                            self.methods.push(text(self.tree, class)?);
                        }
                    }
                }
                "SubjectLocality" => {}
                _ => return Err(FederationError::Assertion("an unknown statement")),
            }
        }
        Ok(())
    }

    /// The one value of an attribute, if it is there and not empty.
    fn one(&self, name: &str) -> Result<Option<String>, FederationError> {
        match self.attributes.get(name).map(Vec::as_slice) {
            None => Ok(None),
            Some([value]) if !value.is_empty() => Ok(Some(value.clone())),
            Some(_) => Err(FederationError::Assertion(
                "not one value where one belongs",
            )),
        }
    }

    fn claims(
        mut self,
        id: String,
        issuer: String,
        issued: UnixTime,
    ) -> Result<Claims, FederationError> {
        let (not_before, mut not_on_or_after) = self
            .validity
            .ok_or(FederationError::Assertion("it has no conditions"))?;
        if let Some(end) = self.confirmed_until {
            not_on_or_after = not_on_or_after.min(end);
        }
        let subject = self.subjects.first().cloned();
        if self
            .subjects
            .iter()
            .any(|other| Some(other) != subject.as_ref())
        {
            return Err(FederationError::Assertion(
                "it is about more than one subject",
            ));
        }
        if self
            .confirmations
            .iter()
            .any(|method| !BEARER.contains(&method.as_str()))
        {
            return Err(FederationError::Assertion(
                "another confirmation than bearer",
            ));
        }
        let upn = self
            .one(UPN)?
            .ok_or(FederationError::Assertion("it names no UPN"))?;
        // Some services put the ImmutableID into an attribute only, and another name into the subject.
        let immutable_id = self
            .one(IMMUTABLE_ID)?
            .or(subject.filter(|subject| !subject.is_empty()))
            .ok_or(FederationError::Assertion("it names no ImmutableID"))?;
        self.methods
            .extend(self.attributes.remove(METHODS).unwrap_or_default());
        Ok(Claims {
            id,
            issuer,
            issued,
            not_before,
            not_on_or_after,
            audiences: self.audiences,
            confirmation: if self.confirmations.is_empty() {
                Confirmation::Silent
            } else {
                Confirmation::Bearer
            },
            upn,
            immutable_id,
            methods: self.methods,
        })
    }
}

/// An xs:dateTime with its zone; fractions are cut off.
fn instant(value: Option<&str>) -> Result<UnixTime, FederationError> {
    value
        .and_then(|value| OffsetDateTime::parse(value, &Rfc3339).ok())
        .map(|time| UnixTime(time.unix_timestamp()))
        .ok_or(FederationError::Assertion("a time is missing or none"))
}
