//! `DELETE /EnrollmentServer/device/{id}`: a device leaves, proving itself by TLS client certificate (registration reference §3.9).

use aws_lc_rs::digest;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use dovetail_shared::id::DeviceId;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::error::Refusal;
use crate::app::Tenant;
use crate::audit::{self, Act};
use crate::device::{delete, device_of_key};
use crate::tls::PeerCertificate;

/// The handler.
pub(super) async fn leave(
    State(app): State<Tenant>,
    Path(id): Path<String>,
    Extension(PeerCertificate(peer)): Extension<PeerCertificate>,
) -> Result<StatusCode, Refusal> {
    let der = peer.ok_or(Refusal::Authentication(
        "no client certificate was presented",
    ))?;
    let id: DeviceId = id
        .trim_end_matches('/')
        .parse()
        .map_err(|_| Refusal::NoDevice)?;
    audit::says_device(id);
    let (_, certificate) = X509Certificate::from_der(&der)
        .map_err(|_| Refusal::Authentication("the client certificate cannot be read"))?;
    let (_, ca) = X509Certificate::from_der(app.ca.certificate())
        .map_err(|_| Refusal::Authentication("the client certificate cannot be judged"))?;
    certificate
        .verify_signature(Some(ca.public_key()))
        .map_err(|_| Refusal::Authentication("the client certificate is not ours"))?;
    if !certificate.validity().is_valid() {
        return Err(Refusal::Authentication(
            "the client certificate has expired",
        ));
    }
    let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
    let pkcs1 = &certificate.public_key().subject_public_key.data;
    let key_hash = digest::digest(&digest::SHA256, pkcs1);
    let device = device_of_key(&app.store, key_hash.as_ref(), thumbprint.as_ref())
        .await?
        .ok_or(Refusal::NoDevice)?;
    audit::is_device(device.id);
    // Another device's id with one's own certificate is told the same as an id that does not exist.
    if device.id != id {
        return Err(Refusal::NoDevice);
    }
    // Disabled is the administrator's word; the object stays as evidence until an administrator deletes it.
    if !device.enabled {
        return Err(Refusal::Disabled);
    }
    delete(&app.store, id).await?;
    tracing::info!(device = %id, "left");
    app.audit.granted(Act::DeviceLeft);
    Ok(StatusCode::OK)
}
