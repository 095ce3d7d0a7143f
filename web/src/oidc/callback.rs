//! What the sign-in brought back: out of the fragment at once, checked, given down, forgotten.

use dovetail_shared::code::ServerSaid;
use dovetail_shared::oidc::OAuthError;
use dovetail_shared::{Code, Secret};

use super::session::SignIn;

/// The fragment of a sign-in's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    state: Option<String>,
    iss: Option<String>,
    id_token: Option<Secret<String>>,
    error: Option<OAuthError>,
}

/// Why the answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Another state, or another issuer: not the answer to this page's question (login CSRF).
    Foreign,
    /// Neither token nor error, or more than one of something.
    Nonsense,
    /// The identity provider said no.
    Provider(Code, ServerSaid),
}

/// Reads a fragment (without `#`). `None` when it is no answer at all: an ordinary page load.
pub(crate) fn parse(fragment: &str) -> Option<Answer> {
    let mut answer = Answer::default();
    let mut error = OAuthError::default();
    let mut seen: Vec<String> = Vec::new();
    for pair in fragment.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !matches!(
            name,
            "state" | "iss" | "id_token" | "error" | "error_description"
        ) {
            continue;
        }
        if seen.iter().any(|known| known == name) {
            // RFC 6749 §3.1: a parameter may not stand twice. Nothing of such an answer is believed.
            return Some(Answer::default());
        }
        seen.push(name.to_owned());
        let value = decode(value);
        match name {
            "state" => answer.state = Some(value),
            "iss" => answer.iss = Some(value),
            "id_token" => answer.id_token = Some(Secret::new(value)),
            "error" => error.error = value,
            _ => error.error_description = value,
        }
    }
    if !error.error.is_empty() {
        answer.error = Some(error);
    }
    (answer.id_token.is_some() || answer.error.is_some()).then_some(answer)
}

impl Answer {
    /// The token, if this answers what `asked` says this page asked for.
    pub(crate) fn check(self, asked: Option<&SignIn>) -> Result<Secret<String>, Refused> {
        let asked = asked.ok_or(Refused::Foreign)?;
        if self.state.is_none_or(|state| state != asked.state) {
            return Err(Refused::Foreign);
        }
        // RFC 9207 §2.4; the daemon checks the token's own issuer again.
        if self
            .iss
            .is_some_and(|iss| !issuer_fits(&asked.issuer, &iss))
        {
            return Err(Refused::Foreign);
        }
        match (self.id_token, self.error) {
            (Some(token), None) if !token.expose().is_empty() => Ok(token),
            (None, Some(error)) => Err(Refused::provider(&error)),
            _ => Err(Refused::Nonsense),
        }
    }
}

impl Refused {
    fn provider(error: &OAuthError) -> Self {
        let code = match (error.aadsts(), error.error.as_str()) {
            (Some(number), _) => Code::Aadsts(number),
            (None, "access_denied") => Code::AADSTS_DECLINED,
            (None, "temporarily_unavailable" | "server_error") => Code::UNREACHABLE,
            (None, _) => Code::TOKEN_REJECTED,
        };
        let cut = |text: &str| {
            text.chars()
                .filter(|c| !dovetail_shared::name::is_invisible(*c))
                .take(512)
                .collect()
        };
        Self::Provider(
            code,
            ServerSaid {
                http_status: 0,
                error: cut(&error.error),
                message: cut(&error.error_description),
                request_id: String::new(),
            },
        )
    }
}

/// Metadata of `common` names its issuer with `{tenantid}` in it; any one segment may stand there.
fn issuer_fits(expected: &str, iss: &str) -> bool {
    let Some((before, rest)) = expected.split_once('{') else {
        return expected == iss;
    };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    iss.strip_prefix(before)
        .and_then(|iss| iss.strip_suffix(after))
        .is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
}

