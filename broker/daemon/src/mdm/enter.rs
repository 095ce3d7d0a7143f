//! The whole way into management: discovery, policies, key, request, provisioning document. What it needs is in memory; what
//! it brings is kept by the caller in one change, or not at all.

use dovetail_shared::drs::JoinType;
use dovetail_shared::encode::b64;
use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::{Code, Report};
use url::Url;

use super::enroll::{self, Context};
use super::error::MdmError;
use super::node::{Tree, Uri, Value};
use super::provision::{self, Expect, Parm, Provisioned};
use super::record::{Enrollment, Offer};
use super::{address, discover, facts, policy_service};
use crate::Daemon;
use crate::join::record::Device;
use crate::join::secrets::Tokens;
use crate::oidc::{self, Grant};
use crate::vault::Slot;

/// Seconds before its end at which a token is renewed rather than sent.
const MARGIN: i64 = 60;

impl MdmError {
    /// The report for people.
    pub fn report(&self, daemon: &Daemon) -> Report {
        let mut report = daemon.report(self.code()).with_detail(self.to_string());
        report.server = self.said();
        report
    }
}

/// Enrolls this device.
pub async fn enter(
    daemon: &Daemon,
    device: &Device,
    offer: &Offer,
    correlation: &str,
) -> Result<Enrollment, Report> {
    let token = access(daemon, offer, correlation).await?;
    let terms = daemon.secrets().terms.clone();
    let reported = |error: MdmError| error.report(daemon);
    let config = &daemon.config.management;
    let base =
        address::announced(&offer.enrollment_url, config).map_err(|code| daemon.report(code))?;
    let services = discover::discover(&daemon.net, &base, &device.upn, correlation, config)
        .await
        .map_err(reported)?;
    if let Some(policy) = &services.policy {
        policy_service::policies(&daemon.net, policy, &token.access, correlation)
            .await
            .map_err(reported)?;
    }
    let slot = Slot::One;
    let key = daemon
        .vault
        .ensure_management_key(slot)
        .await
        .map_err(|error| reported(error.into()))?;
    let device_id = device.device_id.to_string();
    let csr = key
        .request(&device_id)
        .await
        .map_err(|error| reported(error.into()))?;
    let context = context(device, &device_id, terms.as_ref());
    let document = enroll::issue(
        &daemon.net,
        &services.enrollment,
        &token.access,
        &csr,
        context,
        correlation,
    )
    .await
    .map_err(reported)?;
    let pkcs1 = key.pkcs1().map_err(|error| reported(error.into()))?;
    let expect = Expect {
        key: &pkcs1,
        base: &base,
        config,
        now: daemon.now(),
    };
    let found = provision::read(&document)
        .and_then(|document| provision::check(document, expect))
        .map_err(reported)?;
    kept(daemon, device, found, slot, &services.enrollment).map_err(reported)
}

/// What enrollment and renewal say of this device.
pub fn context<'a>(
    device: &'a Device,
    device_id: &'a str,
    terms: Option<&'a dovetail_shared::Secret<String>>,
) -> Context<'a> {
    Context {
        device_id,
        device_name: &device.device_name,
        kind: match device.join_type {
            JoinType::Registered => "Full",
            JoinType::Joined => "Device",
        },
        terms,
    }
}

/// The document of a first certificate has to say everything.
fn kept(
    daemon: &Daemon,
    device: &Device,
    found: Provisioned,
    slot: Slot,
    service: &Url,
) -> Result<Enrollment, MdmError> {
    let application = found.application.ok_or(MdmError::Provision(
        Code::MDM_PROVISION_APPLICATION,
        "does not say who manages",
    ))?;
    if !found.left.is_empty() {
        tracing::warn!(
            "parts of the provisioning document are not known here: {}",
            found.left.join(", ")
        );
    }
    let enrollment = Enrollment {
        slot,
        certificate: b64(&found.certificate),
        thumbprint: found.thumbprint,
        not_before: found.not_before,
        not_after: found.not_after,
        renewal: found.renewal,
        renew_at: None,
        provider: application.provider,
        address: application.address.to_string(),
        service: service.to_string(),
        ent_dm_id: found.ent_dm_id,
        resource: found.resource,
        poll: found.poll.unwrap_or_default(),
        polls: 0,
        failures: 0,
        sessions: 0,
        enrolled: daemon.now(),
        left: found.left,
    };
    settings(daemon, device, &enrollment, &found.settings)?;
    Ok(enrollment)
}

/// Settings that came with the document go into the tree; the first session puts them in force.
fn settings(
    daemon: &Daemon,
    device: &Device,
    enrollment: &Enrollment,
    parms: &[Parm],
) -> Result<(), MdmError> {
    if parms.is_empty() {
        return Ok(());
    }
    let failed = || {
        MdmError::Provision(
            Code::MDM_PROVISION,
            "has settings that cannot be put in place",
        )
    };
    let facts = facts::of(daemon, device, enrollment);
    let mut tree =
        Tree::open(&facts, &daemon.store, &daemon.config.management).map_err(|_| failed())?;
    for parm in parms {
        let path: Vec<&str> = parm
            .path
            .iter()
            .map(String::as_str)
            .chain([parm.name.as_str()])
            .collect();
        let uri = format!("./Device/Vendor/MSFT/{}", path.join("/"));
        let format = match parm.datatype.as_deref() {
            Some("integer") => "int",
            Some("boolean") => "bool",
            _ => "chr",
        };
        let put = uri.parse::<Uri>().and_then(|uri| {
            let value = Value::parse(Some(format), &parm.value)?;
            tree.replace(&uri, value)
        });
        if let Err(status) = put {
            tracing::warn!("a setting of the provisioning document is left out: {uri}: {status}");
        }
    }
    tree.save().map_err(|_| failed())
}

/// The access token; a fresh one where it is about to end.
async fn access(daemon: &Daemon, offer: &Offer, correlation: &str) -> Result<Tokens, Report> {
    let again = || daemon.report(Code::MANAGEMENT_SIGN_IN);
    let tokens = daemon.secrets().tokens.clone().ok_or_else(again)?;
    if tokens.expires.since(daemon.now()) > MARGIN {
        return Ok(tokens);
    }
    let refresh = tokens.refresh.clone().ok_or_else(again)?;
    let resource = address::announced(&offer.enrollment_url, &daemon.config.management)
        .map(|url| address::resource(&url))
        .map_err(|code| daemon.report(code))?;
    let client = AUTHENTICATION_BROKER.to_string();
    let grant = Grant(&[
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", refresh.expose()),
        ("resource", &resource),
    ]);
    let answer = oidc::redeem(daemon, grant, correlation.to_owned())
        .await
        .map_err(|error| error.report(daemon))?;
    let fresh = Tokens {
        access: answer.access_token,
        expires: daemon
            .now()
            .plus(answer.expires_in.get().unwrap_or_default()),
        refresh: answer.refresh_token.or(Some(refresh)),
    };
    daemon.secrets().tokens = Some(fresh.clone());
    Ok(fresh)
}
