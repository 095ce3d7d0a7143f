//! The terms of use: out to the management service's page, and what it answers (MDM terms-of-use protocol: the query
//! parameters of the request, `IsAccepted` and `OpaqueBlob` or `error` in the answer).

use dovetail_shared::Secret;
use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{TermsAnswer, TermsOutcome};

use super::form::{Fields, with_query, words};
use super::origin;
use super::session::Asked;
use crate::state::Errand;

const NAMES: [&str; 5] = [
    "IsAccepted",
    "OpaqueBlob",
    "error",
    "error_description",
    REQUEST_ID,
];
const REQUEST_ID: &str = "client-request-id";

/// Where the browser is sent. `None` when the daemon's address is not one that a person can be sent to.
pub(crate) fn url(
    terms_url: &str,
    redirect_uri: &str,
    request_id: &str,
    join_type: JoinType,
) -> Option<String> {
    origin::of(terms_url)?;
    if terms_url.contains('#') {
        return None;
    }
    let mut pairs = vec![
        ("redirect_uri", redirect_uri),
        (REQUEST_ID, request_id),
        ("api-version", "1.0"),
    ];
    if join_type == JoinType::Joined {
        pairs.push(("mode", "azureadjoin"));
    }
    Some(with_query(terms_url, &pairs))
}

/// The query of a terms page's answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer(Fields);

/// Reads a query (without `?`). `None` when it is no answer at all: an ordinary page load.
pub(crate) fn parse(query: &str) -> Option<Answer> {
    match Fields::read(query, &NAMES) {
        Some(fields) => fields.has(&NAMES).then_some(Answer(fields)),
        // Without a request id, and so an answer to nobody's question.
        None => Some(Answer::default()),
    }
}

