//! What the tenant reads.

use dovetail_tenant::fuzz;

/// For readers of text: bytes that are none say nothing to them.
fn text(bytes: &[u8], read: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
    }
}

/// A request at the authorize endpoint, an address to go back to, a second factor as programs send it.
pub(crate) fn authorize(bytes: &[u8]) {
    text(bytes, fuzz::authorize::query);
    text(bytes, fuzz::authorize::redirect);
    fuzz::authorize::second_factor(bytes);
}

/// A form at the token endpoint.
pub(crate) fn grant(bytes: &[u8]) {
    fuzz::grant::form(bytes);
}

/// Codes, refresh tokens, primary refresh tokens, nonces.
pub(crate) fn token(bytes: &[u8]) {
    fuzz::grant::token(bytes);
    fuzz::prt::token(bytes);
}

/// Credentials and cookies in headers.
pub(crate) fn header(bytes: &[u8]) {
    fuzz::grant::header(bytes);
    fuzz::prt::pkeyauth(bytes);
}

/// What devices sign.
pub(crate) fn device_signed(bytes: &[u8]) {
    text(bytes, fuzz::prt::signed);
}

/// What other organisations' sign-in services sign.
pub(crate) fn saml(bytes: &[u8]) {
    fuzz::federation::assertion(bytes);
}

/// Sign-in services' descriptions of themselves, and their certificates.
pub(crate) fn metadata(bytes: &[u8]) {
    fuzz::federation::description(bytes);
}

/// A registration request.
pub(crate) fn registration(bytes: &[u8]) {
    fuzz::drs::registration(bytes);
}

/// Certificate requests, of registration and of management.
pub(crate) fn certificate_request(bytes: &[u8]) {
    fuzz::drs::certificate_request(bytes);
    fuzz::mdm::certificate_request(bytes);
}

/// A TPM's statements.
pub(crate) fn attestation(bytes: &[u8]) {
    fuzz::drs::attestation(bytes);
}

/// A TPM's certificate.
pub(crate) fn endorsement(bytes: &[u8]) {
    fuzz::drs::endorsement(bytes);
}

/// A path or a query of the directory's API.
pub(crate) fn graph(bytes: &[u8]) {
    text(bytes, fuzz::graph::address);
}

/// `$filter` of the directory's API.
pub(crate) fn filter(bytes: &[u8]) {
    text(bytes, fuzz::graph::filter);
}

/// Messages to the enrollment services.
pub(crate) fn enrollment(bytes: &[u8]) {
    fuzz::mdm::enrollment(bytes);
}

/// A device's message in a session.
pub(crate) fn syncml(bytes: &[u8]) {
    fuzz::mdm::syncml(bytes);
}

/// A visit to the terms page, and what proves it.
pub(crate) fn terms(bytes: &[u8]) {
    fuzz::mdm::terms(bytes);
}
