//! What an authorize request brought back: out of the fragment at once, checked, given down, forgotten.

use dovetail_shared::code::ServerSaid;
use dovetail_shared::oidc::OAuthError;
use dovetail_shared::{Code, Secret};

use super::form::{Fields, words};
use super::session::Asked;
use crate::state::Errand;

const NAMES: [&str; 6] = [
    "state",
    "iss",
    "id_token",
    "code",
    "error",
    "error_description",
];

/// The fragment of an answer.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Answer(Fields);

/// What the answer holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// The ID token of the sign-in.
    Token(Secret<String>),
    /// A code for the device.
    Code(Secret<String>),
    /// No code without the person: what they were asked silently needs them to sign in.
    SignInNeeded,
    /// No code at all, in the identity provider's words: cut.
    NoCode(OAuthError),
}

/// Why the answer is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Another state, or another issuer: not the answer to this page's question (login CSRF).
    Foreign,
    /// Neither what was asked for nor an error, or more than one of something.
    Nonsense,
    /// The identity provider said no to the sign-in.
    Provider(Code, ServerSaid),
}

/// Reads a fragment (without `#`). `None` when it is no answer at all: an ordinary page load.
pub(crate) fn parse(fragment: &str) -> Option<Answer> {
    match Fields::read(fragment, &NAMES) {
        Some(fields) => fields
            .has(&["id_token", "code", "error"])
            .then_some(Answer(fields)),
        // Without a state, and so an answer to nobody's question.
        None => Some(Answer::default()),
    }
}

impl Answer {
    /// What was asked for, if this answers what `asked` says this page asked for.
    pub(crate) fn check(self, asked: Option<&Asked>) -> Result<Brought, Refused> {
        let Self(mut fields) = self;
        let asked = asked.ok_or(Refused::Foreign)?;
        if asked.errand == Errand::Terms || fields.take("state").as_ref() != Some(&asked.state) {
            return Err(Refused::Foreign);
        }
        // RFC 9207 §2.4; the daemon checks the token's own issuer again.
        let iss = fields.take("iss");
        if iss.is_some_and(|iss| !issuer_fits(&asked.issuer, &iss)) {
            return Err(Refused::Foreign);
        }
        let token = fields.take("id_token").map(Secret::new);
        let code = fields.take("code").map(Secret::new);
        let error = OAuthError {
            error: words(&fields.take("error").unwrap_or_default()),
            error_description: words(&fields.take("error_description").unwrap_or_default()),
            ..OAuthError::default()
        };
        let said_no = !error.error.is_empty();
        match (asked.errand, token, code) {
            (Errand::SignIn, Some(token), None) if !said_no && !token.expose().is_empty() => {
                Ok(Brought::Token(token))
            }
            (Errand::SignIn | Errand::SignInCode, None, None) if said_no => {
                Err(Refused::provider(error))
            }
            (Errand::SignIn, _, _) => Err(Refused::Nonsense),
            (_, None, Some(code)) if !said_no && !code.expose().is_empty() => {
                Ok(Brought::Code(code))
            }
            (errand, None, None)
                if errand.with_the_person().is_some() && needs_the_person(&error.error) =>
            {
                Ok(Brought::SignInNeeded)
            }
            (_, None, None) if said_no => Ok(Brought::NoCode(error)),
            _ => Err(Refused::Nonsense),
        }
    }
}

/// What a server answers to `prompt=none` when it would have to show something (OpenID Connect Core 1.0 §3.1.2.6).
fn needs_the_person(error: &str) -> bool {
    matches!(
        error,
        "login_required"
            | "interaction_required"
            | "consent_required"
            | "account_selection_required"
    )
}

