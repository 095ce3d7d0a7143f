//! `POST /EnrollmentServer/Enrollment.svc`: a certificate for a device of the directory. Who asks, what for, may they, did they
//! accept the terms; only then a signature.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64;
use dovetail_shared::id::{DeviceId, ObjectId};
use spki::SubjectPublicKeyInfoOwned;
use uuid::Uuid;

use super::authority::Subject;
use super::context::Context;
use super::csr::{self, ProvenKey};
use super::enrollment::{Kept, New, alive, keep};
use super::provision::Provision;
use super::rst::{self, Rst, Wanted};
use super::settings::{Settings, settings};
use super::soap::{self, Refusal, Request, reply, security};
use super::terms;
use super::xml::{Node, el, leaf};
use super::{bearer, policy, renew};
use crate::account::{User, directory};
use crate::app::{App, Tenant};
use crate::audit::Act;
use crate::ca::Issued;
use crate::device::device;
use crate::fault::{Asked, Kind};
use crate::rule::rules;
use crate::tls::PeerCertificate;
use crate::{audit, clock, random};

pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RST/wstep";
const ANSWER: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RSTRC/wstep";

/// How often an enrollment looks again when somebody else enrolls or retires the same device at the same time.
const TRIES: usize = 5;

/// The handler.
pub(super) async fn enroll(
    State(app): State<Tenant>,
    asked: Option<Extension<Asked>>,
    Extension(PeerCertificate(peer)): Extension<PeerCertificate>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match soap::read(&headers, &body, ACTION) {
        Ok(request) => request,
        Err(refusal) => return soap::fault(&refusal, None),
    };
    let kind = asked.map(|Extension(Asked(kind))| kind);
    let done = match kind.and_then(Refusal::asked) {
        Some(refusal) => Err(refusal),
        None => answer(&app, &request, peer.as_deref(), kind).await,
    };
    match done {
        Ok(document) => reply(
            &request.message_id,
            ANSWER,
            Some(security(clock::now())),
            collection(&document),
        ),
        Err(refusal) => soap::fault(&refusal, Some(&request.message_id)),
    }
}

/// The provisioning document for a request.
async fn answer(
    app: &App,
    request: &Request,
    peer: Option<&[u8]>,
    fault: Option<Kind>,
) -> Result<String, Refusal> {
    let rst = rst::read(&request.body)?;
    match rst.wanted {
        Wanted::Issue => issue(app, request.token.as_deref(), &rst, fault).await,
        Wanted::Renew => renew::renew(app, peer, &rst, fault).await,
    }
}

async fn issue(
    app: &App,
    token: Option<&str>,
    rst: &Rst,
    fault: Option<Kind>,
) -> Result<String, Refusal> {
    let user = bearer::user(app, token).await?;
    let key = csr::check(&rst.request)?;
    let device = owned(app, &user, &rst.context).await?;
    let accepted = acceptance(app, &user, &rst.context).await?;
    let settings = settings(&app.store).await?;
    app.audit.open_for_grants()?;
    let (id, issued) = certify(
        app,
        &user,
        device,
        &rst.context,
        &key,
        accepted.as_deref(),
        &settings,
    )
    .await?;
    tracing::info!(%device, mdm = %id, upn = user.upn, "enrolled");
    app.audit.granted_about(Act::DeviceEnrolled, id.to_string());
    document(app, id, &user, &rst.context, &issued, &settings, fault).await
}

/// The device that the context names: one of this user's, enabled.
async fn owned(app: &App, user: &User, context: &Context) -> Result<DeviceId, Refusal> {
    let refused = |why| Err(Refusal::EnrollmentDataInvalid(why));
    if let Some(kind) = &context.kind
        && !["Device", "Full"].contains(&kind.as_str())
    {
        return refused("EnrollmentType is neither Device nor Full");
    }
    let Some(id) = context.device else {
        return refused("DeviceID is missing");
    };
    audit::says_device(id);
    match device(&app.store, id).await? {
        Some(device) if device.owner_id == user.id && device.enabled => Ok(id),
        // Another's device is told the same as one that does not exist.
        _ => refused("DeviceID is no device of this user"),
    }
}

