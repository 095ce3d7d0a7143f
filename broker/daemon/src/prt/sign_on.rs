//! The last step of a join that has a refresh token already.

use dovetail_shared::Secret;
use dovetail_shared::id::TenantId;

use super::acquire::{Proof, acquire};
use super::answer::Who;
use super::sign_in::{place, settle};
use crate::Daemon;

/// Signs the joining user on; whether that went well. Why not, is in the user's status.
pub async fn sign_on(
    daemon: &Daemon,
    uid: u32,
    tenant_id: TenantId,
    upn: &str,
    refresh: &Secret<String>,
) -> bool {
    let whose = Who {
        tenant_id,
        oid: None,
        upn: upn.to_owned(),
    };
    let user = match daemon.sso.enter(daemon, uid).await {
        Ok(user) => user,
        Err(error) => {
            tracing::info!("user {uid} is not signed on: {error}");
            return false;
        }
    };
    let outcome = match acquire(daemon, uid, Proof::Refresh(refresh), Some(&whose)).await {
        Ok(got) => place(daemon, &user, got, false).await,
        Err(error) => Err(error),
    };
    let good = outcome.is_ok();
    if let Err(report) = settle(daemon, &user, outcome) {
        tracing::warn!(
            "the sign-on failed, and that could not be kept: {}",
            report.code
        );
    }
    good
}