/// `application/x-www-form-urlencoded`; bytes that are not UTF-8 become U+FFFD.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
                rest = ahead;
            }
            (b'+', _, _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://sts.windows.net/{tenantid}/";

    fn asked() -> SignIn {
        SignIn {
            state: "mine".into(),
            issuer: ISSUER.into(),
            join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
        }
    }

    fn answer(fragment: &str) -> Result<Secret<String>, Refused> {
        parse(fragment).unwrap().check(Some(&asked()))
    }

    #[test]
    fn an_answer_to_our_question_gives_the_token() {
        let token = answer("id_token=a.b.c&state=mine&session_state=x").unwrap();
        assert_eq!(token.expose(), "a.b.c");
        assert_eq!(parse(""), None);
        assert_eq!(parse("section-2"), None);
        assert_eq!(parse("state=mine"), None);
    }

    /// [PG-08] An answer with another page's state, or with none, is not taken.
    #[test]
    fn a_foreign_state_is_refused() {
        for fragment in [
            "id_token=a.b.c&state=theirs",
            "id_token=a.b.c&state=",
            "id_token=a.b.c",
            "id_token=a.b.c&state=mine%00",
            "id_token=a.b.c&state=MINE",
            "error=access_denied&state=theirs",
        ] {
            assert_eq!(answer(fragment), Err(Refused::Foreign), "{fragment}");
        }
        assert_eq!(
            parse("id_token=a.b.c&state=mine").unwrap().check(None),
            Err(Refused::Foreign)
        );
    }

    /// [PG-08] An answer that says it comes from another issuer is not taken.
    #[test]
    fn a_foreign_issuer_is_refused() {
        let with = |iss: &str| answer(&format!("id_token=a.b.c&state=mine&iss={iss}"));
        assert!(with("https%3A%2F%2Fsts.windows.net%2Ff0a5%2F").is_ok());
        for iss in [
            "https://evil.example/",
            "https://sts.windows.net.evil.example/f0a5/",
            "https://sts.windows.net/a/b/",
            "https://sts.windows.net//",
            "",
        ] {
            assert_eq!(with(iss), Err(Refused::Foreign), "{iss}");
        }
        assert!(issuer_fits("https://one/", "https://one/"));
        assert!(!issuer_fits("https://one/", "https://two/"));
    }

    #[test]
    fn an_answer_that_says_two_things_is_nonsense() {
        assert_eq!(
            answer("id_token=a&error=x&state=mine"),
            Err(Refused::Nonsense)
        );
        assert_eq!(answer("id_token=&state=mine"), Err(Refused::Nonsense));
        assert_eq!(
            answer("id_token=a&id_token=b&state=mine"),
            Err(Refused::Foreign)
        );
        assert_eq!(
            answer("id_token=a&state=mine&state=mine"),
            Err(Refused::Foreign)
        );
    }

    #[test]
    fn a_refusal_keeps_its_number() {
        let code = |fragment: &str| match answer(fragment) {
            Err(Refused::Provider(code, said)) => (code, said.message),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            code(
                "error=access_denied&error_description=AADSTS50126%3a+Wrong%0d%0apassword&state=mine"
            ),
            (
                Code::AADSTS_WRONG_PASSWORD,
                "AADSTS50126: Wrongpassword".into()
            )
        );
        assert_eq!(
            code("error=access_denied&state=mine").0,
            Code::AADSTS_DECLINED
        );
        assert_eq!(code("error=server_error&state=mine").0, Code::UNREACHABLE);
        assert_eq!(code("error=weird&state=mine").0, Code::TOKEN_REJECTED);
        let long = format!(
            "error=x&error_description={}&state=mine",
            "y".repeat(200_000)
        );
        assert_eq!(code(&long).1.len(), 512);
    }

    /// [PG-07] Nothing that could be printed shows the token.
    #[test]
    fn the_token_is_not_seen_in_debug() {
        let seen = format!("{:?}", parse("id_token=marked&state=s"));
        assert!(!seen.contains("marked"), "{seen}");
    }
}
