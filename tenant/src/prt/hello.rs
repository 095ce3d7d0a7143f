//! Assertions by Hello keys (registration reference §4.3, §5.4, §5.5): a key that a person unlocks on one device vouches for them.

use dovetail_shared::UnixTime;
use dovetail_shared::jose::Jws;
use dovetail_shared::prt::HelloAssertion;
use uuid::Uuid;

use super::device_key::verify;
use super::nonce::Fresh;
use super::refusal::PrtRefusal;
use crate::account::{Directory, User, directory, is_named, user_by_id};
use crate::app::App;
use crate::device::Device;
use crate::grant::Refusal;
use crate::hello::by_kid;
use crate::store::StoreError;
use crate::token::issuer;

/// Longest life of an assertion that is taken: published clients make them for two hours around now.
const LONGEST_LIFE_SECS: i64 = 3 * 3600;
/// Difference between clocks that is borne.
const SKEW_SECS: i64 = 300;

/// What an assertion comes to.
#[derive(Debug)]
pub(super) struct Proved {
    pub(super) user: User,
    /// The nonce in it, not used up yet.
    pub(super) nonce: Fresh,
    /// The key that signed it.
    pub(super) key: Uuid,
}

/// Whom an assertion vouches for.
pub(super) async fn proved(
    app: &App,
    assertion: &str,
    device: &Device,
    now: UnixTime,
) -> Result<Proved, PrtRefusal> {
    let jws = Jws::split_either_alphabet(assertion).map_err(|_| PrtRefusal::Form)?;
    let header = &jws.header;
    if header.alg != "RS256"
        || header.crit.is_some()
        || header.b64.is_some()
        || header.use_.as_deref() != Some("ngc")
    {
        return Err(PrtRefusal::Form);
    }
    let kid = header.kid.as_deref().ok_or(PrtRefusal::Form)?;
    let key = by_kid(&app.store, kid).await?.ok_or(PrtRefusal::HelloKey)?;
    verify(&key.public, &jws)?;
    let claims: HelloAssertion =
        serde_json::from_slice(&jws.payload).map_err(|_| PrtRefusal::Form)?;
    let directory = directory(&app.store).await?;
    if !is_meant(app, &directory, &claims.aud).await? {
        return Err(PrtRefusal::Form);
    }
    lifetime(&claims, now)?;
    let nonce = app.prt.nonces.check(Some(&claims.request_nonce))?;
    let user = user_by_id(&app.store, key.user)
        .await?
        .filter(|user| user.upn.eq_ignore_ascii_case(&claims.iss))
        .ok_or(PrtRefusal::HelloKey)?;
    if key.device != device.id {
        return Err(PrtRefusal::HelloKey);
    }
    if !user.enabled {
        return Err(Refusal::Disabled.into());
    }
    Ok(Proved {
        user,
        nonce,
        key: key.id,
    })
}

/// Clients write `common`, a name of the tenant, or its issuer.
async fn is_meant(app: &App, directory: &Directory, aud: &str) -> Result<bool, StoreError> {
    let ours = aud == issuer(directory) || aud == app.hosts.login;
    Ok(ours || is_named(&app.store, &aud.to_ascii_lowercase()).await?)
}

fn lifetime(claims: &HelloAssertion, now: UnixTime) -> Result<(), PrtRefusal> {
    let (iat, exp) = claims
        .iat
        .get()
        .zip(claims.exp.get())
        .ok_or(PrtRefusal::Form)?;
    let life = exp.saturating_sub(iat);
    if iat > now.plus(SKEW_SECS).0 || exp <= now.0 || !(0..=LONGEST_LIFE_SECS).contains(&life) {
        return Err(PrtRefusal::Time);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::oidc::Seconds;
    use dovetail_shared::rsa_blob::RsaPublic;

    const ASSERTION: &str =
        include_str!("../../../shared/tests/vectors/roadlib_hello_assertion.txt");

    fn published_key() -> RsaPublic {
        use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
        let der = include_bytes!("../../../shared/tests/vectors/prt_transport_key.pkcs1.der");
        let pair = RsaKeyPair::from_der(der).unwrap();
        RsaPublic::from_pkcs1(pair.public_key().as_ref()).unwrap()
    }

    /// roadlib's assertion by a published key: name, signature and claims are read as it made them.
    #[test]
    fn a_published_assertion_holds() {
        let key = published_key();
        let jws = Jws::split(ASSERTION).unwrap();
        let name = "OirLBJMt6R8QpJtfHbHjoWP/sV3QcmxTn+eEOogAlBs=";
        assert_eq!(jws.header.kid.as_deref(), Some(name));
        assert_eq!(jws.header.use_.as_deref(), Some("ngc"));
        verify(&key, &jws).unwrap();
        let claims: HelloAssertion = serde_json::from_slice(&jws.payload).unwrap();
        assert_eq!(claims.iss, "user@contoso.com");
        assert!(lifetime(&claims, UnixTime(1_700_000_000)).is_ok());
        for at in [1_700_003_600, 1_699_996_400 - SKEW_SECS - 1] {
            assert!(lifetime(&claims, UnixTime(at)).is_err(), "{at}");
        }
        let long = HelloAssertion {
            exp: Seconds::Text("1800000000".to_owned()),
            ..claims
        };
        assert!(lifetime(&long, UnixTime(1_700_000_000)).is_err());

        let changed = ASSERTION.replacen('e', "f", 1);
        assert!(
            Jws::split(&changed).is_err() || {
                verify(&key, &Jws::split(&changed).unwrap()).is_err()
            }
        );
    }
}
