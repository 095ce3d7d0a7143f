//! The requests of a page as names and values. The shared types say what they are; here they are only taken apart, since
//! a general serializer would weigh more than the eight requests.

use dovetail_shared::Secret;
use dovetail_shared::link::{Begin, Mode, Request, SignInCode};

/// A value in a request's body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text(String),
    Numbers(Vec<u16>),
}

/// A body's members.
type Members = Vec<(&'static str, Field)>;

/// A request's type and its body's members; `None` for requests that no page may send.
pub(super) fn parts(request: &Request) -> Option<(&'static str, Members)> {
    let text = |value: &dyn std::fmt::Display| Field::Text(value.to_string());
    Some(match request {
        Request::Hello(hello) => (
            "hello",
            vec![
                ("protocol", Field::Numbers(hello.protocol.clone())),
                ("client", text(&hello.client)),
                ("version", text(&hello.version)),
            ],
        ),
        Request::Status(_) => ("status", vec![]),
        Request::Subscribe(_) => ("subscribe", vec![]),
        Request::Preflight(_) => ("preflight", vec![]),
        Request::JoinBegin(ask) => ("join.begin", begin(ask)),
        Request::JoinToken(token) => (
            "join.token",
            vec![
                ("join_id", text(&token.join_id)),
                ("id_token", text(token.id_token.expose())),
            ],
        ),
        Request::JoinTerms(answer) => {
            let mut members = vec![
                ("join_id", text(&answer.join_id)),
                ("outcome", text(&answer.outcome.word())),
            ];
            if let Some(blob) = &answer.blob {
                members.push(("blob", text(blob.expose())));
            }
            said(
                &mut members,
                answer.error.as_ref(),
                answer.error_description.as_ref(),
            );
            ("join.terms", members)
        }
        Request::JoinManage(join) => ("join.manage", vec![("join_id", text(&join.join_id))]),
        Request::JoinCode(answer) => {
            let mut members = vec![("join_id", text(&answer.join_id))];
            let said = (answer.error.as_ref(), answer.error_description.as_ref());
            code(&mut members, answer.code.as_ref(), said.0, said.1);
            ("join.code", members)
        }
        Request::JoinConfirm(confirm) => (
            "join.confirm",
            vec![
                ("join_id", text(&confirm.join_id)),
                ("device_name", text(&confirm.device_name)),
            ],
        ),
        Request::JoinRetry(join) => ("join.retry", vec![("join_id", text(&join.join_id))]),
        Request::JoinCancel(join) => ("join.cancel", vec![("join_id", text(&join.join_id))]),
        Request::SignInBegin(_) => ("sign_in.begin", vec![]),
        Request::SignInCode(answer) => ("sign_in.code", sign_in_code(answer)),
        Request::HelloHost(_)
        | Request::Token(_)
        | Request::Cookie(_)
        | Request::Accounts(_)
        | Request::SignInDeviceCode(_)
        | Request::SignInPin(_)
        | Request::PinStatus(_)
        | Request::PinSetUp(_)
        | Request::PinChange(_)
        | Request::PinRemove(_)
        | Request::AccountDefault(_)
        | Request::AccountRemove(_)
        | Request::BrokerToken(_)
        | Request::ApprovalList(_)
        | Request::ApprovalAnswer(_)
        | Request::Leave(_)
        | Request::JoinDirect(_)
        | Request::JoinDeviceCode(_)
        | Request::Sync(_)
        | Request::Unenroll(_)
        | Request::Doctor(_) => return None,
    })
}

fn sign_in_code(answer: &SignInCode) -> Members {
    let mut members = vec![];
    let said = (answer.error.as_ref(), answer.error_description.as_ref());
    code(&mut members, answer.code.as_ref(), said.0, said.1);
    members
}

fn begin(begin: &Begin) -> Members {
    let mode = match begin.mode {
        Mode::Oobe => "oobe",
        Mode::Settings => "settings",
    };
    let mut members = vec![
        ("join_type", Field::Text(begin.join_type.word().to_owned())),
        ("mode", Field::Text(mode.to_owned())),
    ];
    if let Some(name) = &begin.device_name {
        members.push(("device_name", Field::Text(name.to_string())));
    }
    members
}

/// What a server said instead of an answer.
fn said(members: &mut Members, error: Option<&String>, description: Option<&String>) {
    for (name, value) in [("error", error), ("error_description", description)] {
        if let Some(value) = value {
            members.push((name, Field::Text(value.clone())));
        }
    }
}

/// A code, or what was said instead of one.
fn code(
    members: &mut Members,
    code: Option<&Secret<String>>,
    error: Option<&String>,
    description: Option<&String>,
) {
    if let Some(code) = code {
        members.push(("code", Field::Text(code.expose().clone())));
    }
    said(members, error, description);
}

#[cfg(test)]
mod tests {
    use dovetail_shared::drs::JoinType;
    use dovetail_shared::link::{
        CodeAnswer, Confirm, Empty, Hello, JoinRef, Leave, SignIn, TermsAnswer, TermsOutcome, Token,
    };
    use serde_json::{Map, Value, json};

    use super::*;

    fn as_json(request: &Request) -> Option<Value> {
        let (kind, members) = parts(request)?;
        let body: Map<String, Value> = members
            .into_iter()
            .map(|(name, field)| {
                let value = match field {
                    Field::Text(text) => json!(text),
                    Field::Numbers(numbers) => json!(numbers),
                };
                (name.to_owned(), value)
            })
            .collect();
        Some(json!({ "type": kind, "body": body }))
    }

    /// What is taken apart here is exactly what the shared types write.
    #[test]
    fn a_request_is_written_as_the_shared_types_write_it() {
        let join_id = "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap();
        let begin = |device_name: Option<&str>, mode, join_type| {
            Request::JoinBegin(Begin {
                join_type,
                mode,
                device_name: device_name.map(|name| name.parse().unwrap()),
            })
        };
        for request in [
            Request::Hello(Hello {
                protocol: vec![1, 2],
                client: "page".into(),
                version: "0.1.0".into(),
            }),
            Request::Status(Empty {}),
            Request::Subscribe(Empty {}),
            Request::Preflight(Empty {}),
            begin(None, Mode::Settings, JoinType::Joined),
            begin(Some("Zoë’s \"Laptop\""), Mode::Oobe, JoinType::Registered),
            Request::JoinToken(Token {
                join_id,
                id_token: Secret::new("a.b.c".into()),
            }),
            Request::JoinTerms(TermsAnswer {
                join_id,
                outcome: TermsOutcome::Accepted,
                blob: Some(Secret::new("blob+/=".into())),
                error: None,
                error_description: None,
            }),
            Request::JoinTerms(TermsAnswer {
                join_id,
                outcome: TermsOutcome::Failed,
                blob: None,
                error: Some("server_error".into()),
                error_description: Some("internal \"service\" error".into()),
            }),
            Request::JoinManage(JoinRef { join_id }),
            Request::JoinCode(CodeAnswer {
                join_id,
                code: Some(Secret::new("0.AX".into())),
                error: None,
                error_description: None,
            }),
            Request::JoinCode(CodeAnswer {
                join_id,
                code: None,
                error: Some("login_required".into()),
                error_description: None,
            }),
            Request::JoinConfirm(Confirm {
                join_id,
                device_name: "笔记本".parse().unwrap(),
            }),
            Request::JoinRetry(JoinRef { join_id }),
            Request::JoinCancel(JoinRef { join_id }),
            Request::SignInBegin(SignIn::default()),
            Request::SignInCode(SignInCode {
                code: Some(Secret::new("0.AX".into())),
                ..SignInCode::default()
            }),
        ] {
            assert!(request.open_to_pages());
            assert_eq!(as_json(&request), serde_json::to_value(&request).ok());
        }
    }

    #[test]
    fn what_no_page_may_ask_is_not_sent() {
        for request in [Request::Leave(Leave::default()), Request::Doctor(Empty {})] {
            assert!(!request.open_to_pages());
            assert_eq!(parts(&request), None);
        }
    }
}
