//! `POST /EnrollmentServer/device/?api-version=…`: turns a certificate request into a device.
//!
//! Order matters: who asks, what they ask, may they, does the TPM prove it, and only then a signature.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use dovetail_shared::UnixTime;
use dovetail_shared::drs::{
    IssuedCertificate, JoinRequest, JoinResponse, JoinType, JoinedUser, MembershipChange,
};
use dovetail_shared::encode::{b64, from_b64, hex_upper};
use dovetail_shared::guid::cloud_sid;
use dovetail_shared::id::{DeviceId, ObjectId};
use dovetail_shared::name::DisplayName;
use dovetail_shared::rsa_blob::RsaPublic;

use super::attest::{self, Attested};
use super::bearer::proved;
use super::csr::{self, ProvenKey};
use super::error::Refusal;
use super::transport;
use crate::account::{Directory, User, directory, user_by_id};
use crate::app::{App, Tenant};
use crate::audit::Act;
use crate::ca::{DeviceCaError, Issued, Subject};
use crate::device::{self, Certificate, Evidence, Kept, Known, New};
use crate::rule::{AttestationRule, JoinRule, Rules, Switch, rules};
use crate::store::StoreError;
use crate::token::Verified;
use crate::{audit, clock, random};

/// The handler.
pub(super) async fn join(
    State(app): State<Tenant>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<JoinResponse>, Refusal> {
    let directory = directory(&app.store).await?;
    let (verified, user) = who(&app, &directory, &headers).await?;
    let asked = what(&query, &body)?;
    let rules = rules(&app.store).await?;
    may(&rules, &verified, &user)?;
    let attested = attested(&app, &rules, &asked, &user).await?;
    app.audit.open_for_grants()?;
    let device = keep_device(&app, &directory, &rules, &user, &asked, attested.as_ref()).await?;
    tracing::info!(device = %device.0, upn = user.upn, attested = attested.is_some(), "joined");
    audit::is_device(device.0);
    let how = if attested.is_some() {
        "with TPM attestation"
    } else {
        "without TPM attestation"
    };
    app.audit.granted_about(Act::DeviceRegistered, how);
    Ok(Json(JoinResponse {
        certificate: IssuedCertificate {
            thumbprint: hex_upper(&device.1.thumbprint),
            raw_body: b64(&device.1.der),
        },
        user: JoinedUser {
            upn: user.upn.clone(),
        },
        membership_changes: vec![MembershipChange {
            local_sid: "S-1-5-32-544".to_owned(),
            add_sids: vec![cloud_sid(user.id.0)],
        }],
    }))
}

/// The bearer's user, alive and enabled.
pub(super) async fn who(
    app: &App,
    directory: &Directory,
    headers: &HeaderMap,
) -> Result<(Verified, User), Refusal> {
    let verified = proved(app, directory, headers)
        .await
        .map_err(Refusal::Authentication)?;
    let user = user_by_id(&app.store, verified.claims().oid).await?;
    let user = user
        .filter(|user| user.enabled)
        .ok_or(Refusal::Authentication("the account is gone or disabled"))?;
    Ok((verified, user))
}

/// A request that was read and found to be well formed.
pub(super) struct Asked {
    request: JoinRequest,
    join_type: JoinType,
    name: DisplayName,
    csr: Vec<u8>,
    key: ProvenKey,
    transport: RsaPublic,
}

pub(super) fn what(query: &BTreeMap<String, String>, body: &[u8]) -> Result<Asked, Refusal> {
    let known = ["1", "1.0", "2.0", "3.0"];
    if !query
        .get("api-version")
        .is_some_and(|version| known.contains(&version.as_str()))
    {
        return Err(Refusal::Invalid("api-version must be 1.0, 2.0 or 3.0"));
    }
    let request: JoinRequest = serde_json::from_slice(body)
        .map_err(|_| Refusal::Invalid("the body is not a registration request"))?;
    let join_type = JoinType::from_number(request.join_type).ok_or(Refusal::Type)?;
    let name = request
        .device_display_name
        .parse::<DisplayName>()
        .map_err(|_| Refusal::Invalid("the device's name is empty, too long or not readable"))?;
    for text in [&request.device_type, &request.os_version] {
        if text.len() > 128 || text.chars().any(dovetail_shared::name::is_invisible) {
            return Err(Refusal::Invalid(
                "the device's type or version is too long or not readable",
            ));
        }
    }
    if request.certificate_request.kind != "pkcs10" {
        return Err(Refusal::Invalid(
            "the certificate request's type is not pkcs10",
        ));
    }
    let csr = from_b64(&request.certificate_request.data)
        .map_err(|_| Refusal::Invalid("the certificate request is not base64"))?;
    let key = csr::check(&csr)?;
    let transport = transport::read(&request.transport_key)?;
    Ok(Asked {
        request,
        join_type,
        name,
        csr,
        key,
        transport,
    })
}

fn may(rules: &Rules, verified: &Verified, user: &User) -> Result<(), Refusal> {
    match rules.join {
        JoinRule::All => {}
        JoinRule::Selected if user.may_join => {}
        JoinRule::Selected | JoinRule::None => return Err(Refusal::NotAllowed),
    }
    // Whoever was sent a code and typed it did not mean to join somebody else's device.
    if verified.by_device_code() && !rules.device_code_join {
        tracing::warn!(upn = user.upn, "a token had by a device code may not join");
        return Err(Refusal::NotAllowed);
    }
    if rules.require_mfa_to_join && !verified.mfa() {
        return Err(Refusal::MfaNeeded);
    }
    Ok(())
}

async fn attested(
    app: &App,
    rules: &Rules,
    asked: &Asked,
    user: &User,
) -> Result<Option<Attested>, Refusal> {
    let data = asked
        .request
        .attestation_data
        .as_deref()
        .filter(|data| !data.is_empty());
    match (rules.attestation, data) {
        (AttestationRule::Off, _) | (AttestationRule::Optional, None) => Ok(None),
        (AttestationRule::Required, None) => Err(Refusal::Attestation("it is required here")),
        (_, Some(data)) => {
            let keys = attest::Keys {
                device: &asked.key.rsa,
                transport: &asked.transport,
            };
            let endorsement = asked.request.aik_certificate.as_deref().unwrap_or_default();
            attest::check(&app.store, data, endorsement, &keys, user.id, clock::now())
                .await
                .map(Some)
        }
    }
}

/// How often a registration looks again when somebody else changes the same key's device at the same time.
const TRIES: usize = 5;

async fn keep_device(
    app: &App,
    directory: &Directory,
    rules: &Rules,
    user: &User,
    asked: &Asked,
    attested: Option<&Attested>,
) -> Result<(DeviceId, Issued), Refusal> {
    let key_hash = digest::digest(&digest::SHA256, &asked.key.pkcs1);
    let evidence = (rules.keep_evidence == Switch::On).then(|| Evidence {
        csr: asked.csr.clone(),
        attestation: attested.map(|attested| attested.json.clone()),
    });
    // Most keys are new: whether one is known is looked up where it cannot be kept as a new one.
    let mut known: Option<Known> = None;
    for _ in 0..TRIES {
        let now = clock::now();
        let id = match &known {
            Some(known) => known.id,
            None => DeviceId(random::ordered_guid(now)?),
        };
        let subject = Subject {
            device: id,
            user: user.id,
            tenant: directory.id,
            join_type: asked.join_type,
            region: &directory.region,
            pkcs1: &asked.key.pkcs1,
        };
        let certificate = certificate(app, &subject, known.as_ref(), now)?;
        let issued = certificate.issued().clone();
        let new = New {
            id,
            object_id: ObjectId(random::ordered_guid(now)?),
            known: known.take(),
            owner: user.id,
            limit: rules.device_limit,
            display_name: asked.name.as_str().to_owned(),
            os_type: asked.request.device_type.clone(),
            os_version: asked.request.os_version.clone(),
            join_type: asked.join_type,
            attested: attested.is_some(),
            key_hash: key_hash.as_ref().to_vec(),
            transport_modulus: asked.transport.modulus.clone(),
            evidence: evidence.clone(),
            certificate,
            now,
        };
        let limited = match app.store.write(new).await {
            Ok(Kept::Yes) => return Ok((id, issued)),
            Ok(Kept::LimitReached) => true,
            Ok(Kept::Raced) | Err(StoreError::Taken(_)) => false,
            Err(error) => return Err(error.into()),
        };
        // The same key of the same owner is the same device, asked for once more: an answer was lost, or it joins again.
        known = device::known(&app.store, key_hash.as_ref()).await?;
        match &known {
            Some(known) if known.owner != user.id => return Err(Refusal::KeyInUse),
            None if limited => return Err(Refusal::DeviceLimit),
            _ => {}
        }
    }
    Err(Refusal::KeyInUse)
}

/// The certificate that the key has, when it would be the same one; a fresh one otherwise. So an answer that was lost comes
/// again as it was.
fn certificate(
    app: &App,
    subject: &Subject<'_>,
    known: Option<&Known>,
    now: UnixTime,
) -> Result<Certificate, DeviceCaError> {
    if let Some(before) = known.and_then(|known| known.certificate.as_ref())
        && let Some(issued) = app.ca.issue_again(subject, before, now)?
    {
        return Ok(Certificate::Again(issued));
    }
    app.ca.issue(subject, now).map(Certificate::Fresh)
}
