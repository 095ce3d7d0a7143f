//! `sign_in.pin`: the key behind the PIN vouches for the person (registration reference §4.3), and a primary refresh token comes of it.

use std::sync::Arc;

use dovetail_shared::encode::b64url;
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::link::Pin;
use dovetail_shared::oidc::Seconds;
use dovetail_shared::prt::HelloAssertion;
use dovetail_shared::{Report, Secret};
use zeroize::Zeroizing;

use super::super::account::Account;
use super::super::acquire::{Acquired, Proof, SCOPE, acquire};
use super::super::ask::nonce;
use super::super::error::PrtError;
use super::super::grant::grant;
use super::super::sign_in::{joined, settle};
use super::asked::{asking, person};
use super::error::PinError;
use super::open::tried;
use super::record::PinRecord;
use super::rules::rules;
use super::view::end;
use crate::Daemon;
use crate::front::Peer;
use crate::vault::VaultError;

/// Seconds before and after now that an assertion is good for.
const AROUND: i64 = 300;
/// Whom it is for: the service that takes it knows its own tenant.
const AUDIENCE: &str = "common";

/// AADSTS number where the directory does not have the key any more.
const KEY_NOT_FOUND: u32 = 135_010;

/// Signs the person in. What came of it is in their status, also when the service refused; a wrong PIN changes nothing there.
pub async fn sign_in(daemon: &Daemon, peer: &Peer, ask: &Pin) -> Result<(), Report> {
    let asking = asking(peer, "sign_in.pin", ask.account.as_deref());
    grant(daemon, asking, async |account: Arc<Account>| {
        let _one = account.work.lock().await;
        let outcome = signed_in(daemon, &account, ask).await;
        if daemon.idle() {
            daemon.net.rest();
        }
        match outcome {
            Ok(got) => {
                account.forget();
                let kept = daemon
                    .sso
                    .change(daemon, &account, |record| got.enter(record));
                kept.map_err(|error| error.report(daemon))?;
                account.in_order();
                Ok(())
            }
            Err(error @ (PrtError::Pin(_) | PrtError::Vault(_))) => Err(error.report(daemon)),
            Err(error) => {
                let report = error.report(daemon);
                settle(daemon, &account, Err(error))?;
                Err(report)
            }
        }
    })
    .await
}

async fn signed_in(daemon: &Daemon, account: &Account, ask: &Pin) -> Result<Acquired, PrtError> {
    let device = joined(daemon).ok_or(PrtError::NotJoined)?;
    let who = person(account)?;
    let mut record = PinRecord::needed(&daemon.store, account, &who, device.device_id)?;
    let rules = rules(daemon).map_err(PrtError::Kept)?;
    if !rules.allowed {
        return Err(PinError::Forbidden.into());
    }
    let now = daemon.now();
    if end(record.since, rules.expires_days).is_some_and(|end| end.0 <= now.0) {
        return Err(PinError::Expired.into());
    }
    // Who must wait is told so before the service is asked.
    record.tries.admit(now)?;
    let correlation = uuid::Uuid::new_v4().to_string();
    let claims = HelloAssertion {
        iss: who.upn.clone(),
        aud: AUDIENCE.into(),
        iat: Seconds::Number(now.plus(-AROUND).0),
        exp: Seconds::Number(now.plus(AROUND).0),
        request_nonce: nonce(daemon, &correlation).await?,
        scope: SCOPE.into(),
    };
    let header = JwsHeader {
        alg: "RS256".into(),
        typ: Some("JWT".into()),
        kid: Some(record.key.kid()?),
        use_: Some("ngc".into()),
        ..JwsHeader::default()
    };
    let claims =
        serde_json::to_vec(&claims).map_err(|_| VaultError::Crypto("writing a request"))?;
    let input = Zeroizing::new(signing_input(&header, &claims));
    let key = record.key.clone();
    let work = daemon.vault.sign_by_pin(&key, &ask.pin, input.as_bytes());
    let signature = tried(daemon, account, &mut record, work).await?;
    let assertion = Secret::new(format!("{}.{}", *input, b64url(signature)));
    let got = acquire(
        daemon,
        account.uid,
        Proof::Assertion(&assertion),
        Some(&who),
    );
    got.await.map_err(|error| match error.number() {
        Some(KEY_NOT_FOUND) => PinError::Refused(400).into(),
        _ => error,
    })
}
