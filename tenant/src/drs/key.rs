//! `POST /EnrollmentServer/key/?api-version=1.0`: a Hello key becomes a person's on a device (MS-KPP §3.1.5.1.1; registration
//! reference §5).
//!
//! Order as there: the request's form, who asks by what token, the person, and then the directory.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::drs::{JoinType, KeyRequest, KeyResponse};
use dovetail_shared::encode::from_b64;
use dovetail_shared::rsa_blob::RsaPublic;

use super::bearer::proved;
use super::csr::good_key;
use super::error;
use super::key_refusal::{Ids, Refusal};
use crate::account::{User, directory, user_by_id};
use crate::app::{App, Tenant};
use crate::audit::{self, Act};
use crate::device::{self, Device};
use crate::hello::{Register, Registered};
use crate::rule::rules;
use crate::store::StoreError;
use crate::token::Verified;
use crate::{clock, random};

/// Largest request: the key is 380 characters of it.
const BODY: usize = 4096;
/// Longest base64 of a key that is looked at.
const LONGEST_KEY: usize = 512;
/// The one size of key that the dialect's clients make.
const BITS: usize = 2048;

/// The handler.
pub(super) async fn register(
    State(app): State<Tenant>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let ids = Ids::of(&headers);
    let response = match take(&app, query.as_deref(), &headers, &body).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.response(&ids),
    };
    ids.on(response)
}

async fn take(
    app: &App,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<KeyResponse, Refusal> {
    form(query, headers)?;
    let key = key(body)?;
    let directory = directory(&app.store).await?;
    let verified = proved(app, &directory, headers)
        .await
        .map_err(Refusal::Authentication)?;
    let device = device_of(app, &verified).await?;
    strong(app, &verified).await?;
    let user = user_by_id(&app.store, verified.claims().oid)
        .await?
        .filter(|user| user.enabled)
        .ok_or(Refusal::Account)?;
    fits(&device, &user, &key)?;
    app.audit.open_for_grants()?;
    let now = clock::now();
    let register = Register {
        id: random::ordered_guid(now)?,
        user: user.id,
        device: device.id,
        blob: key.to_blob(),
        now,
    };
    let id = match app.store.write(register).await {
        Ok(Registered::As(id)) => id,
        Ok(Registered::NoDevice) => return Err(Refusal::NoDevice),
        Ok(Registered::Removed) => return Err(Refusal::Removed),
        Ok(Registered::LimitReached) => return Err(Refusal::Limit),
        // Somebody else was faster with the same key.
        Ok(Registered::InUse) | Err(StoreError::Taken(_)) => return Err(Refusal::InUse),
        Err(error) => return Err(error.into()),
    };
    tracing::info!(upn = user.upn, device = %device.id, key = %id, "a Hello key was registered");
    app.audit
        .granted_about(Act::HelloKeyRegistered, id.to_string());
    Ok(KeyResponse {
        kid: id.to_string(),
        upn: user.upn,
        // There is no domain controller that wrote it.
        pctx: None,
    })
}

/// Version and media type (MS-KPP §2.2.1.4, §2.2.1.6): the version once, in the query or in a header.
fn form(query: Option<&str>, headers: &HeaderMap) -> Result<(), Refusal> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut versions: Vec<String> = pairs
        .filter(|(name, _)| name == "api-version")
        .map(|(_, value)| value.into_owned())
        .collect();
    let headed = headers.get_all("api-version").iter();
    versions.extend(headed.map(|value| value.to_str().unwrap_or_default().to_owned()));
    if versions != ["1.0"] {
        return Err(Refusal::Invalid(
            "api-version must be 1.0 and stand once, in the query or in a header",
        ));
    }
    let ranges = headers.get_all(header::ACCEPT).iter();
    let takes_json = ranges
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("application/json"));
    if !takes_json {
        return Err(Refusal::Invalid("Accept must be application/json"));
    }
    Ok(())
}

/// The key of a request, which is held to what a transport key is held to, and to one size.
pub(super) fn key(body: &[u8]) -> Result<RsaPublic, Refusal> {
    if body.len() > BODY {
        return Err(Refusal::Invalid("the body is too large"));
    }
    let request: KeyRequest = serde_json::from_slice(body)
        .map_err(|_| Refusal::Invalid("the body is not an object with kngc"))?;
    if request.kngc.len() > LONGEST_KEY {
        return Err(Refusal::Invalid("kngc is too long"));
    }
    let blob =
        from_b64(&request.kngc).map_err(|_| Refusal::Invalid("kngc is not standard base64"))?;
    let key =
        RsaPublic::from_blob(&blob).map_err(|_| Refusal::Invalid("kngc is not an RSA1 blob"))?;
    // One key has one form, and so one name.
    if key.to_blob() != blob {
        return Err(Refusal::Invalid("kngc is not an RSA1 blob"));
    }
    good_key(&key).map_err(|refusal| match refusal {
        error::Refusal::Invalid(why) => Refusal::Invalid(why),
        _ => Refusal::Invalid("the key cannot be used"),
    })?;
    if key.bits() != BITS {
        return Err(Refusal::Invalid("the key is not RSA with 2048 bits"));
    }
    Ok(key)
}

