//! Signed assertions as a sign-in service makes them, and as somebody would who wants to get in without one.
//!
//! No XML library is at work here: the text is written in canonical form (exclusive C14N) from the start, so that digest and
//! signature are taken over the very characters. What this maker and the tenant agree on, no shared code agreed on for them.
//! Also compiled into the tenant's own unit tests.

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{digest, rand};
use dovetail_shared::UnixTime;
use dovetail_shared::encode::{b64, hex_upper};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

/// A signing key with its self-signed certificate.
#[derive(Debug)]
pub struct Key {
    pair: RsaKeyPair,
    /// DER.
    pub certificate: Vec<u8>,
    /// PKCS#8, PEM: for services that read files.
    pub private_pem: String,
    /// PEM.
    pub certificate_pem: String,
}

impl Key {
    /// A new one.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pair: RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap(),
            certificate: certificate.der().to_vec(),
            private_pem: key.serialize_pem(),
            certificate_pem: certificate.pem(),
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn sign(&self, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &rand::SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        signature
    }
}

/// The name of the cloud among sign-in services.
pub const REALM: &str = "urn:federation:MicrosoftOnline";
/// The claim of a second factor.
pub const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";

/// A SAML 1.1 assertion; the fields are XML text, unescaped.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// Its name.
    pub id: String,
    /// Who issues it.
    pub issuer: String,
    /// For whom.
    pub audience: String,
    /// The claim `UPN`.
    pub upn: String,
    /// The claim `ImmutableID`.
    pub immutable_id: String,
    /// What the subject is called; the ImmutableID where empty.
    pub name_identifier: String,
    /// `IssueInstant`.
    pub issued: UnixTime,
    /// From when it is valid.
    pub not_before: UnixTime,
    /// Until when.
    pub not_on_or_after: UnixTime,
    /// `AuthenticationMethod`.
    pub method: String,
    /// Values of `authnmethodsreferences`.
    pub references: Vec<String>,
    /// `None`: no `SubjectConfirmation`.
    pub confirmation: Option<String>,
    /// SAML 2.0 only: until when the confirmation holds.
    pub confirmed_until: UnixTime,
    /// More conditions.
    pub conditions: String,
    /// More statements.
    pub statements: String,
}

impl Assertion {
    /// A good one, from `now` for an hour.
    pub fn new(issuer: &str, upn: &str, immutable_id: &str, now: UnixTime) -> Self {
        let random: [u8; 16] = rand::generate(&rand::SystemRandom::new()).unwrap().expose();
        let id = hex_upper(&random);
        Self {
            id: format!("_{id}"),
            issuer: issuer.to_owned(),
            audience: REALM.to_owned(),
            upn: upn.to_owned(),
            immutable_id: immutable_id.to_owned(),
            name_identifier: String::new(),
            issued: now,
            not_before: now,
            not_on_or_after: now.plus(3600),
            method: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport".to_owned(),
            references: Vec::new(),
            confirmation: Some("urn:oasis:names:tc:SAML:1.0:cm:bearer".to_owned()),
            confirmed_until: now.plus(3600),
            conditions: String::new(),
            statements: String::new(),
        }
    }