impl Answer {
    /// What goes down to the daemon, if this answers what `asked` says this page asked for; else it is a stranger's.
    ///
    /// The protocol only recommends that the request id comes back. It is demanded here: else any page could accept the
    /// terms for a person by sending their browser to this one.
    pub(crate) fn check(self, asked: Option<&Asked>) -> Option<TermsAnswer> {
        let Self(mut fields) = self;
        let asked = asked.filter(|asked| asked.errand == Errand::Terms)?;
        if !fields.take(REQUEST_ID)?.eq_ignore_ascii_case(&asked.state) {
            return None;
        }
        let accepted = fields.take("IsAccepted");
        let error = fields.take("error").filter(|error| !error.is_empty());
        let is = |word: &str| {
            accepted
                .as_deref()
                .is_some_and(|said| said.eq_ignore_ascii_case(word))
        };
        let outcome = match &error {
            None if is("true") => TermsOutcome::Accepted,
            None if is("false") => TermsOutcome::Declined,
            _ => TermsOutcome::Failed,
        };
        let blob = fields.take("OpaqueBlob").map(Secret::new);
        Some(TermsAnswer {
            join_id: asked.join_id,
            outcome,
            blob: blob.filter(|_| outcome == TermsOutcome::Accepted),
            error: error.as_deref().map(words),
            error_description: fields
                .take("error_description")
                .filter(|_| error.is_some())
                .as_deref()
                .map(words),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6bff0bd9-0000-4000-8000-000000000001";
    const PAGE: &str = "https://portal.dovetail.localhost:8443/WebApp/CloudDomainJoin/4";

    fn asked(errand: Errand) -> Asked {
        Asked {
            errand,
            state: ID.into(),
            issuer: String::new(),
            join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
        }
    }

    fn answer(query: &str) -> Option<TermsAnswer> {
        parse(query).unwrap().check(Some(&asked(Errand::Terms)))
    }

    /// With this page's id behind it.
    fn ours(query: &str) -> TermsAnswer {
        answer(&format!("{query}&client-request-id={ID}")).unwrap()
    }

    #[test]
    fn the_terms_are_asked_for_by_the_protocols_parameters() {
        assert_eq!(
            url(
                "https://portal.manage.contoso.com/TermsOfUse",
                PAGE,
                ID,
                JoinType::Joined
            )
            .unwrap(),
            "https://portal.manage.contoso.com/TermsOfUse\
             ?redirect_uri=https%3A%2F%2Fportal.dovetail.localhost%3A8443%2FWebApp%2FCloudDomainJoin%2F4\
             &client-request-id=6bff0bd9-0000-4000-8000-000000000001&api-version=1.0&mode=azureadjoin"
        );
        let own = url(
            "https://portal.manage.contoso.com/TermsOfUse?v=2",
            PAGE,
            ID,
            JoinType::Registered,
        )
        .unwrap();
        assert!(own.contains("/TermsOfUse?v=2&redirect_uri="), "{own}");
        assert!(!own.contains("mode="), "{own}");
    }

    /// [PG-06] Whatever the token said: a person is sent to plain https addresses only.
    #[test]
    fn nobody_is_sent_to_what_is_no_plain_https_address() {
        for terms in [
            "http://portal.manage.contoso.com/TermsOfUse",
            "javascript:alert(1)",
            "//portal.manage.contoso.com/",
            "https://portal.manage.contoso.com@evil.example/",
            "https://portal.manage.contoso.com/#x",
            "https://portal.manage.contoso.com\\x",
            "",
        ] {
            assert_eq!(url(terms, PAGE, ID, JoinType::Joined), None, "{terms}");
        }
    }

    #[test]
    fn an_ordinary_query_is_no_answer() {
        for query in ["", "mode=oobe", "isaccepted=true", "next=IsAccepted=true"] {
            assert_eq!(parse(query), None, "{query}");
        }
    }

    #[test]
    fn the_three_outcomes_are_told_apart() {
        let accepted = ours("IsAccepted=true&OpaqueBlob=a%2Bb%2F%3D");
        assert_eq!(accepted.outcome, TermsOutcome::Accepted);
        assert_eq!(accepted.blob.unwrap().expose(), "a+b/=");
        assert_eq!(ours("IsAccepted=True").outcome, TermsOutcome::Accepted);
        assert_eq!(ours("IsAccepted=True").blob, None);

        let declined = ours("IsAccepted=false&OpaqueBlob=x&error_description=y");
        assert_eq!(declined.outcome, TermsOutcome::Declined);
        assert_eq!((declined.blob, declined.error_description), (None, None));

        let failed = ours("error=unauthorized_client&error_description=no%E2%80%AE+licence%0a");
        assert_eq!(failed.outcome, TermsOutcome::Failed);
        assert_eq!(failed.error.as_deref(), Some("unauthorized_client"));
        assert_eq!(failed.error_description.as_deref(), Some("no licence"));
        let long = ours(&format!("error={}", "x".repeat(100_000)));
        assert_eq!(long.error.unwrap().len(), 512);
    }

    #[test]
    fn an_answer_that_says_nothing_or_two_things_has_failed() {
        for query in [
            "IsAccepted=",
            "IsAccepted=1",
            "IsAccepted=true%00",
            "OpaqueBlob=x",
            "error=",
            "error_description=x",
            "IsAccepted=true&error=server_error",
            "IsAccepted=false&error=server_error",
        ] {
            let answer = ours(query);
            assert_eq!(answer.outcome, TermsOutcome::Failed, "{query}");
            assert_eq!(answer.blob, None, "{query}");
        }
    }

    /// [PG-08] An answer to another question, or to none, is not taken, whatever it says.
    #[test]
    fn an_answer_to_another_question_is_a_strangers() {
        let other = "11111111-0000-4000-8000-000000000001";
        for query in [
            "IsAccepted=true&OpaqueBlob=x".to_owned(),
            "IsAccepted=true&client-request-id=".to_owned(),
            format!("IsAccepted=true&client-request-id={other}"),
            format!("IsAccepted=false&client-request-id={other}"),
            format!("error=server_error&client-request-id={other}"),
            // Said twice: nothing of it is believed, not even whose it is.
            format!("IsAccepted=true&IsAccepted=false&client-request-id={ID}"),
            format!("IsAccepted=true&client-request-id={ID}&client-request-id={ID}"),
            format!("IsAccepted=true&OpaqueBlob=a&OpaqueBlob=b&client-request-id={ID}"),
        ] {
            assert_eq!(answer(&query), None, "{query}");
        }
        let query = format!("IsAccepted=true&client-request-id={ID}");
        assert_eq!(parse(&query).unwrap().check(None), None);
        for errand in [Errand::SignIn, Errand::SilentCode, Errand::Code] {
            assert_eq!(parse(&query).unwrap().check(Some(&asked(errand))), None);
        }
        let upper = ID.to_ascii_uppercase();
        assert!(answer(&format!("IsAccepted=true&client-request-id={upper}")).is_some());
    }

    /// [PG-07] Nothing that could be printed shows the blob.
    #[test]
    fn the_blob_is_not_seen_in_debug() {
        for seen in [
            format!("{:?}", parse("IsAccepted=true&OpaqueBlob=marked")),
            format!("{:?}", ours("IsAccepted=true&OpaqueBlob=marked")),
        ] {
            assert!(!seen.contains("marked"), "{seen}");
        }
    }
}