/// The device that vouched for the sign-in: the key will be good there alone.
async fn device_of(app: &App, verified: &Verified) -> Result<Device, Refusal> {
    let id = verified.device().ok_or(Refusal::NoDevice)?;
    audit::is_device(id);
    let device = device::device(&app.store, id).await?;
    let device = device.ok_or(Refusal::NoDevice)?;
    if !device.enabled {
        return Err(Refusal::Disabled);
    }
    Ok(device)
}

/// Whether the sign-in is enough for a key that will stand for a second factor by itself.
///
/// MS-KPP §3.1.5.1.1.3 names three methods, `ngcmfa`, `mfa` and `…/claims/multipleauthn`; by its note <2> servers of today have
/// `ngcmfa` there, and those of before had the others. We read it as today's: an `mfa` may be days old.
async fn strong(app: &App, verified: &Verified) -> Result<(), Refusal> {
    if !verified.fresh_factor(clock::now()) {
        return Err(Refusal::FactorNeeded);
    }
    // Whoever was sent a code and typed it did not mean to make a key: the same switch as at registration.
    if verified.by_device_code() && !rules(&app.store).await?.device_code_join {
        return Err(Refusal::ByDeviceCode);
    }
    Ok(())
}

/// Whether the device is the person's to have keys on, and the key is not one that the device has for something else: those are
/// used without anybody unlocking them.
fn fits(device: &Device, user: &User, key: &RsaPublic) -> Result<(), Refusal> {
    // A registered device is one person's; a joined one serves everybody of the tenant.
    if device.join_type == JoinType::Registered && device.owner_id != user.id {
        return Err(Refusal::OthersDevice);
    }
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key.to_pkcs1());
    if hash.as_ref() == device.public_key_hash || key.modulus == device.transport_modulus {
        return Err(Refusal::Invalid(
            "the key is the device's own; make one for Hello alone",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::encode::b64;
    use serde_json::json;

    const PUBLISHED: &str = include_str!("../../../shared/tests/vectors/roadlib_hello_key.txt");

    fn of(kngc: &str) -> Result<RsaPublic, Refusal> {
        key(json!({ "kngc": kngc }).to_string().as_bytes())
    }

    /// roadlib's blob of a published key (registration reference §9.6) is taken, and comes out as it went in.
    #[test]
    fn a_published_blob_is_taken() {
        let blob = PUBLISHED.trim();
        assert_eq!(b64(of(blob).unwrap().to_blob()), blob);
    }

    /// [DR-03] [DR-12] Keys of another size or form, and bodies that are none, are refused.
    #[test]
    fn other_keys_and_bodies_are_refused() {
        let good = of(PUBLISHED.trim()).unwrap();
        let sized = |bytes: usize| {
            let mut modulus = good.modulus.repeat(8);
            modulus.truncate(bytes);
            *modulus.last_mut().unwrap() = *good.modulus.last().unwrap();
            b64(RsaPublic::new(&modulus, &good.exponent).to_blob())
        };
        let with = |exponent: &[u8]| b64(RsaPublic::new(&good.modulus, exponent).to_blob());
        let mut trailing = good.to_blob();
        trailing.push(0);
        // The same number, one byte longer.
        let mut padded = good.to_blob();
        padded[12..16].copy_from_slice(&257_u32.to_le_bytes());
        padded.insert(24 + 3, 0);
        for kngc in [
            sized(128),
            sized(255),
            sized(384),
            sized(512),
            with(&[3]),
            with(&[1]),
            b64(trailing),
            b64(padded),
            b64(&good.to_blob()[..100]),
            b64("RSA1"),
            String::new(),
            "VGhpc0lzQW5FeGFtcGxlQXN5bW1ldHJpY0tleQ==".to_owned(),
            "A".repeat(LONGEST_KEY + 1),
            PUBLISHED.trim().replace('/', "_"),
        ] {
            assert!(matches!(of(&kngc), Err(Refusal::Invalid(_))), "{kngc:.60}");
        }
        let long = format!("{{\"kngc\":\"{}\"{}}}", PUBLISHED.trim(), " ".repeat(BODY));
        for body in ["", "{}", "[]", "null", r#"{"kngc":7}"#, &long] {
            assert!(key(body.as_bytes()).is_err(), "{body:.60}");
        }
    }

    /// The version stands once and is 1.0; the answer that is wanted is JSON.
    #[test]
    fn version_and_media_type_are_asked_for() {
        let asked = |query: Option<&str>, fields: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(*name, value.parse().unwrap());
            }
            form(query, &headers).is_ok()
        };
        let json = ("accept", "application/json");
        assert!(asked(Some("api-version=1.0"), &[json]));
        assert!(asked(None, &[json, ("api-version", "1.0")]));
        let several = ("accept", "text/html;q=0.1, Application/JSON; charset=utf-8");
        assert!(asked(Some("x=y&api-version=1.0"), &[several]));
        for query in [
            None,
            Some(""),
            Some("api-version=2.0"),
            Some("api-version=1"),
            Some("api-version=1.0&api-version=1.0"),
        ] {
            assert!(!asked(query, &[json]), "{query:?}");
        }
        assert!(!asked(
            Some("api-version=1.0"),
            &[json, ("api-version", "1.0")]
        ));
        for accept in ["*/*", "application/xml", ""] {
            assert!(!asked(Some("api-version=1.0"), &[("accept", accept)]));
        }
        assert!(!asked(Some("api-version=1.0"), &[]));
    }
}
