//! What a request demands of the sign-in: `prompt`, `max_age`, `amr_values`, `claims`.

use serde_json::Value;

use super::request::Strength;

/// The one word that counts; several may stand there (OIDC Core §3.1.2.1), `none` only alone.
pub(super) fn prompt(words: Option<&str>) -> Result<Option<&str>, ()> {
    let Some(words) = words else { return Ok(None) };
    let known = ["login", "select_account", "consent", "create", "none"];
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| !known.contains(word))
        || (words.contains(&"none") && words.len() > 1)
    {
        return Err(());
    }
    // The list is in the order of what asks for more.
    Ok(known.into_iter().find(|known| words.contains(known)))
}

/// Seconds; a number that is none is refused.
pub(super) fn max_age(text: Option<&str>) -> Result<Option<i64>, ()> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .map(Some)
        .ok_or(())
}

/// `amr_values=ngcmfa` at v1.0, `claims={"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}` at v2.0. Other claims are passed
/// over; what is no JSON object is refused.
pub(super) fn strength(amr_values: Option<&str>, claims: Option<&str>) -> Result<Strength, ()> {
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
    Ok(if has("ngcmfa") {
        Strength::FreshMfa
    } else if has("mfa") {
        Strength::Mfa
    } else {
        Strength::Any
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_prompt_counts() {
        assert_eq!(prompt(None), Ok(None));
        assert_eq!(prompt(Some("consent login")), Ok(Some("login")));
        assert_eq!(prompt(Some("none")), Ok(Some("none")));
        for wrong in ["none login", "None", "admin_consent", "login,none"] {
            assert!(prompt(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_age_is_a_number() {
        assert_eq!(max_age(Some("0")), Ok(Some(0)));
        assert_eq!(max_age(Some("3600")), Ok(Some(3600)));
        for wrong in ["-1", "+1", "1.5", "x", "99999999999", " 1", "1e3"] {
            assert!(max_age(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn both_spellings_of_a_fresh_factor_are_read() {
        let claims = r#"{"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}"#;
        assert_eq!(strength(None, Some(claims)), Ok(Strength::FreshMfa));
        assert_eq!(strength(Some("ngcmfa"), None), Ok(Strength::FreshMfa));
        assert_eq!(
            strength(None, Some(r#"{"id_token":{"amr":{"value":"mfa"}}}"#)),
            Ok(Strength::Mfa)
        );
        assert_eq!(
            strength(
                None,
                Some(r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#)
            ),
            Ok(Strength::Any)
        );
        for wrong in ["", "x", "[]", "\"x\"", "{"] {
            assert!(strength(None, Some(wrong)).is_err(), "{wrong}");
        }
    }
}