    /// Its text with `signature` as the last child; with none, what the digest is taken over.
    pub fn text(&self, signature: &str) -> String {
        let name = if self.name_identifier.is_empty() {
            &self.immutable_id
        } else {
            &self.name_identifier
        };
        let confirmation = self.confirmation.as_ref().map(|method| format!("<saml:SubjectConfirmation><saml:ConfirmationMethod>{method}</saml:ConfirmationMethod></saml:SubjectConfirmation>")).unwrap_or_default();
        let subject = format!(
            "<saml:Subject><saml:NameIdentifier>{name}</saml:NameIdentifier>{confirmation}</saml:Subject>"
        );
        let attribute = |namespace: &str, name: &str, values: &[String]| {
            let values: Vec<String> = values
                .iter()
                .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
                .collect();
            let values = values.concat();
            format!(
                "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"{namespace}\">{values}</saml:Attribute>"
            )
        };
        let upn = attribute(
            "http://schemas.xmlsoap.org/claims",
            "UPN",
            std::slice::from_ref(&self.upn),
        );
        let immutable_id = attribute(
            "http://schemas.microsoft.com/LiveID/Federation/2008/05",
            "ImmutableID",
            std::slice::from_ref(&self.immutable_id),
        );
        let references = if self.references.is_empty() {
            String::new()
        } else {
            attribute(
                "http://schemas.microsoft.com/claims",
                "authnmethodsreferences",
                &self.references,
            )
        };
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" AssertionID=\"{}\" IssueInstant=\"{}\" Issuer=\"{}\" MajorVersion=\"1\" MinorVersion=\"1\">\
             <saml:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{}\"><saml:AudienceRestrictionCondition><saml:Audience>{}</saml:Audience></saml:AudienceRestrictionCondition>{}</saml:Conditions>\
             <saml:AttributeStatement>{subject}{upn}{immutable_id}{references}</saml:AttributeStatement>\
             <saml:AuthenticationStatement AuthenticationInstant=\"{}\" AuthenticationMethod=\"{}\">{subject}</saml:AuthenticationStatement>{}{signature}</saml:Assertion>",
            self.id,
            self.issued,
            self.issuer,
            self.not_before,
            self.not_on_or_after,
            self.audience,
            self.conditions,
            self.issued,
            self.method,
            self.statements,
        )
    }

    /// The same as a SAML 2.0 assertion; `confirmation` as it is, the rest in that version's words.
    pub fn text2(&self, signature: &str) -> String {
        let attribute = |name: &str, values: &[String]| {
            let values: Vec<String> = values
                .iter()
                .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
                .collect();
            format!(
                "<saml:Attribute Name=\"{name}\">{}</saml:Attribute>",
                values.concat()
            )
        };
        let upn = attribute(
            "http://schemas.xmlsoap.org/claims/UPN",
            std::slice::from_ref(&self.upn),
        );
        let references = attribute(
            "http://schemas.microsoft.com/claims/authnmethodsreferences",
            &self.references,
        );
        let confirmation = self.confirmation.as_ref().map(|method| format!("<saml:SubjectConfirmation Method=\"{method}\"><saml:SubjectConfirmationData NotOnOrAfter=\"{}\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>", self.confirmed_until)).unwrap_or_default();
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{}\" IssueInstant=\"{}\" Version=\"2.0\"><saml:Issuer>{}</saml:Issuer>{signature}\
             <saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{}</saml:NameID>{confirmation}</saml:Subject>\
             <saml:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{}\"><saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>{}</saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{}\"><saml:AuthnContext><saml:AuthnContextClassRef>{}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
             <saml:AttributeStatement>{upn}{references}</saml:AttributeStatement>{}</saml:Assertion>",
            self.id,
            self.issued,
            self.issuer,
            self.immutable_id,
            self.not_before,
            self.not_on_or_after,
            self.audience,
            self.conditions,
            self.issued,
            self.method,
            self.statements,
        )
    }

    /// Signed as SAML 2.0.
    pub fn signed2(&self, key: &Key) -> String {
        self.text2(&Form::new(&self.id).signature(&self.text2(""), key))
    }

    /// Signed in the ordinary form.
    pub fn signed(&self, key: &Key) -> String {
        self.text(&Form::new(&self.id).signature(&self.text(""), key))
    }
}

/// How a signature is made.
#[derive(Debug, Clone)]
pub struct Form {
    /// The reference's address.
    pub uri: String,
    /// `CanonicalizationMethod`.
    pub canonicalization: String,
    /// `SignatureMethod`.
    pub method: String,
    /// `DigestMethod`; the digest itself is always SHA-256.
    pub digest_method: String,
    /// The whole list, as XML.
    pub transforms: String,
    /// `KeyInfo` and what may follow it, as XML; the certificate itself where `None`.
    pub key_info: Option<String>,
}

impl Form {
    /// The ordinary form, for the element of that name.
    pub fn new(id: &str) -> Self {
        Self {
            uri: format!("#{id}"),
            canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#".to_owned(),
            method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256".to_owned(),
            digest_method: "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
            transforms: "<ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms>".to_owned(),
            key_info: None,
        }
    }

    /// The signature over `text`, by `key`.
    pub fn signature(&self, text: &str, key: &Key) -> String {
        self.signature_by(text, &key.certificate, |info| key.sign(info))
    }

    /// The same with any way of signing: it gets `SignedInfo` in canonical form.
    pub fn signature_by(
        &self,
        text: &str,
        certificate: &[u8],
        sign: impl FnOnce(&str) -> Vec<u8>,
    ) -> String {
        const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
        let digest = b64(digest::digest(&digest::SHA256, text.as_bytes()));
        let inner = format!(
            "<ds:CanonicalizationMethod Algorithm=\"{}\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"{}\">{}<ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>",
            self.canonicalization, self.method, self.uri, self.transforms, self.digest_method
        );
        let value = b64(sign(&format!(
            "<ds:SignedInfo xmlns:ds=\"{DS}\">{inner}</ds:SignedInfo>"
        )));
        let key_info = self.key_info.clone().unwrap_or_else(|| {
            format!(
                "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
                b64(certificate)
            )
        });
        format!(
            "<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{inner}</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue>{key_info}</ds:Signature>"
        )
    }
}

/// The answer of WS-Trust February 2005 around a token.
pub fn answer(token: &str) -> String {
    format!(
        "<t:RequestSecurityTokenResponse xmlns:t=\"http://schemas.xmlsoap.org/ws/2005/02/trust\"><t:RequestedSecurityToken>{token}</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"
    )
}
