//! The second factor: time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 s), one step of grace, each good once.

use dovetail_shared::UnixTime;
use totp_rs::{Algorithm, Secret, TOTP};

use crate::store::{Store, StoreError, query};

const STEP_SECS: u64 = 30;

/// Whether `code` is this user's at `now`. A code that was right is used up, also for a second browser at the same moment.
pub(crate) async fn check_code(
    store: &Store,
    upn: &str,
    code: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let row = query("SELECT totp_secret FROM \"user\" WHERE upn = $1")
        .bind(upn)
        .fetch_optional(store)
        .await?;
    let secret: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    let Some(totp) = secret.and_then(|secret| generator(&secret)) else {
        return Ok(false);
    };
    let at = now;
    let now = u64::try_from(now.0).unwrap_or(0);
    let Some(step) = matching_step(&totp, code, now / STEP_SECS) else {
        return Ok(false);
    };
    let used = query(
        "UPDATE \"user\" SET totp_last_step = $1, failures = 0, locked_until = 0 WHERE upn = $2 AND totp_last_step < $3 AND locked_until <= $4",
    )
    .bind(step)
    .bind(upn)
    .bind(step)
        .bind(at.0)
    .execute(store)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// `None` when the secret is not base32.
pub(crate) fn generator(secret: &str) -> Option<TOTP> {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    Some(TOTP::new_unchecked(
        Algorithm::SHA1,
        6,
        0,
        STEP_SECS,
        secret,
        None,
        String::new(),
    ))
}

fn matching_step(totp: &TOTP, code: &str, step: u64) -> Option<i64> {
    let candidates = [step.saturating_sub(1), step, step.saturating_add(1)];
    let matches = |step: &u64| {
        let right = totp.generate(step.saturating_mul(STEP_SECS));
        aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
    };
    candidates
        .into_iter()
        .filter(matches)
        .filter_map(|step| i64::try_from(step).ok())
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six of eight digits.
    #[test]
    fn codes_agree_with_the_rfc() {
        let secret = Secret::Raw(b"12345678901234567890".to_vec())
            .to_encoded()
            .to_string();
        let totp = generator(&secret).unwrap();
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(totp.generate(time), code);
            assert_eq!(
                matching_step(&totp, code, time / STEP_SECS),
                i64::try_from(time / STEP_SECS).ok()
            );
            assert_eq!(matching_step(&totp, code, time / STEP_SECS + 2), None);
        }
    }
}
