//! How strong a sign-in an application asks for (registration reference §1.2).

use dovetail_shared::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::token::{FRESH, FRESH_SECS, by_more_than_keys};

/// How a person must have signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Strength {
    #[default]
    Any,
    /// With a second factor.
    Mfa,
    /// With one that was given just now: precondition for keys of their own.
    FreshMfa,
}

/// Whether these methods have a second factor.
pub(super) fn has_second_factor(amr: &[String]) -> bool {
    amr.iter().any(|method| is_second_factor(method))
}

/// Whether a method says that there was one.
pub(super) fn is_second_factor(method: &str) -> bool {
    method == "mfa" || method == FRESH
}

impl Strength {
    /// What `amr_values=ngcmfa` (v1.0) or `claims={"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}` asks for. Other claims are
    /// passed over; what is no JSON object is refused.
    pub(crate) fn asked(amr_values: Option<&str>, claims: Option<&str>) -> Result<Self, ()> {
        let mut words: Vec<String> = amr_values
            .unwrap_or_default()
            .split([' ', ','])
            .map(str::to_owned)
            .collect();
        if let Some(claims) = claims {
            let claims: Value = serde_json::from_str(claims).map_err(|_| ())?;
            if !claims.is_object() {
                return Err(());
            }
            for token in ["access_token", "id_token"] {
                let amr = claims.get(token).and_then(|token| token.get("amr"));
                let Some(amr) = amr else { continue };
                words.extend(amr.get("value").and_then(Value::as_str).map(str::to_owned));
                let several = amr.get("values").and_then(Value::as_array);
                let several = several.into_iter().flatten().filter_map(Value::as_str);
                words.extend(several.map(str::to_owned));
            }
        }
        let has = |word: &str| words.iter().any(|other| other == word);
        Ok(if has(FRESH) {
            Self::FreshMfa
        } else if has("mfa") {
            Self::Mfa
        } else {
            Self::Any
        })
    }

    /// The methods as a token says them that was asked for so, where that is met: that the second factor is fresh is said to whoever asks.
    pub(crate) fn told(self, mut amr: Vec<String>) -> Vec<String> {
        if self == Self::FreshMfa && !amr.iter().any(|method| method == FRESH) {
            amr.push(FRESH.to_owned());
        }
        amr
    }

    /// Whether a sign-in with these methods, the last of them at `at`, is as strong `now`. A Hello key's word is a second factor,
    /// and no fresh one: what that is the precondition for is another key.
    pub(crate) fn is_met(self, amr: &[String], at: UnixTime, now: UnixTime) -> bool {
        match self {
            Self::Any => true,
            Self::Mfa => has_second_factor(amr),
            Self::FreshMfa => {
                has_second_factor(amr) && by_more_than_keys(amr) && at.plus(FRESH_SECS).0 >= now.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_fresh_factor_are_read() {
        let claims = r#"{"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}"#;
        assert_eq!(Strength::asked(None, Some(claims)), Ok(Strength::FreshMfa));
        assert_eq!(
            Strength::asked(Some("ngcmfa"), None),
            Ok(Strength::FreshMfa)
        );
        assert_eq!(
            Strength::asked(None, Some(r#"{"id_token":{"amr":{"value":"mfa"}}}"#)),
            Ok(Strength::Mfa)
        );
        assert_eq!(
            Strength::asked(
                None,
                Some(r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#)
            ),
            Ok(Strength::Any)
        );
        for wrong in ["", "x", "[]", "\"x\"", "{"] {
            assert!(Strength::asked(None, Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_fresh_factor_is_one_of_the_last_ten_minutes() {
        let both = ["pwd", "mfa"].map(str::to_owned);
        let at = UnixTime(1000);
        let met = |strength: Strength, amr: &[String], now| strength.is_met(amr, at, UnixTime(now));
        assert!(met(Strength::FreshMfa, &both, 1600) && !met(Strength::FreshMfa, &both, 1601));
        let told = Strength::FreshMfa.told(both.to_vec());
        assert!(
            told.ends_with(&[FRESH.to_owned()]) && Strength::FreshMfa.told(told.clone()) == told
        );
        assert_eq!(Strength::Mfa.told(both.to_vec()), both);
        let key = ["rsa", "mfa"].map(str::to_owned);
        assert!(met(Strength::Mfa, &key, 1000) && !met(Strength::FreshMfa, &key, 1000));
        assert!(met(Strength::Mfa, &both, 9999) && !met(Strength::Mfa, &both[..1], 1000));
        assert!(met(Strength::Any, &[], 9999) && !met(Strength::FreshMfa, &both[..1], 1000));
    }
}
