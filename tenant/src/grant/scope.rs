//! The words of `scope`: which are OpenID's, which name a resource, which a permission (registration reference §1.3).

/// Words of OpenID Connect.
const OPENID: &[&str] = &["openid", "profile", "email", "offline_access"];
/// Words of the dialect that say something else than a permission.
const DIALECT: &[&str] = &["aza", "ugs", "sid", "sso", "uts"];
/// What every request at v1.0 asks for without saying so: it is answered with all of them.
const V1: &str = "openid profile email offline_access";

/// The words of a request, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words<'a> {
    /// The resource's name, where the words name one.
    pub(super) resource: Option<&'a str>,
    /// What is wanted there: the part behind the name, or the whole word.
    pub(super) permissions: Vec<&'a str>,
}

/// Two resources in one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SeveralResources;

/// Sorts them. A word with a `/` is a resource's name and a permission: `https://graph.microsoft.com/.default`.
pub(super) fn words(scope: &str) -> Result<Words<'_>, SeveralResources> {
    let mut found = Words::default();
    for word in scope.split_ascii_whitespace() {
        if is_one_of(OPENID, word) || is_one_of(DIALECT, word) {
            continue;
        }
        let Some((name, permission)) = word.rsplit_once('/') else {
            found.permissions.push(word);
            continue;
        };
        let same = |known: &str| bare(known).eq_ignore_ascii_case(bare(name));
        if found.resource.is_some_and(|known| !same(known)) {
            return Err(SeveralResources);
        }
        found.resource = Some(name);
        found.permissions.push(permission);
    }
    Ok(found)
}

/// Without the final slash that some names have.
fn bare(name: &str) -> &str {
    name.strip_suffix('/').unwrap_or(name)
}

/// Whether a scope has a word.
pub(super) fn has(scope: &str, word: &str) -> bool {
    scope.split_ascii_whitespace().any(|other| other == word)
}

/// What is kept of a v1.0 request's scope: with the words that it means.
pub(crate) fn meant_by_v1(scope: &str) -> String {
    let mut words = scope.to_owned();
    for word in V1.split(' ').filter(|word| !has(scope, word)) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// What a request may have of OpenID's words, when it was granted `before`: nothing that was not asked for then. A request that
/// says nothing gets what was asked for.
pub(super) fn narrowed(before: &str, asked: Option<&str>) -> String {
    let Some(asked) = asked else {
        return before.to_owned();
    };
    let kept = asked
        .split_ascii_whitespace()
        .filter(|word| !is_one_of(OPENID, word) || has(before, word));
    kept.collect::<Vec<_>>().join(" ")
}

/// The answer's `scope` at v2.0: what was asked for, in the words it was asked in, and what that comes to. Clients look for
/// their own words in it; `offline_access` is answered by the refresh token itself.
pub(super) fn answered(asked: &str, audience: &str, given: &str) -> String {
    let mut answer: Vec<String> = Vec::new();
    let mut add = |word: String| {
        if !answer.contains(&word) {
            answer.push(word);
        }
    };
    for word in asked.split_ascii_whitespace() {
        if word != "offline_access" && !is_one_of(DIALECT, word) {
            add(word.to_owned());
        }
    }
    let prefixed = asked.contains('/');
    for word in given.split_ascii_whitespace() {
        add(if prefixed {
            format!("{}/{word}", bare(audience))
        } else {
            word.to_owned()
        });
    }
    answer.join(" ")
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        let drs = "urn:ms-drs:enterpriseregistration.windows.net";
        let scope = format!("openid offline_access {drs}/.default aza");
        let found = words(&scope).unwrap();
        assert_eq!(found.resource, Some(drs));
        assert_eq!(found.permissions, [".default"]);
        let found = words("User.Read openid").unwrap();
        assert_eq!(
            (found.resource, found.permissions),
            (None, vec!["User.Read"])
        );
        // A name with a final slash of its own.
        let found =
            words("https://graph.microsoft.com//.default https://graph.microsoft.com/User.Read")
                .unwrap();
        assert_eq!(found.permissions, [".default", "User.Read"]);
        assert_eq!(words("https://a/x https://b/y"), Err(SeveralResources));
        assert_eq!(words("  ").unwrap(), Words::default());
    }

    /// A redeeming client gets no more of OpenID's words than were asked for at the authorize endpoint.
    #[test]
    fn a_request_is_narrowed() {
        assert_eq!(
            narrowed(
                "openid x/.default",
                Some("openid offline_access x/.default")
            ),
            "openid x/.default"
        );
        assert_eq!(
            narrowed("openid offline_access", None),
            "openid offline_access"
        );
        assert_eq!(
            narrowed(&meant_by_v1("openid"), Some("openid offline_access")),
            "openid offline_access"
        );
        assert_eq!(narrowed("", Some("openid")), "");
    }

    #[test]
    fn an_answer_has_the_askers_words() {
        let graph = "https://graph.microsoft.com";
        assert_eq!(
            answered("User.Read openid offline_access", graph, "User.Read"),
            "User.Read openid"
        );
        assert_eq!(
            answered(
                "https://graph.microsoft.com/.default offline_access",
                graph,
                "User.Read"
            ),
            "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read"
        );
    }
}
