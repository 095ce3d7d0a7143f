//! The list.

use crate::{broker, link, tenant, wire};

/// One target.
#[derive(Debug)]
pub struct Target {
    /// Its name: that of its folder in `corpus/`, and in the table of `README.md`.
    pub name: &'static str,
    /// Reads the bytes, and panics where a reader does or something that must hold of what it read does not.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("envelope", link::envelope),
    target("incoming", link::incoming),
    target("broker1", link::broker1),
    target("host", link::host),
    target("bus", link::bus),
    target("page", link::page),
    target("names", wire::names),
    target("jws", wire::jws),
    target("jwe", wire::jwe),
    target("rsa_blob", wire::rsa_blob),
    target("drs", wire::drs),
    target("oidc", wire::oidc),
    target("config", broker::config),
    target("id_token", broker::id_token),
    target("mex", broker::mex),
    target("rstr", broker::rstr),
    target("realm", broker::realm),
    target("prt_answer", broker::prt_answer),
    target("mdm_answer", broker::mdm_answer),
    target("provisioning", broker::provisioning),
    target("mdm_session", broker::mdm_session),
    target("node", broker::node),
    target("tpm", broker::tpm),
    target("authorize", tenant::authorize),
    target("grant", tenant::grant),
    target("token", tenant::token),
    target("header", tenant::header),
    target("device_signed", tenant::device_signed),
    target("saml", tenant::saml),
    target("metadata", tenant::metadata),
    target("registration", tenant::registration),
    target("certificate_request", tenant::certificate_request),
    target("attestation", tenant::attestation),
    target("endorsement", tenant::endorsement),
    target("graph", tenant::graph),
    target("filter", tenant::filter),
    target("enrollment", tenant::enrollment),
    target("syncml", tenant::syncml),
    target("terms", tenant::terms),
];