/// The acceptance of the terms, where terms apply: its nonce.
async fn acceptance(app: &App, user: &User, context: &Context) -> Result<Option<String>, Refusal> {
    let rules = rules(&app.store).await?;
    let terms = terms::current(&app.store).await?;
    let (Some(terms), true) = (terms, rules.terms.covers(&app.store, user.id).await?) else {
        return Ok(None);
    };
    let refused = Refusal::EnrollmentDataInvalid;
    let blob = context
        .terms
        .as_deref()
        .ok_or(refused("the terms of use were not accepted"))?;
    let accepted = app
        .terms_key
        .open_blob(blob, clock::now())
        .map_err(|error| match error {
            terms::BlobError::Foreign => refused("the acceptance of the terms was not made here"),
            terms::BlobError::Expired => refused("the terms were accepted too long ago"),
        })?;
    if accepted.user != user.id || accepted.tenant != directory(&app.store).await?.id {
        return Err(refused("the terms were accepted by somebody else"));
    }
    if accepted.version != terms.version {
        return Err(refused("the terms have changed since"));
    }
    Ok(Some(accepted.nonce))
}

async fn certify(
    app: &App,
    user: &User,
    device: DeviceId,
    context: &Context,
    key: &ProvenKey,
    terms: Option<&str>,
    settings: &Settings,
) -> Result<(Uuid, Issued), Refusal> {
    for _ in 0..TRIES {
        let known = alive(&app.store, device).await?;
        let id = known.unwrap_or_else(random::guid);
        let now = clock::now();
        let until = now.plus(settings.certificate_life_secs);
        let issued = sign(app, id, user.id, &key.spki, until, now).await?;
        let new = New {
            id,
            device,
            user: user.id,
            context,
            key,
            issued: &issued,
            not_after: until,
            terms,
            limit: settings.device_limit,
        };
        match keep(&app.store, &new, known.is_some(), now).await? {
            Kept::Yes => return Ok((id, issued)),
            Kept::LimitReached => return Err(Refusal::DeviceCapReached),
            Kept::KeyInUse => {
                return Err(Refusal::CertificateRequest("its key is another device's"));
            }
            Kept::TermsUsed => {
                return Err(Refusal::EnrollmentDataInvalid(
                    "the acceptance of the terms was used for another device",
                ));
            }
            Kept::Raced => {}
        }
    }
    Err(Refusal::EnrollmentServer)
}

/// Signs a certificate for a managed device. Its row is the caller's.
pub(super) async fn sign(
    app: &App,
    id: Uuid,
    user: ObjectId,
    key: &SubjectPublicKeyInfoOwned,
    until: UnixTime,
    now: UnixTime,
) -> Result<Issued, Refusal> {
    let subject = Subject {
        id,
        user,
        tenant: directory(&app.store).await?.id,
        key,
        until,
    };
    Ok(app.mdm_ca.issue(&subject, now)?)
}

async fn document(
    app: &App,
    id: Uuid,
    user: &User,
    context: &Context,
    issued: &Issued,
    settings: &Settings,
    fault: Option<Kind>,
) -> Result<String, Refusal> {
    let effective = policy::effective(&app.store, user.id).await?;
    let other;
    let issued = if fault == Some(Kind::ProvisionOtherKey) {
        other = foreign(app, id, user.id).await?;
        &other
    } else {
        issued
    };
    let provision = Provision {
        id,
        tenant: directory(&app.store).await?.id,
        upn: &user.upn,
        device_name: context.name.as_deref().unwrap_or_default(),
        base: &app.hosts.manage,
        resource: &app.hosts.mdm_resource(),
        root: Some(app.mdm_ca.certificate()),
        issued,
        options: &effective.options,
        settings,
        fault,
    };
    Ok(provision.document())
}

/// A certificate with a key that is not the request's: the CA's own.
async fn foreign(app: &App, id: Uuid, user: ObjectId) -> Result<Issued, Refusal> {
    use der::Decode as _;
    let now = clock::now();
    let ca = x509_cert::Certificate::from_der(app.mdm_ca.certificate())
        .map_err(|_| Refusal::EnrollmentServer)?;
    let key = ca.tbs_certificate.subject_public_key_info;
    sign(app, id, user, &key, now.plus(86_400), now).await
}

/// `RequestSecurityTokenResponseCollection` around a document.
fn collection(document: &str) -> Node {
    let token = leaf("BinarySecurityToken", b64(document))
        .with("xmlns", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd")
        .with("ValueType", "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc")
        .with("EncodingType", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#base64binary");
    let enrollment = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment";
    let response = el("RequestSecurityTokenResponse")
        .child(leaf("TokenType", "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken"))
        .child(el("DispositionMessage").with("xmlns", enrollment))
        .child(el("RequestedSecurityToken").child(token))
        .child(leaf("RequestID", "0").with("xmlns", enrollment));
    el("RequestSecurityTokenResponseCollection")
        .with("xmlns", "http://docs.oasis-open.org/ws-sx/ws-trust/200512")
        .child(response)
}
