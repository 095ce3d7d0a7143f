//! What a request demands of the sign-in: `prompt`, `max_age`. How strong it has to be is `rule::Strength`.

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
}