impl Refused {
    fn provider(error: OAuthError) -> Self {
        let code = match (error.aadsts(), error.error.as_str()) {
            (Some(number), _) => Code::Aadsts(number),
            (None, "access_denied") => Code::AADSTS_DECLINED,
            (None, "temporarily_unavailable" | "server_error") => Code::UNREACHABLE,
            (None, _) => Code::TOKEN_REJECTED,
        };
        Self::Provider(
            code,
            ServerSaid {
                error: error.error,
                message: error.error_description,
                ..ServerSaid::default()
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

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://sts.windows.net/{tenantid}/";

    fn asked(errand: Errand) -> Asked {
        Asked {
            errand,
            state: "mine".into(),
            issuer: ISSUER.into(),
            join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
        }
    }

    fn answer_to(errand: Errand, fragment: &str) -> Result<Brought, Refused> {
        parse(fragment).unwrap().check(Some(&asked(errand)))
    }

    fn answer(fragment: &str) -> Result<Brought, Refused> {
        answer_to(Errand::SignIn, fragment)
    }

    #[test]
    fn an_answer_to_our_question_gives_the_token() {
        assert_eq!(
            answer("id_token=a.b.c&state=mine&session_state=x"),
            Ok(Brought::Token(Secret::new("a.b.c".into())))
        );
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
    fn the_silent_request_brings_a_code_or_the_need_to_sign_in() {
        let code = || Ok(Brought::Code(Secret::new("0.AX".into())));
        for errand in [
            Errand::SilentCode,
            Errand::Code,
            Errand::SilentSignOn,
            Errand::SignOn,
        ] {
            assert_eq!(answer_to(errand, "code=0.AX&state=mine"), code());
            assert_eq!(
                answer_to(errand, "code=0.AX&state=theirs"),
                Err(Refused::Foreign)
            );
            assert_eq!(
                answer_to(errand, "error=access_denied&state=mine"),
                Ok(Brought::NoCode(OAuthError {
                    error: "access_denied".into(),
                    ..OAuthError::default()
                }))
            );
        }
        for error in [
            "login_required",
            "interaction_required",
            "consent_required",
            "account_selection_required",
        ] {
            let fragment = format!("error={error}&error_description=AADSTS50058&state=mine");
            for (silent, asked) in [
                (Errand::SilentCode, Errand::Code),
                (Errand::SilentSignOn, Errand::SignOn),
            ] {
                assert_eq!(answer_to(silent, &fragment), Ok(Brought::SignInNeeded));
                assert_eq!(silent.with_the_person(), Some(asked));
                // The person was asked, and it still does not do: once is enough.
                assert!(matches!(
                    answer_to(asked, &fragment),
                    Ok(Brought::NoCode(_))
                ));
            }
        }
    }

    /// Where the device wants a code, a refused sign-in is still told as one.
    #[test]
    fn a_sign_in_for_a_code_brings_it_or_says_no() {
        let answer = |fragment| answer_to(Errand::SignInCode, fragment);
        assert_eq!(
            answer("code=0.AX&state=mine"),
            Ok(Brought::Code(Secret::new("0.AX".into())))
        );
        assert!(matches!(
            answer("error=access_denied&state=mine"),
            Err(Refused::Provider(Code::AADSTS_DECLINED, _))
        ));
    }

    /// [PG-08] What comes back is what was asked for, or it is not taken.
    #[test]
    fn an_answer_to_another_kind_of_question_is_not_taken() {
        for (errand, fragment) in [
            (Errand::SignIn, "code=a&state=mine"),
            (Errand::SignInCode, "id_token=a&state=mine"),
            (Errand::SignInCode, "id_token=a&code=b&state=mine"),
            (Errand::SignOn, "id_token=a&state=mine"),
            (Errand::SilentCode, "id_token=a&state=mine"),
            (Errand::Code, "id_token=a&code=b&state=mine"),
            (Errand::SilentCode, "code=a&error=login_required&state=mine"),
            (Errand::Code, "code=&state=mine"),
        ] {
            assert_eq!(
                answer_to(errand, fragment),
                Err(Refused::Nonsense),
                "{fragment}"
            );
        }
        for fragment in ["code=a&state=mine", "error=login_required&state=mine"] {
            assert_eq!(answer_to(Errand::Terms, fragment), Err(Refused::Foreign));
        }
        assert_eq!(
            answer_to(Errand::Code, "code=a&code=a&state=mine"),
            Err(Refused::Foreign)
        );
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
        for fragment in ["id_token=marked&state=mine", "code=marked&state=mine"] {
            let seen = format!("{:?}", parse(fragment));
            assert!(!seen.contains("marked"), "{seen}");
            let errand = if fragment.starts_with("code") {
                Errand::Code
            } else {
                Errand::SignIn
            };
            let seen = format!("{:?}", answer_to(errand, fragment));
            assert!(!seen.contains("marked"), "{seen}");
        }
    }
}
