//! How a person signed in, as a token may still say it.

use dovetail_shared::UnixTime;

/// Method of a second factor that was given just now: precondition for keys of the person's own (registration reference §5.1).
pub(crate) const FRESH: &str = "ngcmfa";
/// Seconds that it stays that.
pub(crate) const FRESH_SECS: i64 = 600;

/// The methods of a sign-in at `at` that hold `now`.
pub(crate) fn methods(amr: &[String], at: UnixTime, now: UnixTime) -> Vec<String> {
    let fresh = at.plus(FRESH_SECS).0 >= now.0;
    let still = |method: &&String| fresh || *method != FRESH;
    amr.iter().filter(still).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_factor_grows_old() {
        let amr = ["pwd", "mfa", FRESH].map(str::to_owned);
        let at = UnixTime(1000);
        assert_eq!(methods(&amr, at, UnixTime(1600)), amr);
        assert_eq!(methods(&amr, at, UnixTime(1601)), ["pwd", "mfa"]);
    }
}
