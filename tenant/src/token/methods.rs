//! How a person signed in, as a token may still say it.

use dovetail_shared::UnixTime;

/// Method of a second factor that was given just now: precondition for keys of the person's own (registration reference §5.1).
pub(crate) const FRESH: &str = "ngcmfa";
/// Seconds that it stays that.
pub(crate) const FRESH_SECS: i64 = 600;
/// What the keys of a device say for themselves: the device's own, and a Hello key's, for which a second factor is what it is.
const OF_KEYS: &[&str] = &["rsa", "mfa", FRESH];

/// Whether a person did something for these methods, beyond unlocking a key that they registered before. A key makes no other
/// key: whoever got hold of one could go on for ever.
pub(crate) fn by_more_than_keys(amr: &[String]) -> bool {
    let more = |method: &String| !OF_KEYS.contains(&method.as_str());
    amr.iter().any(more)
}

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
    fn a_key_alone_is_no_person() {
        let by = |amr: &[&str]| {
            let amr: Vec<String> = amr.iter().map(|method| (*method).to_owned()).collect();
            by_more_than_keys(&amr)
        };
        assert!(
            by(&["pwd", "otp", "mfa", "rsa"]) && by(&["fed", "mfa"]) && by(&["rsa", "mfa", "otp"])
        );
        assert!(!by(&["rsa", "mfa"]) && !by(&["rsa", "mfa", FRESH]) && !by(&[]));
    }

    #[test]
    fn a_fresh_factor_grows_old() {
        let amr = ["pwd", "mfa", FRESH].map(str::to_owned);
        let at = UnixTime(1000);
        assert_eq!(methods(&amr, at, UnixTime(1600)), amr);
        assert_eq!(methods(&amr, at, UnixTime(1601)), ["pwd", "mfa"]);
    }
}
