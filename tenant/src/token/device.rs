//! An access token for a device alone (registration reference §4.9): it names no person, so whatever wants one refuses it.

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId, TenantId};
use serde::Serialize;

use super::ACCESS_LIFE_SECS;
use super::issue::{issuer, sign};
use crate::account::Directory;
use crate::signer::{KeyError, Signer};

/// What it says.
#[derive(Debug)]
pub(crate) struct DeviceAccess<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) device: DeviceId,
    /// The device's object in the directory.
    pub(crate) object: ObjectId,
    /// Becomes `aud`.
    pub(crate) resource: &'a str,
    /// Becomes `appid`.
    pub(crate) client_id: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    tid: TenantId,
    oid: ObjectId,
    sub: ObjectId,
    deviceid: DeviceId,
    idtyp: &'static str,
    amr: [&'static str; 1],
    appid: &'a str,
    ver: &'static str,
}

/// Signs it.
pub(crate) fn issue_device_access(
    signer: &Signer,
    access: &DeviceAccess<'_>,
    now: UnixTime,
) -> Result<String, KeyError> {
    let claims = Claims {
        aud: access.resource,
        iss: issuer(access.directory),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(ACCESS_LIFE_SECS).0,
        tid: access.directory.id,
        oid: access.object,
        sub: access.object,
        deviceid: access.device,
        idtyp: "device",
        amr: ["rsa"],
        appid: access.client_id,
        ver: "1.0",
    };
    sign(signer, &claims)
}
